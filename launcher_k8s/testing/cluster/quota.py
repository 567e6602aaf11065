"""ResourceQuotas: how much of everything a namespace may hold.

Counting: ``pkg/quota/v1/evaluator/core`` of Kubernetes; refusing: ``CheckRequest`` of
``k8s.io/apiserver/pkg/admission/plugin/resourcequota``. What is used is counted anew whenever it is needed,
in the namespaces that have a quota; the real controller is asynchronous, this one is always up to date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from launcher_k8s.testing.cluster.kinds import KINDS, POD, RESOURCE_QUOTA, Kind, Object
from launcher_k8s.testing.cluster.refusals import forbidden
from launcher_k8s.testing.cluster.resource_lists import (
    Amounts,
    add_to,
    pod_amounts,
    read_amounts,
    write_amount,
)
from launcher_k8s.testing.cluster.store import EventType, Store
from launcher_k8s.testing.cluster.writing import Writer

_ONE: Final = Decimal(1)
_SHORT_COUNTS: Final = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "resourcequotas",
        "secrets",
        "services",
    }
)
_COMPUTE: Final = ("cpu", "memory", "ephemeral-storage")
_MUST_BE_SAID: Final = frozenset(
    {"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
)


def usage_of(kind: Kind, content: Object) -> Amounts:
    """What an object counts for."""
    counted = {f"count/{kind.qualified}": _ONE}
    if kind.plural in _SHORT_COUNTS and not kind.group:
        counted[kind.plural] = _ONE
    if kind is POD and not _has_ended(content):
        counted |= _compute(content["spec"])
    return counted


def used_in(store: Store, namespace: str, hard: Iterable[str]) -> Amounts:
    """How much of each limited resource a namespace uses."""
    wanted = set(hard)
    used: Amounts = dict.fromkeys(wanted, Decimal(0))
    for kind in KINDS:
        if kind.namespaced and _concerns(kind, wanted):
            for stored in store.table(kind).walk(f"{namespace}/"):
                amounts = usage_of(kind, stored.content)
                add_to(used, {name: amounts[name] for name in amounts if name in wanted})
    return used


def check_quota(store: Store, quota: Object, kind: Kind, new: Object, old: Object | None) -> None:
    """Refuse an object for which a quota has no room.

    Raises:
        Refusal: 403; it names the quota and the amounts.
    """
    hard: Mapping[str, Any] = quota["spec"].get("hard") or {}
    if not _concerns(kind, set(hard)):
        return
    metadata, name = quota["metadata"], new["metadata"]["name"]
    if kind is POD and old is None and (problem := _unsaid(new["spec"], hard)):
        message = f"failed quota: {metadata['name']}: {problem}"
        raise forbidden(kind.plural, name, message, group=kind.group)
    before = usage_of(kind, old) if old is not None else {}
    asked = {
        each: amount - before.get(each, Decimal(0))
        for each, amount in usage_of(kind, new).items()
        if each in hard and amount > before.get(each, Decimal(0))
    }
    if not asked:
        return
    used, limits = used_in(store, metadata["namespace"], asked), read_amounts(hard)
    exceeded = sorted(each for each in asked if used[each] + asked[each] > limits[each])
    if exceeded:
        message = (
            f"exceeded quota: {metadata['name']}, requested: {_listed(asked, exceeded, hard)}, "
            f"used: {_listed(used, exceeded, hard)}, limited: {_listed(limits, exceeded, hard)}"
        )
        raise forbidden(kind.plural, name, message, group=kind.group)


def quota_status(store: Store, quota: Object) -> Object:
    """The status of a quota as things are."""
    hard = quota["spec"].get("hard") or {}
    used = used_in(store, quota["metadata"]["namespace"], hard)
    return {
        "hard": dict(hard),
        "used": {name: write_amount(used[name], str(hard[name])) for name in sorted(hard)},
    }


class Quotas:
    """Keeps the status of every quota true.

    Args:
        store: The objects.
        writer: Changes the quotas.
    """

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._table = store.table(RESOURCE_QUOTA)

    def on_change(self, kind: Kind, type_: EventType, content: Object) -> None:
        """Take part in a change."""
        del type_
        if not (self._table.by_key and kind.namespaced):
            return
        for stored in list(self._table.walk(f"{content['metadata']['namespace']}/")):
            if kind is RESOURCE_QUOTA or _concerns(kind, set(stored.content["spec"].get("hard") or ())):
                changed = {**stored.content, "status": quota_status(self._store, stored.content)}
                self._writer.replace(RESOURCE_QUOTA, stored, changed)


def _concerns(kind: Kind, limited: set[str]) -> bool:
    if kind is POD:
        return any(
            name == "pods"
            or name == "count/pods"
            or name.startswith(("requests.", "limits."))
            or name in _COMPUTE
            for name in limited
        )
    return f"count/{kind.qualified}" in limited or (
        not kind.group and kind.plural in _SHORT_COUNTS and kind.plural in limited
    )


def _has_ended(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def _compute(spec: Object) -> Amounts:
    counted = {"pods": _ONE}
    for name, amount in pod_amounts(spec, "requests").items():
        if name in _COMPUTE or name.startswith("hugepages-"):
            counted[name] = amount
        counted[f"requests.{name}"] = amount
    for name, amount in pod_amounts(spec, "limits").items():
        if name in _COMPUTE:
            counted[f"limits.{name}"] = amount
    return counted


def _unsaid(spec: Object, hard: Mapping[str, Any]) -> str:
    """Which containers do not say how much they want of what the quota limits."""
    required = _MUST_BE_SAID & set(hard)
    missing: dict[str, set[str]] = {}
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        said = _compute({"containers": [container]})
        for name in required - set(said):
            missing.setdefault(name, set()).add(container["name"])
    if not missing:
        return ""
    texts = [f"{name} for: {','.join(sorted(missing[name]))}" for name in sorted(missing)]
    return f"must specify {'; '.join(texts)}"


def _listed(amounts: Amounts, names: Iterable[str], hard: Mapping[str, Any]) -> str:
    return ",".join(f"{name}={write_amount(amounts[name], str(hard[name]))}" for name in names)
