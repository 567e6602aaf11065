"""Jobs (``pkg/apis/batch/v1/defaults.go`` and ``pkg/registry/batch/job/strategy.go``).

A job that is made gets its selector: its uid, which also goes onto the pods by the template's labels. A job
without labels of its own shows those of its template.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.testing.cluster.defaults.filling import Part, changed, changed_each, filled
from launcher_k8s.testing.cluster.defaults.pods import fill_template
from launcher_k8s.testing.cluster.kinds import Object

_SPEC: Final[Part] = {
    "parallelism": 1,
    "completionMode": "NonIndexed",
    "suspend": False,
    "manualSelector": False,
}
_LARGEST: Final = 2**31 - 1
_UID_LABEL: Final = "batch.kubernetes.io/controller-uid"


def fill_job(new: Object, old: Object | None) -> Object:
    """A job; a stored one has its selector already."""
    if old is not None and new.get("spec") is old.get("spec"):
        return filled(new, {"status": {}})
    spec = _with_counts(new.get("spec") or {})
    template = fill_template(spec.get("template") or {})
    if old is None and not spec["manualSelector"]:
        template = _with_labels(template, new["metadata"])
        spec = {**spec, "selector": _selector(spec, new["metadata"]["uid"]), "template": template}
    elif template is not spec.get("template"):
        spec = {**spec, "template": template}
    new = {**new, "spec": spec, "status": {} if old is None else new.get("status", {})}
    labels = template["metadata"].get("labels")
    if labels and not new["metadata"].get("labels"):
        new["metadata"] = {**new["metadata"], "labels": labels}
    return new


def _with_counts(spec: Part) -> Part:
    policy = spec.get("podFailurePolicy")
    defaults = {
        **_SPEC,
        "backoffLimit": _LARGEST if "backoffLimitPerIndex" in spec else 6,
        "podReplacementPolicy": "TerminatingOrFailed" if policy is None else "Failed",
    }
    if "parallelism" not in spec:  # with it and without completions, a Job is a work queue
        defaults["completions"] = 1
    spec = filled(spec, defaults)
    return changed(spec, "podFailurePolicy", _with_statuses)


def _with_statuses(policy: Part) -> Part:
    return changed_each(policy, "rules", _with_pattern_statuses)


def _with_pattern_statuses(rule: Part) -> Part:
    return changed_each(rule, "onPodConditions", lambda pattern: filled(pattern, {"status": "True"}))


def _with_labels(template: Part, metadata: Part) -> Part:
    uid, name = metadata["uid"], metadata["name"]
    own = {
        _UID_LABEL: uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
    }
    labels = filled(template["metadata"].get("labels") or {}, own)
    return {**template, "metadata": {**template["metadata"], "labels": labels}}


def _selector(spec: Part, uid: str) -> Part:
    selector = spec.get("selector") or {}
    return {**selector, "matchLabels": filled(selector.get("matchLabels") or {}, {_UID_LABEL: uid})}
