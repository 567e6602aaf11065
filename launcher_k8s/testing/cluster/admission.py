"""Everybody who has a say before an object is stored, in the server's order.

Before defaults and validation: the namespace must be there, pods get what the cluster and the namespace
give them. After: limits and quotas.
"""

from __future__ import annotations

from collections.abc import Callable

from launcher_k8s.testing.cluster import limits, pod_admission
from launcher_k8s.testing.cluster.kinds import LIMIT_RANGE, POD, RESOURCE_QUOTA, Kind, Object
from launcher_k8s.testing.cluster.namespaces import check_namespace
from launcher_k8s.testing.cluster.quota import check_quota
from launcher_k8s.testing.cluster.store import Store


class Admission:
    """The admission of a cluster.

    Args:
        store: Its objects.
        draw: Gives so many random bytes.
    """

    def __init__(self, store: Store, draw: Callable[[int], bytes]) -> None:
        self._store = store
        self._draw = draw

    def furnish(self, kind: Kind, new: Object) -> Object:
        """The object with what the cluster adds to it; before defaults and validation.

        Raises:
            Refusal: The namespace, service account or priority class is not there.
        """
        if not kind.namespaced:
            return new
        check_namespace(self._store, kind, new)
        if kind is not POD:
            return new
        pod = pod_admission.furnish_pod(self._store, new, self._draw)
        return limits.furnish_pod(pod, self._of(LIMIT_RANGE, new))

    def check(self, kind: Kind, new: Object, old: Object | None) -> None:
        """Refuse what the namespace has no room for; after validation.

        Raises:
            Refusal: 403.
        """
        if not kind.namespaced:
            return
        if kind is POD and old is None:
            limits.check_pod(new, self._of(LIMIT_RANGE, new))
        for quota in self._of(RESOURCE_QUOTA, new):
            check_quota(self._store, quota, kind, new, old)

    def _of(self, kind: Kind, new: Object) -> list[Object]:
        table = self._store.table(kind)
        if not table.by_key:
            return []
        return [stored.content for stored in table.walk(f"{new['metadata']['namespace']}/")]
