"""The API server without HTTP: every verb over every kind, for requests and for controllers.

A request goes through the same stations as in ``k8s.io/apiserver``: may the user, is the path served, is the
body readable, then the verb. :meth:`Api.answer` refuses by raising; the HTTP server and the scripted cluster
turn a :class:`~launcher_k8s.testing.cluster.refusals.Refusal` into a response or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from launcher_k8s.testing.cluster import admit, schema
from launcher_k8s.testing.cluster.access import Attributes, Authorizer
from launcher_k8s.testing.cluster.admission import Admission
from launcher_k8s.testing.cluster.kinds import NAMESPACE, Kind, Object, kind_at
from launcher_k8s.testing.cluster.namespaces import Namespaces
from launcher_k8s.testing.cluster.ownership import Collector
from launcher_k8s.testing.cluster.quota import Quotas
from launcher_k8s.testing.cluster.refusals import (
    Refusal,
    expired,
    method_not_allowed,
    path_not_found,
    too_large_version,
)
from launcher_k8s.testing.cluster.removing import DeleteOptions, Removal, Remover
from launcher_k8s.testing.cluster.requests import Answer, ListOptions, Request, list_options, version_from
from launcher_k8s.testing.cluster.store import Change, EventType, Store, TooOldError, key_at
from launcher_k8s.testing.cluster.subscriptions import Subscriber, Subscriptions
from launcher_k8s.testing.cluster.verbs import Verbs
from launcher_k8s.testing.cluster.watching import Watch
from launcher_k8s.testing.cluster.writing import Writer

__all__ = ["Answer", "Api", "Request", "Watch"]

VERSION: Final = "v1.36.3"
HISTORY_SIZE: Final = 5_000
_COLLECTION_VERBS: Final = ("create", "list", "watch", "deletecollection")


class Api:
    """A cluster's API over objects in memory, with the namespaces every cluster begins with.

    Args:
        now: The time, aware.
        draw: Gives so many random bytes: uids, generated names, addresses.
        version: Which Kubernetes it says it is.
        history_size: How many writes can be watched from and paged over before they expire.
        rbac: Whether the stored roles decide who may do what; otherwise everybody may everything.
        ca_pem: The certificate of the cluster's authority, for pods.

    Attributes:
        access: Who may do what; tests deny here.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        draw: Callable[[int], bytes],
        version: str = VERSION,
        history_size: int = HISTORY_SIZE,
        rbac: bool = False,
        ca_pem: str = "",
    ) -> None:
        self.version = version
        self._now = now
        self._history_size = history_size
        self._store = store = Store(history_size=history_size)
        self.access = Authorizer(store, rbac=rbac)
        self._subscriptions = Subscriptions()
        self._watches: dict[Kind, list[Watch]] = {}
        self._writer = Writer(
            store, now=now, draw=draw, prepare=admit.prepare, admission=Admission(store, draw)
        )
        remover = Remover(store)
        self._namespaces = Namespaces(store, self._writer, remover, ca_pem=ca_pem)
        self._verbs = Verbs(store, self._writer, remover, self._namespaces, self.access, now=now, draw=draw)
        self._subscriptions.add(Collector(store, self._writer, remover, now=now).on_change)
        self._subscriptions.add(self._furnish)
        self._subscriptions.add(Quotas(store, self._writer).on_change)
        self._namespaces.found()
        store.forget()
        store.listen(self._tell)

    # --- requests

    def authorize(self, request: Request) -> Kind:
        """Check that the user may do this and that it is served; for requests that are answered elsewhere.

        Raises:
            Refusal: 403, 404 or 405.
        """
        if not self.access.allows_all(request.groups):
            self.access.check(Attributes.of(request))
        return _served(request)

    def answer(self, request: Request) -> Answer:
        """Answer one request other than a watch.

        Raises:
            Refusal: The answer is a failure.
        """
        kind = self.authorize(request)
        try:
            return self._verbs.answer(kind, request)
        finally:
            self._subscriptions.settle()

    def watch(self, request: Request, wake: Callable[[], None]) -> Watch:
        """Follow a collection.

        Args:
            request: Whose verb is ``watch``.
            wake: Called when there is something to take, and when the watch is over; it must not take at
                once.

        Raises:
            Refusal: The answer is a failure; a version that is too old is an event instead, as in the
                server.
        """
        kind = self.authorize(request)
        options = list_options(kind, request.params, watch=True)
        version = version_from(options.resource_version)
        if options.initial_events and version > self._store.version:
            raise too_large_version(version, self._store.version)
        prefix = _prefix(request)
        followers = self._watches.setdefault(kind, [])
        watch = Watch(
            kind,
            prefix=prefix,
            selection=options.selection,
            wake=wake,
            closed=followers.remove,
            size=max(self._history_size, self._store.table(kind).count() + 2),
            version=lambda: self._store.version,
            bookmarks=options.bookmarks,
        )
        followers.append(watch)
        self._catch_up(watch, prefix, options, version)
        return watch

    # --- objects, for controllers, kubelets and tests

    @property
    def resource_version(self) -> int:
        """The version of the last write."""
        return self._store.version

    def find(self, kind: Kind, name: str, namespace: str = "") -> Object | None:
        """The present version of an object; not to be written into."""
        stored = self._store.get(kind, key_at(namespace, name))
        return None if stored is None else stored.content

    def objects(self, kind: Kind, namespace: str = "") -> list[Object]:
        """The present objects of a kind, in the order of their names; not to be written into."""
        prefix = f"{namespace}/" if namespace else ""
        return [stored.content for stored in self._store.table(kind).walk(prefix)]

    def add(self, kind: Kind, content: Object, *, namespace: str = "", is_checked: bool = False) -> Object:
        """Make an object, as a strict request would: with defaults, validation, limits and quota.

        Args:
            kind: Of what kind.
            content: What it is to be.
            namespace: Where; as it says itself by default.
            is_checked: Whether it need not be validated, being part of another object that was.

        Raises:
            Refusal: It may not be made.
        """
        if not is_checked:
            content, _ = schema.read(kind, content, strictness=schema.STRICT)
        namespace = namespace or (content.get("metadata") or {}).get("namespace", "")
        try:
            return self._writer.create(kind, content, namespace=namespace, is_checked=is_checked).content
        finally:
            self._subscriptions.settle()

    def leave(self, kind: Kind, content: Object, *, namespace: str) -> Object:
        """Make an object without checks, as only the cluster does; it must be complete, and is taken over."""
        try:
            return self._writer.make(kind, content, namespace=namespace).content
        finally:
            self._subscriptions.settle()

    def change(
        self, kind: Kind, name: str, namespace: str, edit: Callable[[Object], Object]
    ) -> Object | None:
        """Change any part of an object without checks, as only the cluster itself does.

        Args:
            kind: Of what kind.
            name: Its name.
            namespace: Its namespace, empty for none.
            edit: Gives the changed object; it must copy what it changes.

        Returns:
            The object afterwards, None if there is none of that name.
        """
        stored = self._store.get(kind, key_at(namespace, name))
        if stored is None:
            return None
        try:
            return self._writer.replace(kind, stored, edit(stored.content)).content
        finally:
            self._subscriptions.settle()

    def remove(
        self, kind: Kind, name: str, namespace: str = "", options: DeleteOptions | None = None
    ) -> Removal | None:
        """Delete an object; None if there is none of that name.

        Raises:
            Refusal: It is not the one the options mean.
        """
        stored = self._store.get(kind, key_at(namespace, name))
        if stored is None:
            return None
        try:
            return self._verbs.delete(stored, options or DeleteOptions())
        finally:
            self._subscriptions.settle()

    def subscribe(self, subscriber: Subscriber, *kinds: Kind) -> None:
        """Tell ``subscriber(kind, type, object)`` of every change from now on, between requests.

        Args:
            subscriber: Who is told.
            kinds: Of which kinds of objects; of all by default.
        """
        self._subscriptions.add(subscriber, kinds)

    # --- faults

    def expire(self) -> None:
        """Forget the history: earlier versions and continue tokens answer 410."""
        self._store.forget()

    def end_watches(self, refusal: Refusal | None = None) -> None:
        """End every watch, with an error event if one is given."""
        for watch in [watch for followers in self._watches.values() for watch in followers]:
            watch.close() if refusal is None else watch.fail(refusal)

    # --- changes

    def _catch_up(self, watch: Watch, prefix: str, options: ListOptions, version: int) -> None:
        initial = options.initial_events
        if initial or (initial is None and version == 0):
            watch.tell_present(self._store.table(watch.kind).walk(prefix))
            watch.bookmark(initial_events_end=True)
        elif version:
            try:
                for change in self._store.since(version):
                    watch.tell(change)
            except TooOldError:
                watch.fail(expired(f"too old resource version: {version} ({self._store.oldest})"))

    def _tell(self, change: Change) -> None:
        watches = self._watches.get(change.stored.kind)
        if watches:
            for watch in tuple(watches):
                watch.tell(change)
        self._subscriptions.note(change)

    def _furnish(self, kind: Kind, type_: EventType, content: Object) -> None:
        if kind is NAMESPACE or type_ == "DELETED":
            self._namespaces.on_change(kind, type_, content)
        if kind is NAMESPACE and type_ != "DELETED" and content["metadata"].get("deletionTimestamp"):
            self._namespaces.empty(content["metadata"]["name"], now=self._now())


def _served(request: Request) -> Kind:
    """The kind a request is about, if its path and verb are served."""
    resource = request.resource
    kind = kind_at(resource)
    if kind is None or (resource.namespace and not kind.namespaced):
        raise path_not_found()
    verbs: Iterable[str] = kind.verbs
    if resource.subresource:
        subresource = kind.subresource(resource.subresource)
        if subresource is None:
            raise path_not_found()
        verbs = subresource.verbs
    elif request.verb != "watch" and bool(resource.name) == (request.verb in _COLLECTION_VERBS):
        raise method_not_allowed()
    homeless = kind.namespaced and not resource.namespace
    if request.verb not in verbs or (homeless and request.verb in ("create", "deletecollection")):
        raise method_not_allowed()
    return kind


def _prefix(request: Request) -> str:
    resource = request.resource
    if resource.name:
        return key_at(resource.namespace, resource.name)
    return f"{resource.namespace}/" if resource.namespace else ""
