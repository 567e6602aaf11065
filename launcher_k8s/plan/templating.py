"""The objects of a job where templating is on: rendered, judged, and told whose templates they are.

What may not be submitted is refused while it is rendered; all else that departs from the contract is a
warning (domain, section 4, "What blocks"). Overrides are without effect then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from launcher_k8s.concealing import conceal, secrets_in
from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.origin import DEFAULT, Origin
from launcher_k8s.settings import ClusterSettings, UserProfile
from launcher_k8s.shape.fact import POD_METADATA, look_for
from launcher_k8s.shape.identity import STDIN_COPY
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND, STDIN_ANNOTATION
from launcher_k8s.shape.service import service_ports
from launcher_k8s.templates.effects import Effects

if TYPE_CHECKING:  # Jinja2 and all functions are loaded with the first template
    from launcher_k8s.templates.template_set import Rendering, TemplateSet

_SETS_KEPT = 16


@attrs.frozen
class Templated:
    """What templates made of a job.

    Args:
        manifest: The Job.
        service: The Service; None where the job needs none.
        findings: Where they depart from the contract; each is a warning among the decisions too.
    """

    manifest: dict[str, Any]
    service: dict[str, Any] | None
    findings: tuple[Finding, ...]


def render_objects(
    data: Mapping[str, Any],
    cluster: ClusterSettings,
    profile: UserProfile,
    trail: Trail,
    *,
    groups: Sequence[str],
    effects: Effects | None,
) -> Templated:
    """Make the objects of a job by the cluster's templates.

    Args:
        data: The job's data.
        cluster: The cluster's settings.
        profile: The profile of the job's owner.
        trail: Told which templates count, and of everything that is wrong with what they make.
        groups: All groups of the owner.
        effects: What templates may reach beyond the job.

    Raises:
        TemplateError: A template is not right, fails, or makes what may not be submitted.
    """
    from launcher_k8s.templates.contract import data_for

    templates = template_set(cluster, effects)
    _tell(templates, cluster, profile, trail)
    ratios = _ratios(profile)
    known = {data["user"]: tuple(groups)}
    given = data_for(data, templates.job_version, **ratios)
    job = templates.job(given, groups=known)
    findings = list(_judged(job, JOB_KIND, data, given, templates.job_version))
    if not cluster.stdin_annotation:
        look_for(job.value, (*POD_METADATA, "annotations"), dict).pop(STDIN_ANNOTATION, None)
        findings = [finding for finding in findings if finding.code != STDIN_COPY]
    service = None
    if service_ports(data):
        given = data_for(data, templates.service_version, **ratios)
        service = templates.service(given, groups=known)
        findings += _judged(service, SERVICE_KIND, data, given, templates.service_version)
    placed = tuple(_placed(findings, data, cluster))
    for finding in placed:
        advice = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
        trail.warn(finding.path or finding.code, advice, finding.origin or DEFAULT)
    return Templated(job.value, None if service is None else service.value, placed)


def _placed(
    findings: Sequence[Finding], data: Mapping[str, Any], cluster: ClusterSettings
) -> Iterator[Finding]:
    """Findings with their templates' places, and without the job's secrets."""
    if not findings:
        return
    hidden = secrets_in((data["stdin"], *(variable["value"] for variable in data["environment"])))
    for finding in findings:
        yield attrs.evolve(
            finding,
            message=conceal(finding.message, hidden),
            hint=conceal(finding.hint, hidden),
            origin=_origin(cluster, finding.kind),
        )


def render_service(
    data: Mapping[str, Any],
    cluster: ClusterSettings,
    profile: UserProfile,
    *,
    groups: Sequence[str],
    effects: Effects | None,
) -> dict[str, Any]:
    """Make the Service alone of a job that needs one; the arguments are those of :func:`render_objects`.

    Raises:
        TemplateError: The template is not right, fails, or makes what may not be submitted.
    """
    from launcher_k8s.templates.contract import data_for

    templates = template_set(cluster, effects)
    given = data_for(data, templates.service_version, **_ratios(profile))
    service = templates.service(given, groups={data["user"]: tuple(groups)})
    _judged(service, SERVICE_KIND, data, given, templates.service_version)
    return service.value


def _ratios(profile: UserProfile) -> dict[str, float]:
    return {
        "cpu_ratio": float(profile.cpu_request_ratio.value),
        "memory_ratio": float(profile.memory_request_ratio.value),
    }


def template_set(cluster: ClusterSettings, effects: Effects | None) -> TemplateSet:
    """The cluster's templates, compiled; the same ones are compiled once.

    Args:
        cluster: The cluster's settings.
        effects: What templates may reach beyond the job.

    Raises:
        TemplateError: One of them is not right.
    """
    return _compiled(tuple(sorted((cluster.templates or {}).items())), _Same(effects))


@attrs.frozen(eq=False)
class _Same:
    """Effects as a key: the same object is the same key, whatever it is equal to."""

    effects: Effects | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.effects is other.effects

    def __hash__(self) -> int:
        return id(self.effects)


@lru_cache(maxsize=_SETS_KEPT)
def _compiled(files: tuple[tuple[str, str], ...], same: _Same) -> TemplateSet:
    from launcher_k8s.templates.template_set import TemplateSet

    return TemplateSet(dict(files), effects=same.effects)


def _tell(templates: TemplateSet, cluster: ClusterSettings, profile: UserProfile, trail: Trail) -> None:
    from launcher_k8s.templates.versions import OLDEST_FULL, format_version

    for name, version in templates.versions.items():
        if name in templates.files:
            origin, reason = Origin.in_file(f"{cluster.scratch_directory}/{name}", 1), ""
        else:
            origin, reason = DEFAULT, f"the library's own: {cluster.scratch_directory} has none"
        trail.decide(name, f"version {format_version(version)}", DecisionKind.CHOSEN, origin, reason)
        if version < OLDEST_FULL:
            trail.warn(name, f"version {format_version(version)} is old: upgrade the template", origin)
    if profile.job_json_overrides.value:
        reason = f"ignored: templating is on ({cluster.origin('use_templating')})"
        trail.warn("job-json-overrides", reason, profile.job_json_overrides.origin)


def _judged(
    made: Rendering,
    kind: str,
    data: Mapping[str, Any],
    given: Mapping[str, Any],
    version: tuple[int, int, int],
) -> Iterator[Finding]:
    from launcher_k8s.templates.contract import not_expressed
    from launcher_k8s.templates.judging import judge

    for warning in made.warnings:
        yield Finding("exec-field", (), warning, severity=Severity.WARNING, kind=kind)
    yield from judge(made.document, made.name, given, version)
    yield from not_expressed(made.value, data, version, kind=kind)


def _origin(cluster: ClusterSettings, kind: str) -> Origin:
    from launcher_k8s.templates.defaults import JOB_FILES, SERVICE_FILES, chosen

    given = cluster.templates or {}
    name = chosen(given, JOB_FILES if kind == JOB_KIND else SERVICE_FILES)
    if name in given:
        return Origin.in_file(f"{cluster.scratch_directory}/{name}", 1)
    return DEFAULT
