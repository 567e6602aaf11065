"""Whether a mutant is caught by the validator, or makes the same objects for every job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import attrs
from hypothesis import HealthCheck, Phase, given, settings

from launcher_k8s.decisions import Trail
from launcher_k8s.errors import TemplateError
from launcher_k8s.job import Job
from launcher_k8s.manifest import job_data
from launcher_k8s.plan import plan_job
from launcher_k8s.rules.mounts import plan_mounts
from launcher_k8s.settings import ClusterSettings, ProfileSection
from launcher_k8s.templates.contract import data_for
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE
from launcher_k8s.templates.judging import judge
from launcher_k8s.templates.lints import lint
from launcher_k8s.templates.samples import sample_data
from launcher_k8s.templates.template_set import TemplateSet
from launcher_k8s.templates.validation import validate_templates
from tests.mutation.mutants import Mutant
from tests.strategies import jobs

CAUGHT: Final = "caught"
EQUIVALENT: Final = "equivalent"
SURVIVES: Final = "survives"
KINDS: Final = (JOB_FILE, SERVICE_FILE)

_SETTINGS: Final = ClusterSettings(
    api_url="https://k8s.example.org",
    auth_token="token",
    profiles=(ProfileSection.everyone(max_nvidia_gpus=16, max_amd_gpus=16),),
    instance_id="one",
)


def verdict(mutant: Mutant, *, jobs: int) -> str:
    """What becomes of a mutant.

    Args:
        mutant: A change of one of our own templates.
        jobs: For how many random jobs it must make the same objects to be the same.
    """
    files = {mutant.file: mutant.text}
    if _has_findings(files) or not validate_templates(files).is_clean:
        return CAUGHT
    return EQUIVALENT if _is_same(files, mutant.file, jobs) else SURVIVES


def _has_findings(files: Mapping[str, str]) -> bool:
    """Whether the validator finds something, without the places that it would look for then."""
    try:
        templates = TemplateSet(files)
    except TemplateError:
        return True
    if any(lint(templates.used, templates.names)):
        return True
    return any(_is_wrong(templates, name, data) for name in KINDS for data in samples(name))


def _is_wrong(templates: TemplateSet, name: str, data: Mapping[str, Any]) -> bool:
    version = templates.versions[name]
    given = data_for(data, version, cpu_ratio=0.5, memory_ratio=0.5)
    try:
        document = templates.read(name, given).document
    except TemplateError:
        return True
    return any(judge(document, name, given, version))


def _is_same(files: Mapping[str, str], name: str, count: int) -> bool:
    templates = TemplateSet(files)
    return all(
        _object(templates, name, data) == expected
        for data, expected in zip(_data(name, count), _expected(name, count), strict=True)
    )


def _object(templates: TemplateSet, name: str, data: Mapping[str, Any]) -> Any:
    try:
        return _without_nulls(templates.read(name, data).value)
    except TemplateError:
        return None


def _without_nulls(value: Any) -> Any:
    """An object as the API server takes it, where null and an absent key mean the same."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


@cache
def _expected(name: str, count: int) -> Sequence[Any]:
    ours = TemplateSet({})
    return [_object(ours, name, data) for data in _data(name, count)]


@cache
def _data(name: str, count: int) -> Sequence[Mapping[str, Any]]:
    """Data that a template is given: of the validator's samples, and of random jobs."""
    return [*_of(name, _random_data(count)), *samples(name)]


def _of(name: str, every: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those for which a template is rendered."""
    return [data for data in every if name == JOB_FILE or data["servicePortsJson"] != "[]"]


@cache
def samples(name: str) -> Sequence[Mapping[str, Any]]:
    """The validator's samples for a template."""
    return _of(name, (data for _, data in sample_data("jsmith")))


@cache
def _random_data(count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(job=jobs())
    def collect(job: Job) -> None:
        # Constraints must be the profile's: a plan has none of its own to choose from.
        decided = plan_job(attrs.evolve(job, placement_constraints=()), _SETTINGS, user="me").job
        decided = attrs.evolve(decided, placement_constraints=job.placement_constraints)
        mounts = plan_mounts(job, user="me", trail=Trail())
        found.append(job_data(decided, volumes=mounts.volumes, volume_mounts=mounts.volume_mounts))

    collect()
    return found
