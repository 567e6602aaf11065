"""What may change of a pod once it is there (``ValidatePodUpdate``, ``ValidatePodStatusUpdate``).

The server adds the difference of its Go structs to the refusal of a changed spec; that is left out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, forbidden, invalid
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks

_ONLY: Final = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"
)
_CONTAINERS: Final = ("containers", "initContainers")
_FREE: Final = (*_CONTAINERS, "activeDeadlineSeconds", "tolerations", "schedulingGates")
_NO_RETURN: Final = "may not be transitioned to non-terminated state"

Part = Mapping[str, Any]


def check_spec_change(new: Part, old: Part) -> list[Cause]:
    """The spec of a stored pod."""
    for name in _CONTAINERS:
        if len(new.get(name, ())) != len(old.get(name, ())):
            return [forbidden(f"spec.{name}", "pod updates may not add or remove containers")]
    found, stop = _check_deadline(new.get("activeDeadlineSeconds"), old.get("activeDeadlineSeconds"))
    if stop:
        return found
    found += _check_added(new.get("tolerations") or (), old.get("tolerations") or ())
    found += _check_gates(new.get("schedulingGates") or (), old.get("schedulingGates") or ())
    if _fixed_part(new) != _fixed_part(old):
        found.append(forbidden("spec", _ONLY))
    return found


def check_pod_status(new: Object, old: Object | None) -> list[Cause]:
    """The status of a stored pod."""
    assert old is not None
    status, before = new.get("status") or {}, old.get("status") or {}
    found: list[Cause] = []
    for index, condition in enumerate(status.get("conditions", ())):
        if condition.get("type", "") == "":
            found += checks.named(f"status.conditions[{index}].type", "", checks.qualified_name)
    found += checks.unchanged("status.qosClass", status.get("qosClass", ""), before.get("qosClass", ""))
    policy = old["spec"].get("restartPolicy")
    if policy != "Always":
        found += _check_returns(status, before, policy)
    return found


def _check_returns(new: Part, old: Part, policy: str) -> list[Cause]:
    found = []
    states = {each.get("name"): each.get("state") or {} for each in new.get("containerStatuses", ())}
    for index, status in enumerate(old.get("containerStatuses", ())):
        ended = (status.get("state") or {}).get("terminated")
        if ended is None or status.get("name") not in states:
            continue
        may_return = policy == "OnFailure" and ended.get("exitCode", 0) != 0
        if "terminated" not in states[status["name"]] and not may_return:
            found.append(forbidden(f"status.containerStatuses[{index}].state", _NO_RETURN))
    return found


def _check_deadline(new: int | None, old: int | None) -> tuple[list[Cause], bool]:
    where = "spec.activeDeadlineSeconds"
    if new is None:
        text = "must not update from a positive integer to nil value"
        return ([] if old is None else [invalid(where, None, text)]), False
    found = checks.between(where, new, 0, checks.LARGEST)
    if not found and old is not None and old < new:
        found = [invalid(where, new, "must be less than or equal to previous value")]
    return found, bool(found)


def _check_added(new: Sequence[Part], old: Sequence[Part]) -> list[Cause]:
    def timeless(toleration: Part) -> dict[str, Any]:
        return {name: value for name, value in toleration.items() if name != "tolerationSeconds"}

    kept = [timeless(toleration) for toleration in new]
    if all(timeless(toleration) in kept for toleration in old):
        return []
    text = "existing toleration can not be modified except its tolerationSeconds"
    return [forbidden("spec.tolerations", text)]


def _check_gates(new: Sequence[Part], old: Sequence[Part]) -> list[Cause]:
    added = [gate for gate in new if gate not in old]
    return [forbidden("spec.schedulingGates", "only deletion is allowed") for _ in added[:1]]


def _fixed_part(spec: Part) -> dict[str, Any]:
    fixed = {name: value for name, value in spec.items() if name not in _FREE}
    for name in _CONTAINERS:
        fixed[name] = [
            {field: value for field, value in container.items() if field != "image"}
            for container in spec.get(name, ())
        ]
    return fixed
