"""``submit`` makes a job once, whole, or not at all, whatever becomes of its requests."""

from __future__ import annotations

import asyncio

import pytest

from launcher_k8s import JobBackend, JobState
from launcher_k8s.connection import JOBS, SERVICES, Resource
from launcher_k8s.errors import (
    ForbiddenError,
    InvalidJobError,
    InvalidObjectError,
    ObjectNotFoundError,
    QuotaError,
    UnavailableError,
)
from tests.contract.acts import Exits, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.faults import ALWAYS, Answers, Delays, LosesAnswer, LosesRequest, On
from tests.contract.world import USER, World

CREATE_JOB = On("create", "jobs")
CREATE_SERVICE = On("create", "services")
QUOTAS = Resource("resourcequotas")
RETRY_AFTER_S = 2
RACE = (
    'Operation cannot be fulfilled on resourcequotas "few": the object has been modified; '
    "please apply your changes to the latest version and try again"
)


async def test_a_submitted_job_is_in_the_cluster_under_its_id(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Exits(4), name="My Job"), user=USER)
    assert submitted.id.startswith("my-job-")
    assert await world.names(JOBS) == [submitted.id]
    assert (await backend.wait(submitted.id)).exit_code == 4


async def test_a_lost_answer_makes_no_second_job(world: World, backend: JobBackend) -> None:
    lost = world.break_(LosesAnswer(CREATE_JOB))
    submitted = await backend.submit(world.job(Exits(4)), user=USER)
    assert lost.hits == 1
    assert world.asked("create", "jobs") >= 2
    assert await world.names(JOBS) == [submitted.id]
    assert (await backend.wait(submitted.id)).exit_code == 4


async def test_a_lost_request_is_sent_again(world: World, backend: JobBackend) -> None:
    lost = world.break_(LosesRequest(CREATE_JOB))
    submitted = await backend.submit(world.job(), user=USER)
    assert lost.hits == 1
    assert await world.names(JOBS) == [submitted.id]


async def test_an_answer_that_comes_too_late_makes_no_second_job(world: World) -> None:
    late = world.break_(Delays(CREATE_JOB, seconds=4))
    async with world.backend(impatient=True) as backend:
        submitted = await backend.submit(world.job(), user=USER)
        assert (await backend.wait(submitted.id)).state is JobState.FINISHED
    assert late.hits == 1
    assert await world.names(JOBS) == [submitted.id]


@pytest.mark.parametrize("status", [500, 503])
async def test_a_failing_server_is_asked_again(world: World, backend: JobBackend, status: int) -> None:
    failing = world.break_(Answers(CREATE_JOB, status, times=2))
    submitted = await backend.submit(world.job(), user=USER)
    assert failing.hits == 2
    assert await world.names(JOBS) == [submitted.id]


async def test_the_time_that_a_busy_server_asks_for_is_waited(world: World, backend: JobBackend) -> None:
    busy = world.break_(Answers(CREATE_JOB, 429, reason="TooManyRequests", retry_after_s=RETRY_AFTER_S))
    began = world.clock.monotonic()
    submitted = await backend.submit(world.job(), user=USER)
    assert busy.hits == 1
    assert RETRY_AFTER_S <= world.clock.monotonic() - began < RETRY_AFTER_S + 20
    assert await world.names(JOBS) == [submitted.id]


async def test_a_server_that_goes_on_failing_is_told_as_passing(world: World, backend: JobBackend) -> None:
    failing = world.break_(Answers(CREATE_JOB, 503, times=ALWAYS))
    with pytest.raises(UnavailableError, match="said by the test") as refused:
        await backend.submit(world.job(), user=USER, key="later")
    assert refused.value.transient
    failing.end()
    submitted = await backend.submit(world.job(), user=USER, key="later")
    assert await world.names(JOBS) == [submitted.id]


async def test_a_lost_race_for_quota_is_run_again_with_the_same_id(world: World, backend: JobBackend) -> None:
    race = world.break_(Answers(CREATE_JOB, 409, reason="Conflict", message=RACE, times=2))
    submitted = await backend.submit(world.job(), user=USER, key="race")
    assert race.hits == 2
    assert await world.names(JOBS) == [submitted.id]
    assert (await backend.submit(world.job(), user=USER, key="race")).id == submitted.id


@needs(Can.QUOTA)
async def test_a_quota_that_is_used_up_is_told(world: World, backend: JobBackend) -> None:
    quota = {"metadata": {"name": "few"}, "spec": {"hard": {"count/jobs.batch": "1"}}}
    await world.create(world.within(QUOTAS), {"apiVersion": "v1", "kind": "ResourceQuota", **quota})
    await world.until(lambda: _is_counted(world), "the quota is in force")
    submitted = await backend.submit(world.job(), user=USER)
    with pytest.raises(QuotaError, match="exceeded quota: few") as refused:
        await backend.submit(world.job(), user=USER)
    assert not refused.value.transient
    assert await world.names(JOBS) == [submitted.id]


async def _is_counted(world: World) -> bool:
    (quota,) = await world.objects(world.within(QUOTAS))
    return bool(quota.get("status", {}).get("hard"))


# --- keys


async def test_a_key_is_one_job_however_often_it_is_submitted(world: World, backend: JobBackend) -> None:
    job = world.job(WaitsFor("end"), ports=[8080])
    world.break_(LosesAnswer(CREATE_JOB))
    ids = {(await backend.submit(job, user=USER, key="request 1")).id for _ in range(3)}
    assert len(ids) == 1
    assert await world.names(JOBS) == [*ids]
    assert await world.names(SERVICES) == [*ids]


async def test_a_key_submitted_by_two_processes_at_once_is_one_job(world: World, backend: JobBackend) -> None:
    job = world.job(WaitsFor("end"), ports=[8080])
    async with world.backend() as other:
        both = await asyncio.gather(
            *(each.submit(job, user=USER, key="request 1") for each in (backend, other) for _ in range(3))
        )
    ids = {submitted.id for submitted in both}
    assert len(ids) == 1
    assert await world.names(JOBS) == await world.names(SERVICES) == [*ids]


async def test_a_key_of_another_job_is_refused(world: World, backend: JobBackend) -> None:
    first = await backend.submit(world.job(Exits(1)), user=USER, key="request 1")
    with pytest.raises(InvalidJobError, match=f"'request 1' of user '{USER}' .* another job .{first.id}"):
        await backend.submit(world.job(Exits(2)), user=USER, key="request 1")
    assert await world.names(JOBS) == [first.id]


async def test_the_same_key_of_another_user_is_another_job(world: World, backend: JobBackend) -> None:
    ids = {(await backend.submit(world.job(), user=user, key="request 1")).id for user in (USER, "jdoe")}
    assert len(ids) == 2
    assert set(await world.names(JOBS)) == ids


# --- the Service


async def test_a_lost_answer_about_the_service_makes_no_second_one(world: World, backend: JobBackend) -> None:
    world.break_(LosesAnswer(CREATE_SERVICE))
    submitted = await backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER)
    assert world.asked("create", "services") >= 2
    assert world.asked("create", "jobs") == 1
    assert await world.names(SERVICES) == [submitted.id]


async def test_a_service_that_fails_for_a_while_is_completed(world: World, backend: JobBackend) -> None:
    world.break_(Answers(CREATE_SERVICE, 503, times=2))
    submitted = await backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER)
    assert await world.names(JOBS) == await world.names(SERVICES) == [submitted.id]
    (service,) = await world.objects(world.within(SERVICES))
    (owner,) = service["metadata"]["ownerReferences"]
    assert owner["uid"] == (await world.job_object(submitted.id))["metadata"]["uid"]


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (422, InvalidObjectError)])
async def test_a_refused_service_takes_its_job_with_it(
    world: World, backend: JobBackend, status: int, error: type[Exception]
) -> None:
    world.break_(Answers(CREATE_SERVICE, status, message="no Services here"))
    with pytest.raises(error, match=r"the Service of job \S+ could not be created: .*no Services here"):
        await backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER)
    assert world.asked("create", "jobs") == 1
    assert await world.names(JOBS) == []


# --- what is refused, and what is left half-way


async def test_a_cancelled_submit_leaves_no_half_of_a_job(world: World, backend: JobBackend) -> None:
    late = world.break_(Delays(CREATE_JOB, seconds=1))
    call = asyncio.create_task(backend.submit(world.job(WaitsFor("end"), ports=[8080]), user=USER, key="k"))
    await world.until(lambda: late.hits, "the request is on its way")
    call.cancel()
    await asyncio.wait({call})
    assert call.cancelled()
    await world.until(lambda: world.names(SERVICES), "the rest is made in the background")
    assert await world.names(JOBS) == await world.names(SERVICES)


async def test_a_dry_run_makes_nothing(world: World, backend: JobBackend) -> None:
    planned = await backend.plan(world.job(ports=[8080]), user=USER, dry_run=True)
    assert planned.job_id.startswith("contract-")
    assert await world.names(JOBS) == await world.names(SERVICES) == []


async def test_a_field_that_no_server_knows_is_refused_by_a_dry_run_and_warned_of_by_a_submit(
    world: World,
) -> None:
    async with world.backend(overrides={"/spec/foo": 1}) as backend:
        with pytest.raises(InvalidObjectError, match=r'unknown field "spec\.foo"'):
            await backend.plan(world.job(), user=USER, dry_run=True)
        submitted = await backend.submit(world.job(), user=USER)
    assert [each.reason for each in submitted.plan.decisions if 'unknown field "spec.foo"' in each.reason]


async def test_a_namespace_that_is_not_there_is_told_with_its_name(world: World) -> None:
    async with world.backend(namespace="nobody-made-me") as backend:
        with pytest.raises((ObjectNotFoundError, ForbiddenError), match="nobody-made-me") as refused:
            await backend.submit(world.job(), user=USER)
    assert not refused.value.transient


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_create_jobs_is_told(world: World, backend: JobBackend) -> None:
    await world.deny("create", "jobs")
    with pytest.raises(ForbiddenError, match="cannot create resource") as refused:
        await backend.submit(world.job(), user=USER)
    assert not refused.value.transient
    assert await world.names(JOBS) == []
