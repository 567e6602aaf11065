"""What the overrides of a whole configuration would do wrong, before anybody submits a job.

Each section's overrides are applied to two sample jobs, one that asks for nothing and one that asks for a
little of everything: an override may build on a volume, or on there being none. What does not apply to
either, and what no schema knows, is told at the section's line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Final

import attrs

from launcher_k8s import pointer
from launcher_k8s.codes import CODES
from launcher_k8s.diagnostics import Diagnostic, Location
from launcher_k8s.errors import OverrideError
from launcher_k8s.job import Job, Mount, MountSource
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.plan import plan_job
from launcher_k8s.schemas.check import attributed
from launcher_k8s.schemas.library import Schemas, load_schemas
from launcher_k8s.schemas.violations import violations
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from launcher_k8s.shape.fact import Path

CODE: Final = "overridden-schema"
UNAPPLIED: Final = "inapplicable-override"

_FIELD: Final = "job_json_overrides"
_HINT: Final = "correct the override's file"
_OPEN: Final = {"placement_constraints": "zone"}
_OWNER: Final = "user"
_PLAIN: Final = Job.shell("true", name="sample", image="image")
_FULL: Final = Job.shell(
    "true",
    name="sample",
    image="image",
    cpus=1,
    cpus_request=1,
    mem_mb=512,
    mem_mb_request=512,
    env={"NAME": "value"},
    secrets=["secret:key:NAME2"],
    ports=[8080],
    tags=["tag"],
    placement_constraints=["zone:a"],
    mounts=[Mount("/data", MountSource("host", {"path": "/data"}))],
    working_directory="/data",
    service_account="account",
    run_as_user_id=1000,
    run_as_group_id=1000,
)


def check_overrides(
    cluster: ClusterSettings,
    *,
    kubernetes: str | None = None,
    locate: Callable[[Override], Location] | None = None,
) -> tuple[Diagnostic, ...]:
    """Find overrides that make of a job what Kubernetes does not know, and those that apply to no job.

    Needs the extra ``schemas``; no cluster is asked. A section's overrides take a few milliseconds.

    Args:
        cluster: The cluster's settings; with templating on its overrides are ignored.
        kubernetes: The version whose schemas count, such as ``1.36``; the newest there is, if None.
        locate: Tells the place of an override; without it columns and the lines' texts are left out.

    Raises:
        NotSupportedError: The extra is not installed, or has no schemas of this version.
    """
    return _check(cluster, load_schemas(kubernetes), locate)


def check_applicable(
    cluster: ClusterSettings, *, locate: Callable[[Override], Location] | None = None
) -> tuple[Diagnostic, ...]:
    """Find overrides that apply to no job, which needs no schemas.

    Args: as for :func:`check_overrides`.
    """
    return _check(cluster, None, locate)


def has_overrides(cluster: ClusterSettings) -> bool:
    """Whether there are overrides to be checked: with templating on they are ignored."""
    return any(_configured(cluster))


def _configured(cluster: ClusterSettings) -> list[tuple[Override, ...]]:
    sections = () if cluster.use_templating else cluster.profiles
    return [section.values[_FIELD].value for section in sections if _FIELD in section.values]


def _check(
    cluster: ClusterSettings, schemas: Schemas | None, locate: Callable[[Override], Location] | None
) -> tuple[Diagnostic, ...]:
    configured = _configured(cluster)
    if not any(configured):
        return ()
    check = partial(_diagnose, samples=_samples(), schemas=schemas, locate=locate or _place)
    return tuple(dict.fromkeys(each for overrides in configured for each in check(overrides)))


def _samples() -> tuple[Mapping[str, Any], ...]:
    cluster = ClusterSettings(profiles=(ProfileSection.everyone(**_OPEN),))
    return tuple(plan_job(job, cluster, user=_OWNER).manifest for job in (_PLAIN, _FULL))


def _diagnose(
    overrides: Sequence[Override],
    *,
    samples: Sequence[Mapping[str, Any]],
    schemas: Schemas | None,
    locate: Callable[[Override], Location],
) -> Iterator[Diagnostic]:
    applied = [_apply(sample, overrides) for sample in samples]
    for number, override in enumerate(overrides):
        errors = [each.failed.get(number) for each in applied]
        if errors[0] is not None and None not in errors:
            yield _diagnostic(UNAPPLIED, locate(override), errors[0].message, errors[0].hint)
    if schemas is None:
        return
    for each in applied:
        found = violations(each.manifest, schemas)
        for finding, setter in attributed(found, each.manifest, each.overrides, each.patch):
            if setter is not None:
                message = f"{_as_written(finding.place, setter.override)} {finding.message}"
                yield _diagnostic(CODE, locate(setter.override), message, finding.hint or _HINT)


def _as_written(place: Path, override: Override) -> str:
    """A place in the words of the override's pointer: where that appends differs between the samples."""
    written = zip_longest(pointer.parse(override.pointer), place)
    shown = ("-" if said == "-" and isinstance(token, int) else token for said, token in written)
    return pointer.format(str(token) for token in shown if token is not None)


@attrs.frozen
class _Applied:
    """A sample after the overrides that could be applied to it, and what is wrong with the others."""

    manifest: Mapping[str, Any]
    overrides: Sequence[Override]
    patch: Sequence[Mapping[str, Any]]
    failed: Mapping[int, OverrideError]


def _apply(sample: Mapping[str, Any], overrides: Sequence[Override]) -> _Applied:
    """One by one, as one that cannot be applied must not hide the others."""
    manifest = dict(sample)
    applied, patch, failed = [], [], {}
    for number, override in enumerate(overrides):
        try:
            manifest, operations = apply_overrides(manifest, [override])
        except OverrideError as error:
            failed[number] = error
        else:
            applied.append(override)
            patch += operations
    return _Applied(manifest, applied, patch, failed)


def _diagnostic(code: str, location: Location, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, CODES[code].severity, location, message, hint)


def _place(override: Override) -> Location:
    origin = override.origin
    return Location(origin.file or origin.kind.value, origin.line, 0, origin.section, origin.key)
