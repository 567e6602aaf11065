"""The status of a job (``ValidateJobStatusUpdate``; when which rule holds: ``batch/job/strategy.go``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, invalid, required
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks
from launcher_k8s.testing.cluster.validation.jobs import omitted

Part = Mapping[str, Any]

_COUNTS: Final = ("active", "succeeded", "failed", "ready", "terminating")
_CONDITIONS: Final = "status.conditions"


def check_job_status(new: Object, old: Object | None) -> list[Cause]:
    """The new status of a stored job."""
    assert old is not None
    status, before = new.get("status") or {}, old.get("status") or {}
    if status is before:
        return []
    found: list[Cause] = []
    for name in _COUNTS:
        found += checks.not_negative(f"status.{name}", status.get(name))
    found += _check_uncounted(status.get("uncountedTerminatedPods") or {})
    held, held_before = _held(status), _held(before)
    if held or held_before:
        found += _check_conditions(held, held_before, status)
        found += _check_end(status, before, held, held_before)
    if status.get("ready", 0) > max(status.get("active", 0), 0):
        text = "cannot set more ready pods than active"
        found.append(invalid("status.ready", status["ready"], text))
    found += _check_both(held)
    return found + _check_changes(new, status, before, held, held_before)


def _held(status: Part) -> set[str]:
    return {each["type"] for each in status.get("conditions", ()) if each.get("status") == "True"}


def _check_uncounted(pods: Part) -> list[Cause]:
    found: list[Cause] = []
    seen: set[str] = set()
    for name in ("succeeded", "failed"):
        for index, uid in enumerate(pods.get(name, ())):
            where = f"status.uncountedTerminatedPods.{name}[{index}]"
            if not uid:
                found.append(invalid(where, uid, "must not be empty"))
            elif uid in seen:
                found.append(Cause(where, "FieldValueDuplicate", f'Duplicate value: "{uid}"'))
            seen.add(uid)
    return found


def _check_conditions(held: set[str], before: set[str], status: Part) -> list[Cause]:
    found = []
    complete_changed = ("Complete" in held) is not ("Complete" in before)
    if complete_changed and {"Complete", "Failed"} <= held:
        found.append(omitted(_CONDITIONS, "cannot set Complete=True and Failed=true conditions"))
    if complete_changed and {"Complete", "FailureTarget"} <= held:
        found.append(omitted(_CONDITIONS, "cannot set Complete=True and FailureTarget=true conditions"))
    completed = status.get("completionTime")
    if completed is not None and "Complete" not in held:
        text = "cannot set completionTime when there is no Complete=True condition"
        found.append(invalid("status.completionTime", completed, text))
    if completed is None and "Complete" in held:
        found.append(required("status.completionTime", "completionTime is required for Complete jobs"))
    started = status.get("startTime")
    if completed is not None and started is not None and completed < started:
        text = "must be equal to or after `startTime`"
        found.append(invalid("status.completionTime", completed, text))
    if "Failed" in held - before and "FailureTarget" not in held:
        text = "cannot set Failed=True condition without the FailureTarget=true condition"
        found.append(omitted(_CONDITIONS, text))
    if "Complete" in held and complete_changed and "SuccessCriteriaMet" not in held:
        text = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        found.append(omitted(_CONDITIONS, text))
    return found


def _check_end(status: Part, before: Part, held: set[str], held_before: set[str]) -> list[Cause]:
    if not held & {"Complete", "Failed"}:
        return []
    changed = not held_before & {"Complete", "Failed"}
    found = []
    active, terminating = status.get("active", 0), status.get("terminating", 0)
    if active > 0 and (changed or active != before.get("active", 0)):
        found.append(invalid("status.active", active, "active>0 is invalid for finished job"))
    if "startTime" not in status and (changed or "startTime" in before):
        found.append(required("status.startTime", "startTime is required for finished job"))
    uncounted = status.get("uncountedTerminatedPods") or {}
    if any(uncounted.values()):
        text = "must be empty for finished job"
        found.append(invalid("status.uncountedTerminatedPods", uncounted, text))
    if terminating > 0 and (changed or terminating != before.get("terminating", 0)):
        text = "terminating>0 is invalid for finished job"
        found.append(invalid("status.terminating", terminating, text))
    return found


def _check_both(held: set[str]) -> list[Cause]:
    return [
        omitted(_CONDITIONS, f"cannot set SuccessCriteriaMet=True and {other}=true conditions")
        for other in ("Failed", "FailureTarget")
        if {"SuccessCriteriaMet", other} <= held
    ]


def _check_changes(
    job: Object, status: Part, before: Part, held: set[str], held_before: set[str]
) -> list[Cause]:
    found = [
        omitted(_CONDITIONS, f"cannot disable the terminal {name}=True condition")
        for name in ("Failed", "Complete", "FailureTarget")
        if name in held_before - held
    ]
    for name in ("failed", "succeeded"):
        if status.get(name, 0) < before.get(name, 0) or status.get(name, 0) < 0:
            text = f"cannot decrease the {name} counter"
            found.append(invalid(f"status.{name}", status.get(name, 0), text))
    for name, text in (
        ("completionTime", checks.IMMUTABLE),
        ("startTime", "field is immutable for unsuspended job once set"),
    ):
        kept = before.get(name) in (None, status.get(name))
        free = job["spec"].get("suspend") if name == "startTime" else status.get(name) is None
        if not kept and not free:
            found.append(invalid(f"status.{name}", status.get(name), text))
    if "SuccessCriteriaMet" in held_before - held:
        found.append(omitted(_CONDITIONS, "cannot disable the SuccessCriteriaMet=True condition"))
    return found
