"""What a type checker knows of the public names: `nox -s types` checks each `assert_type` below.

Lines marked `type: ignore[...]` must be errors: mypy complains of an ignore that ignores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, assert_type

import pytest

from launcher_k8s import (
    Allocation,
    BlockingBackend,
    BlockingStream,
    ClusterError,
    ClusterInfo,
    ClusterSettings,
    CommandLimits,
    ControlResult,
    Decision,
    Diagnostic,
    Difference,
    Effects,
    Finding,
    GapReason,
    HostEffects,
    InvalidJobError,
    Job,
    JobBackend,
    JobFilter,
    JobList,
    JobPlan,
    JobState,
    JobStatus,
    KubernetesCluster,
    LauncherError,
    Operation,
    Origin,
    OutputChunk,
    OutputGap,
    PlacementConstraint,
    ProfileSection,
    Progress,
    Refusal,
    Rendering,
    SettingChange,
    Settings,
    Sourced,
    Stream,
    Submitted,
    TemplateSet,
    TerminalProgress,
    TqdmProgress,
    Upgrade,
    UserProfile,
    Validation,
    check_overrides,
    check_schema,
    default_templates,
    diff_templates,
    from_wire,
    generate_templates,
    load_settings,
    plan_job,
    profile_for,
    read_settings,
    to_wire,
    upgrade_template,
    validate_templates,
)
from tests.examples import example_directory

DIRECTORY = example_directory("profiles")


def test_settings() -> None:
    settings = assert_type(load_settings(DIRECTORY), Settings)
    assert_type(load_settings(str(DIRECTORY), strict=False, environ={}), Settings)
    assert_type(read_settings(DIRECTORY), tuple[Settings | None, tuple[Diagnostic, ...]])
    cluster = assert_type(settings.cluster(), ClusterSettings)
    assert_type(settings.cluster("Kubernetes"), ClusterSettings)
    assert_type(cluster.api_url, str | None)
    assert_type(cluster.fetch_limit, int)
    assert_type(cluster.job_expiry_hours, Decimal)
    assert_type(cluster.origin("fetch_limit"), Origin)


def test_profiles() -> None:
    cluster = ClusterSettings(profiles=[ProfileSection.everyone(max_cpus=2)])  # type: ignore[arg-type]
    cluster = ClusterSettings(profiles=(ProfileSection.everyone(max_cpus=2),))
    profile = assert_type(profile_for(cluster, "jane", groups=["staff"]), UserProfile)
    assert_type(profile.max_cpus, Sourced[Decimal])
    assert_type(profile.max_cpus.value, Decimal)
    assert_type(profile.max_cpus.origin, Origin)
    assert_type(profile.placement_constraints.value, tuple[PlacementConstraint, ...])
    assert_type(profile.items(), Iterator[tuple[str, Sourced[Any]]])


def test_jobs_and_plans() -> None:
    job = assert_type(Job.shell("true", image="r:4", cpus=2, env={"A": "1"}, tags=["t"]), Job)
    assert_type(Job.exec(["true"], mem_mb=Decimal(512), ports=[8080]), Job)
    with pytest.raises(InvalidJobError):
        Job.shell("true", image=4)  # type: ignore[arg-type]
    plan = assert_type(plan_job(job, ClusterSettings(), user="jane"), JobPlan)
    assert_type(plan.manifest, Mapping[str, Any])
    assert_type(plan.service, Mapping[str, Any] | None)
    assert_type(plan.allocation, Allocation)
    assert_type(plan.decisions, tuple[Decision, ...])
    assert_type(plan.job_body(), bytes)
    assert_type(plan.findings, tuple[Finding, ...])
    assert_type(check_schema(plan, kubernetes="1.36"), tuple[Finding, ...])
    assert_type(check_schema(plan.manifest), tuple[Finding, ...])
    assert_type(check_overrides(ClusterSettings()), tuple[Diagnostic, ...])


def test_templates() -> None:
    ours = assert_type(default_templates(), Mapping[str, str])
    effects: Effects = assert_type(
        HostEffects.strict(commands=["id"], limits=CommandLimits(seconds=1)), HostEffects
    )
    templates = assert_type(TemplateSet(ours, effects=effects), TemplateSet)
    assert_type(templates.job_version, tuple[int, int, int])
    validation = assert_type(validate_templates(ours, user="jane"), Validation)
    assert_type(validation.is_clean, bool)
    assert_type(validation.diagnostics, tuple[Diagnostic, ...])
    (difference, _) = assert_type(diff_templates(ours), tuple[Difference, ...])
    assert_type(difference.text, str)
    assert_type(generate_templates({}), Mapping[str, str])
    assert_type(upgrade_template("a", base="b", new="b").conflicts, tuple[int, ...])
    with pytest.raises(TypeError):
        upgrade_template("a", "b", "b")  # type: ignore[call-arg]


def rendered(templates: TemplateSet, data: Mapping[str, Any]) -> Rendering:
    return assert_type(templates.job(data, groups={"jane": ["staff"]}), Rendering)


def merged(yours: str, old: str) -> Upgrade:
    return upgrade_template(yours, base=old, new=default_templates()["job.tpl"])


def test_wire() -> None:
    wire = assert_type(to_wire(Job(name="n")), Any)
    assert_type(from_wire(Job, wire), Job)
    assert_type(from_wire(JobStatus, {"id": "n-1", "state": "Running"}), JobStatus)


def test_errors() -> None:
    error = InvalidJobError.single("image", "no image")
    assert_type(error, InvalidJobError)
    assert_type(error.refusals, tuple[Refusal, ...])
    assert_type(error.origin, Origin | None)
    general: LauncherError = error
    assert_type(general.transient, bool)
    assert_type(ClusterError("no").causes, tuple[tuple[str, str], ...])
    assert_type(general.retry_after_s, float | None)


async def backend_verbs(job: Job, settings: ClusterSettings) -> None:
    """Never run, as it needs a cluster; what matters is that mypy accepts it."""
    cluster = assert_type(KubernetesCluster.from_kubeconfig(), KubernetesCluster)
    async with JobBackend(settings, cluster=cluster, groups=lambda user: [user]) as backend:
        assert_type(backend, JobBackend)
        assert_type(await backend.plan(job, user="jane", dry_run=True), JobPlan)
        submitted = assert_type(await backend.submit(job, user="jane", key="k"), Submitted)
        job_id = assert_type(submitted.id, str)
        await backend.submit(job)  # type: ignore[call-arg]
        assert_type(await backend.get(job_id, user="jane"), Job)
        assert_type(await backend.wait(job_id, until={JobState.RUNNING}, timeout_s=1.5), JobStatus)
        assert_type(backend.statuses(JobFilter(tags=["t"])), Stream[JobStatus])
        await read_streams(backend, job_id)
        assert_type(await backend.cluster_info("jane"), ClusterInfo)
        assert_type((await backend.reload()).held_back, tuple[SettingChange, ...])
        result = assert_type(await backend.control(job_id, Operation.STOP, user="jane"), ControlResult)
        assert_type(result.operation_complete, bool)
        await backend.remove(job_id, user="jane")


async def read_streams(backend: JobBackend, job_id: str) -> None:
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            assert_type(status, JobStatus)
            assert_type(status.state.is_final, bool)
    async for piece in backend.output(job_id, follow=False):
        match piece:
            case OutputChunk():
                assert_type(piece.data, bytes)
            case _:
                assert_type(piece, OutputGap)
                assert_type(piece.reason, GapReason)


async def lists(backend: JobBackend) -> None:
    jobs: Sequence[JobStatus] = assert_type(await backend.list(), JobList[JobStatus])
    assert_type(jobs[0], JobStatus)
    assert_type((await backend.list(fields=["name"]))[:1], JobList[Job])


async def progress(backend: JobBackend, job_id: str) -> None:
    await backend.wait(job_id, progress=lambda news: assert_type(news, Progress))
    await backend.wait(job_id, progress=TerminalProgress())
    await backend.wait(job_id, progress=TqdmProgress())
    await backend.wait(job_id, progress=lambda status, _: status)  # type: ignore[arg-type, misc]


def blocking(job: Job, settings: ClusterSettings) -> None:
    """Never run, as above."""
    with BlockingBackend(settings) as backend:
        job_id = assert_type(backend.submit(job, user="jane").id, str)
        assert_type(backend.list(), JobList[JobStatus])
        assert_type(backend.list(fields=["name"]), JobList[Job])
        with backend.output(job_id) as output:
            assert_type(output, BlockingStream[OutputChunk | OutputGap])
        for status in backend.statuses(job_id):
            assert_type(status, JobStatus)
        assert_type(backend.wait(job_id, progress=TerminalProgress()), JobStatus)
