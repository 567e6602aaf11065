"""The profile's overrides in a plan: applied, shown, and judged; and the name, which none of them can set.

What takes away what the Job is known by is refused; anything else that departs from the Launcher's shape
is a warning (domain, section 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from launcher_k8s import pointer
from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.errors import OverrideError
from launcher_k8s.finding import Finding
from launcher_k8s.manifest import check, lost_identification
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.settings import Override, UserProfile
from launcher_k8s.shape.fact import look
from launcher_k8s.shape.identity import STDIN_COPY
from launcher_k8s.shape.names import SUBMISSION_ANNOTATION
from launcher_k8s.shape.table import JOB_FACTS

_NEVER_WRITTEN = tuple(fact for fact in JOB_FACTS if not fact.is_written)
_SET_LAST = frozenset(tuple(map(str, fact.path)) for fact in JOB_FACTS if fact.is_set_last)


def override(
    manifest: dict[str, Any], data: Mapping[str, Any], profile: UserProfile, trail: Trail
) -> tuple[dict[str, Any], tuple[Mapping[str, Any], ...], tuple[Finding, ...]]:
    """Apply the overrides of a user's profile.

    Args:
        manifest: The Job as it was built.
        data: The data it was built from.
        profile: The user's effective profile.
        trail: Told of every override that takes effect, and of everything that they break.

    Returns:
        The Job after them, what they did as an RFC 6902 patch, and what they break.

    Raises:
        OverrideError: One cannot be applied, or takes away what makes the Job known as the Launcher's.
    """
    overrides = profile.job_json_overrides.value
    if not overrides:
        return manifest, (), ()
    changed, patch = apply_overrides(manifest, overrides)
    if lost_identification(changed):
        raise _identification_error(manifest, overrides)
    for each in overrides:
        if pointer.parse(each.pointer) not in _SET_LAST:
            source = f"the content of {each.file}" if each.file else "set in code"
            trail.decide(each.pointer, source, DecisionKind.OVERRIDDEN, each.origin)
    origin = profile.job_json_overrides.origin
    findings = tuple(attrs.evolve(finding, origin=origin) for finding in _broken(changed, data))
    for finding in findings:
        trail.warn(finding.path, f"{finding.message}; {finding.hint}", origin)
    return changed, tuple(patch), findings


def set_last(manifest: Mapping[str, Any], job_id: str, submission: str) -> dict[str, Any]:
    """The Job under its name; new mappings, as an override's value may stand in the old ones."""
    metadata = manifest["metadata"]
    found = metadata.get("annotations")
    annotations = {**(found if isinstance(found, dict) else {}), SUBMISSION_ANNOTATION: submission}
    return {
        **manifest,
        "metadata": {"name": job_id, **metadata, "annotations": annotations} | {"name": job_id},
    }


def _broken(manifest: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Finding]:
    """Where the Job departs from the Launcher's shape, and what that means."""
    for finding in check(manifest, data):
        if finding.code != STDIN_COPY:
            yield attrs.evolve(finding, message=f"{finding.message}, after the overrides")
    for fact in _NEVER_WRITTEN:
        if problem := fact.problem(look(manifest, fact.path)):
            yield Finding(fact.code, fact.path, f"{problem}, by an override", fact.why, fact.severity)


def _identification_error(manifest: dict[str, Any], overrides: Sequence[Override]) -> OverrideError:
    """Names the override that took it away, by applying them one by one."""
    culprit = overrides[0]
    was_lost = False
    changed = manifest
    for each in overrides:
        changed, _ = apply_overrides(changed, [each])
        is_lost = bool(lost_identification(changed))
        culprit = each if is_lost and not was_lost else culprit
        was_lost = is_lost
    lost = lost_identification(changed)
    what = "; ".join(f"{finding.path} {finding.message}" for finding in lost)
    return OverrideError(
        f"the override {culprit.pointer} ({culprit.origin}) would leave a Job that is not known as the "
        f"Launcher's: {what}",
        pointer=culprit.pointer,
        origin=culprit.origin,
        hint="; ".join(dict.fromkeys(finding.hint for finding in lost)),
    )
