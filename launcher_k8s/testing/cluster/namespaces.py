"""Namespaces: nothing lives outside of one, and what is in one goes with it.

The admission plugin NamespaceLifecycle (``k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle``), the
registry's own delete (``pkg/registry/core/namespace/storage``), and the controllers that furnish a new
namespace and empty an old one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.causes import Cause
from launcher_k8s.testing.cluster.kinds import (
    CONFIG_MAP,
    EVENT,
    KINDS,
    NAMESPACE,
    SERVICE_ACCOUNT,
    Kind,
    Object,
)
from launcher_k8s.testing.cluster.removing import (
    BACKGROUND,
    DeleteOptions,
    Removal,
    Remover,
    check_preconditions,
)
from launcher_k8s.testing.cluster.store import EventType, Store, Stored
from launcher_k8s.testing.cluster.writing import Writer, stamp

FIRST: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
_PERMANENT: Final = frozenset({"default", "kube-public", "kube-system"})
_ROOT_CA: Final = {
    "name": "kube-root-ca.crt",
    "annotations": {
        "kubernetes.io/description": (
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
            "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
            "guaranteed across distributions of Kubernetes clusters."
        )
    },
}
_TERMINATING: Final = "Terminating"


def check_namespace(store: Store, kind: Kind, new: Object) -> None:
    """Refuse an object for a namespace that is not there, or is about to go.

    Raises:
        Refusal: 404 or 403.
    """
    namespace = new["metadata"]["namespace"]
    found = store.get(NAMESPACE, namespace)
    if found is None:
        raise refusals.not_found(NAMESPACE.plural, namespace)
    if (found.content.get("status") or {}).get("phase") == _TERMINATING:
        cause = Cause(
            "metadata.namespace", "NamespaceTerminating", f"namespace {namespace} is being terminated"
        )
        problem = f"unable to create new content in namespace {namespace} because it is being terminated"
        name = new["metadata"].get("name", "")
        raise refusals.forbidden(kind.plural, name, problem, group=kind.group, causes=[cause])


class Namespaces:
    """Furnishes new namespaces and empties those that are deleted.

    Args:
        store: The objects.
        writer: Makes them.
        remover: Deletes them.
        ca_pem: The certificate of the cluster's authority, for ``kube-root-ca.crt``.
    """

    def __init__(self, store: Store, writer: Writer, remover: Remover, *, ca_pem: str = "") -> None:
        self._store = store
        self._writer = writer
        self._remover = remover
        self._ca_pem = ca_pem

    def found(self) -> None:
        """Make the namespaces that every cluster begins with."""
        for name in FIRST:
            stored = self._writer.create(NAMESPACE, {"metadata": {"name": name}})
            self.furnish(stored.content)

    def on_change(self, kind: Kind, type_: EventType, content: Object) -> None:
        """Take part in a change."""
        if kind is NAMESPACE:
            if type_ == "ADDED":
                self.furnish(content)
        elif type_ == "DELETED" and kind.namespaced and kind is not EVENT:
            self._finish(content["metadata"]["namespace"])

    def furnish(self, content: Object) -> None:
        """Give a namespace its service account and the cluster's certificate."""
        namespace = content["metadata"]["name"]
        if self._store.get(NAMESPACE, namespace) is None:
            return
        first: tuple[tuple[Kind, Object], ...] = (
            (CONFIG_MAP, {"metadata": _ROOT_CA, "data": {"ca.crt": self._ca_pem}}),
            (SERVICE_ACCOUNT, {"metadata": {"name": "default"}}),
        )
        for kind, made in first:
            if self._store.get(kind, f"{namespace}/{made['metadata']['name']}") is None:
                self._writer.create(kind, made, namespace=namespace)

    def delete(self, stored: Stored, options: DeleteOptions, *, now: datetime) -> Removal:
        """Begin to delete a namespace: it goes when it is empty.

        Raises:
            Refusal: 403: it is one of those that stay, or 409: it is not the one that was meant.
        """
        name = stored.content["metadata"]["name"]
        if name in _PERMANENT:
            raise refusals.forbidden(NAMESPACE.plural, name, "this namespace may not be deleted")
        check_preconditions(stored, options)
        metadata = {"deletionTimestamp": stamp(now), **stored.content["metadata"]}
        status = {**(stored.content.get("status") or {}), "phase": _TERMINATING}
        content = {**stored.content, "metadata": metadata, "status": status}
        if options.dry_run:
            return Removal(Stored(NAMESPACE, content, stored.number, stored.key), is_gone=False)
        if content != stored.content:
            stored = self._store.put(NAMESPACE, content)
        return Removal(stored, is_gone=False)

    def empty(self, namespace: str, *, now: datetime) -> None:
        """Delete everything in a namespace that is about to go."""
        for kind in KINDS:
            if kind.namespaced:
                for stored in list(self._store.table(kind).walk(f"{namespace}/")):
                    self._remover.delete(stored, DeleteOptions(propagation=BACKGROUND), now=now)
        self._finish(namespace)

    def _finish(self, namespace: str) -> None:
        stored = self._store.get(NAMESPACE, namespace)
        if stored is None or (stored.content.get("status") or {}).get("phase") != _TERMINATING:
            return
        if not any(self._store.table(kind).count(f"{namespace}/") for kind in KINDS if kind.namespaced):
            self._store.drop(NAMESPACE, namespace)
