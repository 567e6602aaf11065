"""A plan, or any Job or Service, held against the published schemas of a version of Kubernetes.

By default a server drops a field that it does not know, with a warning that nobody reads, and answers a
wrong type with the name of a Go struct. Here both are found without a server, with the place, the field
that was probably meant, and the override that said so (kubernetes facts, "The API").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from launcher_k8s.errors import InvalidJobError
from launcher_k8s.finding import Finding
from launcher_k8s.misfits import refuse_misfit
from launcher_k8s.origin import JOB
from launcher_k8s.plan import JobPlan
from launcher_k8s.schemas.library import is_installed, load_schemas
from launcher_k8s.schemas.setters import Setter, setter_of, setters
from launcher_k8s.schemas.violations import violations
from launcher_k8s.settings import Override
from launcher_k8s.shape.fact import Path
from launcher_k8s.wording import kind_of, quote


def check_schema(
    planned: JobPlan | Mapping[str, Any], *, kubernetes: str | None = None
) -> tuple[Finding, ...]:
    """Find unknown fields, wrong types and missing fields in a plan's objects, or in one Job or Service.

    Needs the extra ``schemas``; no cluster is asked. Reading the schemas takes a fifth of a second once,
    and an object about a millisecond.

    Args:
        planned: The plan, or one object as JSON types.
        kubernetes: The version whose schemas count, such as ``1.36``; the newest there is, if None.

    Returns:
        What is wrong, the Job's before the Service's. In a plan each has an origin: the override that set
        the value, else the job.

    Raises:
        NotSupportedError: The extra is not installed, or has no schemas of this version.
        InvalidJobError: An argument is of another kind.
    """
    refuse_misfit(kubernetes, str | None, "kubernetes")
    _refuse_other(planned)
    schemas = load_schemas(kubernetes)
    if isinstance(planned, Mapping):
        return violations(planned, schemas)
    overrides = planned.profile.job_json_overrides.value
    in_job = attributed(violations(planned.manifest, schemas), planned.manifest, overrides, planned.patch)
    in_service = violations(planned.service, schemas) if planned.service is not None else ()
    found = (*(finding for finding, _ in in_job), *in_service)
    return tuple(finding if finding.origin else attrs.evolve(finding, origin=JOB) for finding in found)


def findings_in(plan: JobPlan, *, kubernetes: str | None = None) -> tuple[Finding, ...]:
    """All that can be found in a plan without a cluster: what its overrides break, and what no schema knows.

    Args:
        plan: The plan.
        kubernetes: The version whose schemas count; the newest there is if None, and where the extra is not
            installed they are then left out.

    Raises:
        NotSupportedError: A version is named, and the extra is not installed or has no schemas of it.
    """
    checks_schema = kubernetes is not None or is_installed()
    found = check_schema(plan, kubernetes=kubernetes) if checks_schema else ()
    return without_repeated(plan.findings, told=found) + found


def without_repeated(findings: Iterable[Finding], *, told: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings at places of which nothing is told yet; indexes do not count, as a server leaves them out."""
    places = set(map(_without_indexes, told))
    return tuple(finding for finding in findings if _without_indexes(finding) not in places)


def _without_indexes(finding: Finding) -> tuple[str, Path]:
    return finding.kind, tuple(token for token in finding.place if not isinstance(token, int))


def _refuse_other(planned: object) -> None:
    if not isinstance(planned, JobPlan | Mapping):
        message = f"planned is {kind_of(planned)}, neither a plan nor an object"
        raise InvalidJobError.single("planned", message, hint="plan_job(...) makes a plan")


def attributed(
    findings: Sequence[Finding],
    manifest: Mapping[str, Any],
    overrides: Sequence[Override],
    patch: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[Finding, Setter | None]]:
    """What is wrong in a Job, each with the override that set it, which its message and origin name.

    Args:
        findings: What is wrong.
        manifest: The Job after the overrides.
        overrides: What was applied, in order.
        patch: What they did: one operation each.
    """
    among = setters(manifest, overrides, patch) if findings else ()
    for finding in findings:
        setter = setter_of(finding.place, among)
        yield (finding, None) if setter is None else (_blamed(finding, setter.override), setter)


def _blamed(finding: Finding, override: Override) -> Finding:
    file = f" from {override.file}" if override.file else ""
    message = f"{finding.message}, by the override {quote(override.pointer)}{file}"
    return attrs.evolve(finding, message=message, origin=override.origin)
