"""The API server without HTTP: every verb over every kind, for requests and for controllers.

A request goes through the same stations as in ``k8s.io/apiserver``: is the path served, may the user, is the
body readable, then the verb. :meth:`Api.answer` refuses by raising; the HTTP server and the scripted cluster
turn a :class:`~launcher_k8s.testing.cluster.refusals.Refusal` into a response or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from launcher_k8s.testing.cluster import admit
from launcher_k8s.testing.cluster.bodies import decode
from launcher_k8s.testing.cluster.kinds import Kind, Object, kind_at
from launcher_k8s.testing.cluster.paging import parse_version
from launcher_k8s.testing.cluster.patching import patched
from launcher_k8s.testing.cluster.reading import read_page, write_page
from launcher_k8s.testing.cluster.refusals import (
    Refusal,
    bad_request,
    conflict,
    expired,
    method_not_allowed,
    not_found,
    path_not_found,
    refusal,
    too_large_version,
)
from launcher_k8s.testing.cluster.removing import DeleteOptions, Removal, Remover, delete_options
from launcher_k8s.testing.cluster.requests import Answer, ListOptions, Request, dry_run, list_options
from launcher_k8s.testing.cluster.store import Change, Store, Stored, TooOldError, key_at
from launcher_k8s.testing.cluster.subscriptions import Subscriber, Subscriptions
from launcher_k8s.testing.cluster.watching import Watch
from launcher_k8s.testing.cluster.writing import Writer

__all__ = ["Answer", "Api", "Request", "Watch"]

VERSION: Final = "v1.36.3"
HISTORY_SIZE: Final = 5_000
_COLLECTION_VERBS: Final = ("create", "list", "watch", "deletecollection")


class _OpenAdmission:
    """Lets everything in as it is."""

    def furnish(self, kind: Kind, new: Object) -> Object:
        del kind
        return new

    def check(self, kind: Kind, new: Object, old: Object | None) -> None:
        del kind, new, old


class Api:
    """A cluster's API over objects in memory.

    Args:
        now: The time, aware.
        draw: Gives so many random bytes: uids, generated names, addresses.
        version: Which Kubernetes it says it is.
        history_size: How many writes can be watched from and paged over before they expire.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        draw: Callable[[int], bytes],
        version: str = VERSION,
        history_size: int = HISTORY_SIZE,
    ) -> None:
        self.version = version
        self._now = now
        self._store = Store(history_size=history_size)
        self._store.listen(self._tell)
        self._writer = Writer(
            self._store, now=now, draw=draw, prepare=admit.prepare, admission=_OpenAdmission()
        )
        self._remover = Remover(self._store, self._writer)
        self._subscriptions = Subscriptions()
        self._watches: dict[Kind, list[Watch]] = {}
        self._history_size = history_size

    # --- requests

    def answer(self, request: Request) -> Answer:
        """Answer one request other than a watch.

        Raises:
            Refusal: The answer is a failure.
        """
        kind = _served(request)
        try:
            return self._answer(kind, request)
        finally:
            self._subscriptions.settle()

    def watch(self, request: Request, wake: Callable[[], None]) -> Watch:
        """Follow a collection.

        Args:
            request: Whose verb is ``watch``.
            wake: Called when there is something to take, and when the watch is over; it must not take at
                once.

        Raises:
            Refusal: The answer is a failure; a version that is too old is an event instead, as in the server.
        """
        kind = _served(request)
        options = list_options(kind, request.params, watch=True)
        version = _watch_version(options.resource_version)
        if options.initial_events and version > self._store.version:
            raise too_large_version(version, self._store.version)
        watch = Watch(
            kind,
            prefix=_prefix(request),
            selection=options.selection,
            wake=wake,
            closed=self._watches.setdefault(kind, []).remove,
            size=max(self._history_size, self._store.table(kind).count() + 2),
            version=lambda: self._store.version,
            bookmarks=options.bookmarks,
        )
        self._watches[kind].append(watch)
        self._catch_up(watch, _prefix(request), options, version)
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

    def add(self, kind: Kind, content: Object, *, namespace: str = "") -> Object:
        """Make an object, as a request would: with defaults, validation and quota.

        Raises:
            Refusal: It may not be made.
        """
        namespace = namespace or (content.get("metadata") or {}).get("namespace", "")
        try:
            return self._writer.create(kind, content, namespace=namespace).content
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
            return self._remover.delete(stored, options or DeleteOptions(), now=self._now())
        finally:
            self._subscriptions.settle()

    def subscribe(self, subscriber: Subscriber) -> None:
        """Tell ``subscriber(kind, type, object)`` of every change from now on, between requests."""
        self._subscriptions.add(subscriber)

    # --- faults

    def expire(self) -> None:
        """Forget the history: earlier versions and continue tokens answer 410."""
        self._store.forget()

    def end_watches(self, refusal: Refusal | None = None) -> None:
        """End every watch, with an error event if one is given."""
        for watch in [watch for watches in self._watches.values() for watch in watches]:
            watch.close() if refusal is None else watch.fail(refusal)

    # --- verbs

    def _answer(self, kind: Kind, request: Request) -> Answer:
        match request.verb:
            case "get":
                return Answer(200, self._get(kind, request).body)
            case "list":
                options = list_options(kind, request.params)
                page = read_page(self._store, kind, request.resource.namespace, options)
                return Answer(200, write_page(kind, page))
            case "create":
                return self._create(kind, request)
            case "update":
                return self._update(kind, request)
            case "patch":
                return self._patch(kind, request)
            case "delete":
                return self._delete(kind, request)
            case _:
                return self._delete_collection(kind, request)

    def _get(self, kind: Kind, request: Request) -> Stored:
        stored = self._store.get(kind, key_at(request.resource.namespace, request.resource.name))
        if stored is None:
            raise not_found(kind.plural, request.resource.name, group=kind.group)
        return stored

    def _create(self, kind: Kind, request: Request) -> Answer:
        dry = dry_run(request.params, "CreateOptions")
        content = decode(kind, request.body, request.content_type)
        stored = self._writer.create(kind, content, namespace=request.resource.namespace, dry_run=dry)
        return Answer(201, stored.body)

    def _update(self, kind: Kind, request: Request) -> Answer:
        dry = dry_run(request.params, "UpdateOptions")
        content = decode(kind, request.body, request.content_type)
        _check_name(request, content)
        if kind.put_creates and self._store.get(kind, key_of_request(request)) is None:
            stored = self._writer.create(kind, content, namespace=request.resource.namespace, dry_run=dry)
            return Answer(201, stored.body)
        old = self._get(kind, request)
        _check_uid(kind, old, content)
        stored = self._writer.update(
            kind, old, content, subresource=request.resource.subresource, dry_run=dry
        )
        return Answer(200, stored.body)

    def _patch(self, kind: Kind, request: Request) -> Answer:
        dry = dry_run(request.params, "PatchOptions")
        old = self._get(kind, request)
        content = patched(kind, old.content, request.body, request.content_type)
        _check_name(request, content)
        stored = self._writer.update(
            kind, old, content, subresource=request.resource.subresource, dry_run=dry
        )
        return Answer(200, stored.body)

    def _delete(self, kind: Kind, request: Request) -> Answer:
        options = delete_options(request.params, request.body)
        removal = self._remover.delete(self._get(kind, request), options, now=self._now())
        if kind.returns_deleted or not removal.is_gone:
            return Answer(200, removal.stored.body)
        return Answer(200, _success(removal.stored))

    def _delete_collection(self, kind: Kind, request: Request) -> Answer:
        options = delete_options(request.params, request.body)
        asked = list_options(kind, request.params)
        page = read_page(self._store, kind, request.resource.namespace, asked)
        for stored in page.items:
            self._remover.delete(stored, options, now=self._now())
        return Answer(200, write_page(kind, page))

    # --- watches

    def _catch_up(self, watch: Watch, prefix: str, options: ListOptions, version: int) -> None:
        initial = options.initial_events
        if initial or (initial is None and version == 0):
            for stored in self._store.table(watch.kind).walk(prefix):
                watch.tell_present(stored)
            watch.bookmark(initial_events_end=True)
        elif version:
            try:
                for change in self._store.since(version):
                    watch.tell(change)
            except TooOldError:
                oldest = self._store.oldest
                watch.fail(expired(f"too old resource version: {version} ({oldest})"))

    def _tell(self, change: Change) -> None:
        for watch in list(self._watches.get(change.stored.kind, ())):
            watch.tell(change)
        self._subscriptions.note(change)


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
    needs_name = request.verb not in _COLLECTION_VERBS
    needs_namespace = request.verb in ("create", "deletecollection") and kind.namespaced
    named = bool(resource.name) != needs_name and not resource.subresource and request.verb != "watch"
    if request.verb not in verbs or named or (needs_namespace and not resource.namespace):
        raise method_not_allowed()
    return kind


def key_of_request(request: Request) -> str:
    """The key of the object a request names."""
    return key_at(request.resource.namespace, request.resource.name)


def _prefix(request: Request) -> str:
    resource = request.resource
    if resource.name:
        return key_of_request(request)
    return f"{resource.namespace}/" if resource.namespace else ""


def _watch_version(text: str) -> int:
    if text in ("", "0"):
        return 0
    try:
        return parse_version(text)
    except ValueError as problem:
        raise refusal(500, "", str(problem)) from None


def _check_name(request: Request, content: Object) -> None:
    """Refuse an object of another name than the path's."""
    wanted = request.resource.name
    name = (content.get("metadata") or {}).get("name", "")
    if not name:
        raise bad_request(
            f"the name of the object ({wanted} based on URL) was undeterminable: name must be provided"
        )
    if name != wanted:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({wanted})")


def _check_uid(kind: Kind, old: Stored, content: Object) -> None:
    """Refuse to replace an object by one that says it is another."""
    uid, own = (content.get("metadata") or {}).get("uid"), old.content["metadata"]["uid"]
    if uid and uid != own:
        problem = (
            f"StorageError: invalid object, Code: 4, Key: /registry/{kind.plural}/{old.key}, "
            f"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
            f"UID in precondition: {uid}, UID in object meta: {own}"
        )
        raise conflict(kind.plural, old.content["metadata"]["name"], problem, group=kind.group)


def _success(stored: Stored) -> bytes:
    kind, metadata = stored.kind, stored.content["metadata"]
    details = {"name": metadata["name"], "group": kind.group, "kind": kind.plural, "uid": metadata["uid"]}
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
    return msgspec.json.encode(status)
