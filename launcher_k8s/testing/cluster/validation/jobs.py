"""Jobs (``pkg/apis/batch/validation/validation.go``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import (
    INVALID,
    Cause,
    duplicate,
    invalid,
    not_supported,
    required,
)
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.names import label_problems
from launcher_k8s.testing.cluster.validation import checks, pods

Part = Mapping[str, Any]

_COUNTS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_FIXED: Final = (
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
)
_MODES: Final = ("NonIndexed", "Indexed")
_MANY_PODS: Final = 100_000
_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_STATUSES: Final = ("False", "True", "Unknown")
_REPLACEMENTS: Final = ("Failed", "TerminatingOrFailed")
_RESTART: Final = ("OnFailure", "Never")
_MANAGER: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[^/].*")
_MISMATCH: Final = "`selector` does not match template `labels`"
_ONLY_INDEXED: Final = "requires indexed completion mode"
_UID_LABEL: Final = "batch.kubernetes.io/controller-uid"


def check_job(new: Object, old: Object | None) -> list[Cause]:
    """A job; of a stored one the template and more may not change."""
    spec = new["spec"]
    if old is not None and spec is old["spec"]:
        return []
    kept = old is not None and spec.get("selector") == old["spec"]["selector"]
    found = [] if kept else _check_generated(new)
    known = old is not None and spec["template"] == old["spec"]["template"]
    found += _check_spec(spec, template_known=known)
    found += _check_selector(spec)
    if old is None:
        return found + _check_index_names(new)
    return found + _check_changes(spec, old["spec"])


def omitted(where: str, text: str) -> Cause:
    """A cause that does not show the value."""
    return Cause(where, INVALID, f"Invalid value: {text}")


def _check_generated(job: Object) -> list[Cause]:
    """The labels and the selector that the server makes (``validateGeneratedSelector``)."""
    spec, metadata = job["spec"], job["metadata"]
    if spec["manualSelector"] or "selector" not in spec:
        return []
    labels, own = spec["template"]["metadata"].get("labels") or {}, _own_labels(metadata)
    found = []
    for key, value in own.items():
        if labels.get(key) != value:
            where = "spec.template.metadata.labels"
            found.append(invalid(where, labels, f"must be '{value}'"))
    if not _matches(spec["selector"], own):
        found.append(invalid("spec.selector", spec["selector"], "`selector` not auto-generated"))
    return found


def _own_labels(metadata: Part) -> dict[str, str]:
    uid, name = metadata["uid"], metadata["name"]
    return {
        "controller-uid": uid,
        "job-name": name,
        _UID_LABEL: uid,
        "batch.kubernetes.io/job-name": name,
    }


def _check_spec(spec: Part, *, template_known: bool) -> list[Cause]:
    found: list[Cause] = []
    for name in _COUNTS:
        found += checks.not_negative(f"spec.{name}", spec.get(name))
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        found.append(required("spec.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if "managedBy" in spec and not _MANAGER.fullmatch(spec["managedBy"]):
        text = 'must be a domain-prefixed path (such as "acme.io/foo")'
        found.append(invalid("spec.managedBy", spec["managedBy"], text))
    found += _check_mode(spec)
    if "podFailurePolicy" in spec:
        found += _check_failure_policy(spec)
    if "successPolicy" in spec and spec["completionMode"] != "Indexed":
        found.append(invalid("spec.successPolicy", spec["successPolicy"], _ONLY_INDEXED))
    replacements = ("Failed",) if "podFailurePolicy" in spec else _REPLACEMENTS
    found += checks.supported("spec.podReplacementPolicy", spec["podReplacementPolicy"], replacements)
    if not template_known:
        found += pods.check_template("spec.template", spec["template"])
    return found + _check_restarts(spec)


def _check_mode(spec: Part) -> list[Cause]:
    mode = spec["completionMode"]
    found = checks.supported("spec.completionMode", mode, _MODES)
    if mode == "NonIndexed":
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if name in spec:
                found.append(invalid(f"spec.{name}", spec[name], _ONLY_INDEXED))
    if mode != "Indexed":
        return found
    if "completions" not in spec:
        found.append(required("spec.completions", "when completion mode is Indexed"))
    if spec["parallelism"] > _MANY_PODS:
        text = f"must be less than or equal to {_MANY_PODS} when completion mode is Indexed"
        found.append(invalid("spec.parallelism", spec["parallelism"], text))
    if spec.get("maxFailedIndexes", 0) > spec.get("completions", 0):
        text = "must be less than or equal to completions"
        found.append(invalid("spec.maxFailedIndexes", spec["maxFailedIndexes"], text))
    return found


def _check_restarts(spec: Part) -> list[Cause]:
    where = "spec.template.spec.restartPolicy"
    policy = spec["template"]["spec"]["restartPolicy"]
    if policy == "Always":
        return [required(where, 'valid values: "OnFailure", "Never"')]
    if policy not in _RESTART:
        return [not_supported(where, policy, _RESTART)]
    if "podFailurePolicy" in spec and policy != "Never":
        return [invalid(where, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []


def _check_failure_policy(spec: Part) -> list[Cause]:
    pod = spec["template"]["spec"]
    names = {each.get("name") for each in [*pod.get("containers", ()), *pod.get("initContainers", ())]}
    found: list[Cause] = []
    for index, rule in enumerate(spec["podFailurePolicy"].get("rules") or ()):
        where = f"spec.podFailurePolicy.rules[{index}]"
        action = rule.get("action", "")
        if not action:
            found.append(
                required(f"{where}.action", 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]')
            )
        elif action == "FailIndex" and "backoffLimitPerIndex" not in spec:
            text = "requires the backoffLimitPerIndex to be set"
            found.append(invalid(f"{where}.action", action, text))
        else:
            found += checks.supported(f"{where}.action", action, _ACTIONS)
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or ()
        if codes is not None:
            found += _check_exit_codes(f"{where}.onExitCodes", codes, names)
        found += _check_conditions(f"{where}.onPodConditions", conditions)
        if codes is not None and conditions:
            found.append(omitted(where, "specifying both OnExitCodes and OnPodConditions is not supported"))
        if codes is None and not conditions:
            found.append(omitted(where, "specifying one of OnExitCodes and OnPodConditions is required"))
    return found


def _check_exit_codes(where: str, codes: Part, names: set[str | None]) -> list[Cause]:
    operator, values = codes.get("operator", ""), codes.get("values") or []
    found = (
        checks.supported(f"{where}.operator", operator, ("In", "NotIn"))
        if operator
        else [required(f"{where}.operator", 'valid values: ["In" "NotIn"]')]
    )
    if "containerName" in codes and codes["containerName"] not in names:
        text = "must be one of the container or initContainer names in the pod template"
        found.append(invalid(f"{where}.containerName", codes["containerName"], text))
    if not values:
        found.append(invalid(f"{where}.values", None, "at least one value is required"))
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            found.append(invalid(f"{where}.values[{index}]", value, "must not be 0 for the In operator"))
        if value in values[:index]:
            found.append(duplicate(f"{where}.values[{index}]", value))
    if values != sorted(values):
        found.append(invalid(f"{where}.values", values, "must be ordered"))
    return found


def _check_conditions(where: str, patterns: Sequence[Part]) -> list[Cause]:
    found: list[Cause] = []
    for index, pattern in enumerate(patterns):
        place = f"{where}[{index}]"
        found += checks.named(f"{place}.type", pattern.get("type", ""), checks.qualified_name)
        found += checks.supported(f"{place}.status", pattern.get("status", ""), _STATUSES)
    return found


def _check_selector(spec: Part) -> list[Cause]:
    labels = spec["template"]["metadata"].get("labels")
    selector = spec.get("selector")
    found = [] if selector is not None else [required("spec.selector")]
    if selector is None or not _matches(selector, labels or {}):
        found.append(invalid("spec.template.metadata.labels", labels, _MISMATCH))
    return found


def _matches(selector: Part, labels: Part) -> bool:
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    requirements = selector.get("matchExpressions")
    return not requirements or all(_meets(each, labels) for each in requirements)


def _meets(requirement: Part, labels: Part) -> bool:
    value, values = labels.get(requirement.get("key", "")), requirement.get("values") or ()
    match requirement.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None


def _check_index_names(job: Object) -> list[Cause]:
    """The pods of an indexed job are named after it and their index."""
    spec, name = job["spec"], job["metadata"]["name"]
    if spec["completionMode"] != "Indexed" or spec.get("completions", 0) <= 0:
        return []
    longest = f"{name}-{spec['completions'] - 1}"
    if not label_problems(longest):
        return []
    text = f"will not able to create pod with invalid DNS label: {longest}"
    return [invalid("metadata.name", name, text)]


def _check_changes(new: Part, old: Part) -> list[Cause]:
    found = _check_completions(new, old)
    found += checks.unchanged("spec.selector", new.get("selector"), old.get("selector"))
    found += _check_template_change(new["template"], old)
    for name in _FIXED:
        found += checks.unchanged(f"spec.{name}", new.get(name), old.get(name))
    return found


def _check_completions(new: Part, old: Part) -> list[Cause]:
    where, completions = "spec.completions", new.get("completions")
    if new["completionMode"] != "Indexed":
        return checks.unchanged(where, completions, old.get("completions"))
    if completions in (old.get("completions"), None) or completions == new["parallelism"]:
        return []
    return [invalid(where, completions, "can only be modified in tandem with spec.parallelism")]


def _check_template_change(template: Part, old: Part) -> list[Cause]:
    """While a job is suspended, where its pods may run and what they may use is free."""
    if template == old["template"]:
        return []
    free = _without_scheduling if old["suspend"] else dict
    if free(template["spec"]) != free(old["template"]["spec"]):
        where = "spec.template.spec" if old["suspend"] else "spec.template"
        shown = template["spec"] if old["suspend"] else template
        return [invalid(where, shown, checks.IMMUTABLE)]
    if old["suspend"]:
        return []
    return [invalid("spec.template", template, checks.IMMUTABLE)]


def _without_scheduling(spec: Part) -> dict[str, Any]:
    free = ("nodeSelector", "tolerations", "schedulingGates", "affinity")
    fixed = {name: value for name, value in spec.items() if name not in free}
    for name in ("containers", "initContainers"):
        fixed[name] = [
            {field: value for field, value in container.items() if field != "resources"}
            for container in spec.get(name, ())
        ]
    return fixed
