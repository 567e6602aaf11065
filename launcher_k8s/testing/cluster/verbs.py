"""What each verb does with a kind.

The handlers of ``k8s.io/apiserver/pkg/endpoints/handlers``, without HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import attrs
import msgspec

from launcher_k8s.testing.cluster.access import Authorizer
from launcher_k8s.testing.cluster.incoming import decode
from launcher_k8s.testing.cluster.kinds import (
    JOB,
    NAMESPACE,
    POD,
    SELF_ACCESS_REVIEW,
    SELF_RULES_REVIEW,
    Kind,
    Object,
)
from launcher_k8s.testing.cluster.namespaces import Namespaces
from launcher_k8s.testing.cluster.patching import check_patch, patched
from launcher_k8s.testing.cluster.reading import read_page, write_page
from launcher_k8s.testing.cluster.refusals import Refusal, bad_request, conflict, not_found, too_large_version
from launcher_k8s.testing.cluster.removing import DeleteOptions, Removal, Remover, delete_options
from launcher_k8s.testing.cluster.requests import Answer, Request, dry_run, list_options, version_from
from launcher_k8s.testing.cluster.reviews import evicted, eviction_options, review, token_request
from launcher_k8s.testing.cluster.store import Store, Stored, key_at
from launcher_k8s.testing.cluster.writing import Writer

_REVIEWS: Final = (SELF_ACCESS_REVIEW, SELF_RULES_REVIEW)
_ORPHAN_WARNING: Final = (
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove "
    "them or set propagationPolicy=Orphan to suppress this warning"
)


class Verbs:
    """The verbs over a store.

    Args:
        store: The objects.
        writer: Makes and changes them.
        remover: Deletes them.
        namespaces: Deletes namespaces.
        authorizer: Answers reviews.
        now: The time, aware.
        draw: Gives so many random bytes.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        remover: Remover,
        namespaces: Namespaces,
        authorizer: Authorizer,
        *,
        now: Callable[[], datetime],
        draw: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._writer = writer
        self._remover = remover
        self._namespaces = namespaces
        self._authorizer = authorizer
        self._now = now
        self._draw = draw

    def answer(self, kind: Kind, request: Request) -> Answer:
        """Do what is asked.

        Raises:
            Refusal: It cannot be done.
        """
        match request.verb:
            case "get":
                return self._get(kind, request)
            case "list":
                return self._list(kind, request)
            case "create" if request.resource.subresource:
                return self._create_part(kind, request)
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

    def delete(self, stored: Stored, options: DeleteOptions) -> Removal:
        """Delete one object in the way of its kind.

        Raises:
            Refusal: It is not the one that was meant, or stays.
        """
        if stored.kind is not NAMESPACE:
            return self._remover.delete(stored, options, now=self._now())
        return self._namespaces.delete(stored, options, now=self._now())

    def _stored(self, kind: Kind, request: Request) -> Stored:
        stored = self._store.get(kind, _key(request))
        if stored is None:
            raise not_found(kind.plural, request.resource.name, group=kind.group)
        return stored

    def _get(self, kind: Kind, request: Request) -> Answer:
        version = version_from(request.params.get("resourceVersion", ""))
        if version > self._store.version:
            raise too_large_version(version, self._store.version)
        return Answer(200, self._stored(kind, request).body)

    def _list(self, kind: Kind, request: Request) -> Answer:
        options = list_options(kind, request.params)
        page = read_page(self._store, kind, request.resource.namespace, options)
        return Answer(200, write_page(kind, page))

    def _create(self, kind: Kind, request: Request) -> Answer:
        dry = dry_run(request.params, "CreateOptions")
        content, warnings = decode(kind, request)
        if kind in _REVIEWS:
            return Answer(201, _encode(review(kind, content, request, self._authorizer)), warnings)
        stored = self._writer.create(kind, content, namespace=request.resource.namespace, dry_run=dry)
        return Answer(201, stored.body, warnings)

    def _create_part(self, kind: Kind, request: Request) -> Answer:
        """Evict a pod, or give out a token."""
        dry = dry_run(request.params, "CreateOptions")
        content = msgspec.json.decode(request.body) if request.body else {}
        stored = self._stored(kind, request)
        if kind is not POD:
            made = token_request(stored, content, now=self._now(), draw=self._draw)
            return Answer(201, _encode(made))
        options = eviction_options(stored, content)
        if not dry:
            self._evict(stored, options)
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
        return Answer(201, _encode(status))

    def _evict(self, pod: Stored, options: DeleteOptions) -> None:
        if options.resource_version in ("", str(pod.number)):
            pod = self._writer.replace(pod.kind, pod, evicted(pod.content, now=self._now()))
            own = str(pod.number) if options.resource_version else ""
            options = attrs.evolve(options, resource_version=own)
        self.delete(pod, options)

    def _update(self, kind: Kind, request: Request) -> Answer:
        dry = dry_run(request.params, "UpdateOptions")
        content, warnings = decode(kind, request)
        _check_name(request, content)
        if kind.put_creates and self._store.get(kind, _key(request)) is None:
            stored = self._writer.create(kind, content, namespace=request.resource.namespace, dry_run=dry)
            return Answer(201, stored.body, warnings)
        old = self._stored(kind, request)
        _check_uid(kind, old, content)
        part = request.resource.subresource
        stored = self._writer.update(kind, old, content, subresource=part, dry_run=dry)
        return Answer(200, stored.body, warnings)

    def _patch(self, kind: Kind, request: Request) -> Answer:
        check_patch(request)
        dry = dry_run(request.params, "PatchOptions")
        old = self._stored(kind, request)
        content, warnings = patched(kind, old.content, request)
        _check_name(request, content)
        part = request.resource.subresource
        stored = self._writer.update(kind, old, content, subresource=part, dry_run=dry)
        return Answer(200, stored.body, warnings)

    def _delete(self, kind: Kind, request: Request) -> Answer:
        options = delete_options(request.params, request.body)
        warnings = (_ORPHAN_WARNING,) if kind is JOB and not options.propagation else ()
        try:
            removal = self.delete(self._stored(kind, request), options)
        except Refusal as refusal:
            raise refusal.warning(*warnings) from None
        if kind.returns_deleted or not removal.is_gone:
            return Answer(200, removal.stored.body, warnings)
        return Answer(200, _encode(_success(removal.stored)), warnings)

    def _delete_collection(self, kind: Kind, request: Request) -> Answer:
        options = delete_options(request.params, request.body)
        asked = list_options(kind, request.params)
        page = read_page(self._store, kind, request.resource.namespace, asked)
        for stored in page.items:
            self.delete(stored, options)
        return Answer(200, write_page(kind, page))


def _key(request: Request) -> str:
    return key_at(request.resource.namespace, request.resource.name)


def _encode(content: Any) -> bytes:
    return msgspec.json.encode(content)


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
            "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
            f"{uid}, UID in object meta: {own}"
        )
        raise conflict(kind.plural, old.content["metadata"]["name"], problem, group=kind.group)


def _success(stored: Stored) -> Object:
    kind, metadata = stored.kind, stored.content["metadata"]
    details = {"name": metadata["name"], "group": kind.group, "kind": kind.plural, "uid": metadata["uid"]}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }
