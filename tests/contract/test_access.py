"""Whose jobs are seen and by whom, what is not there, and what the account may not do."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s import Job, JobBackend, JobFilter, JobState, plan_job
from launcher_k8s.connection import JOBS, PODS, Resource
from launcher_k8s.errors import ForbiddenError, InvalidJobStateError, JobNotFoundError
from tests.contract.acts import Exits, Prints, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.reading import all_of, pieces_of, whole
from tests.contract.world import USER, World

ACCOUNTS = Resource("serviceaccounts")
UNKNOWN = ["nobody-abcdefgh", "", "../secrets", "A B", "x" * 300]


@pytest.mark.parametrize("job_id", UNKNOWN)
async def test_an_id_that_no_job_has_is_not_found(backend: JobBackend, job_id: str) -> None:
    for verb in (backend.get, backend.remove, backend.wait):
        with pytest.raises(JobNotFoundError):
            await verb(job_id)
    with pytest.raises(JobNotFoundError):
        await all_of(backend.statuses(job_id))
    with pytest.raises(JobNotFoundError):
        await pieces_of(backend.output(job_id))


async def test_another_user_s_job_is_not_found(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"mine\n")), user=USER)
    await backend.wait(submitted.id)
    for verb in (backend.get, backend.remove):
        with pytest.raises(JobNotFoundError):
            await verb(submitted.id, user="jdoe")
    with pytest.raises(JobNotFoundError):
        await all_of(backend.statuses(submitted.id, user="jdoe"))
    with pytest.raises(JobNotFoundError):
        await pieces_of(backend.output(submitted.id, user="jdoe"))
    assert not await backend.list(user="jdoe")
    assert (await backend.get(submitted.id, user=USER)).user == USER
    assert await whole(backend.output(submitted.id, user=USER)) == b"mine\n"


async def test_a_removed_job_is_not_found_and_leaves_nothing(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("never"), ports=[8080]), user=USER)
    await backend.remove(submitted.id)
    await world.until(lambda: _is_empty(world), "its objects are gone")
    for verb in (backend.get, backend.remove):
        with pytest.raises(JobNotFoundError):
            await verb(submitted.id)

    async def is_forgotten() -> bool:
        return not await backend.list()

    await world.until(is_forgotten, "the watch has told the list of it")


async def _is_empty(world: World) -> bool:
    kinds = (JOBS, PODS, Resource("services"))
    return not [name for kind in kinds for name in await world.names(kind)]


def stranger(world: World) -> dict[str, Any]:
    """A Job that is nobody's business."""
    container = {"name": "main", "image": world.image, "command": ["/bin/sh", "-c", world.script(Exits(0))]}
    spec = {"restartPolicy": "Never", "containers": [container]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "stranger"},
        "spec": {"template": {"spec": spec}},
    }


async def test_jobs_of_others_are_not_seen(world: World, backend: JobBackend) -> None:
    await world.create(world.within(JOBS), stranger(world))
    ours = await backend.submit(world.job(), user=USER)
    await backend.wait(ours.id)
    assert [status.id for status in await backend.list()] == [ours.id]
    for verb in (backend.get, backend.remove):
        with pytest.raises(JobNotFoundError):
            await verb("stranger")
    assert await world.names(JOBS) == sorted([ours.id, "stranger"])


async def test_a_job_of_another_launcher_is_read_and_never_written(world: World) -> None:
    async with world.backend(instance_id="theirs") as theirs, world.backend(instance_id="ours") as ours:
        submitted = await theirs.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
        await ours.wait(submitted.id, until=[JobState.RUNNING])
        with pytest.raises(InvalidJobStateError):
            await ours.remove(submitted.id)
    async with world.backend(instance_id="ours") as ours:
        await world.release(submitted.id, "end")
        final = await ours.wait(submitted.id)
        await world.clock.sleep(2)
    assert (final.state, final.exit_code) == (JobState.FINISHED, 3)
    assert "launcher-k8s/final" not in (await world.job_object(submitted.id))["metadata"]["annotations"]


async def test_a_taken_name_is_not_ours(world: World, backend: JobBackend) -> None:
    job = world.job(name="taken")
    planned = plan_job(job, backend.settings, user=USER, key="k")
    await world.create(world.within(JOBS), {**stranger(world), "metadata": {"name": planned.job_id}})
    with pytest.raises(Exception, match="already used for another job"):
        await backend.submit(job, user=USER, key="k")
    assert await world.names(JOBS) == [planned.job_id]


# --- permissions


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_list_jobs_is_told_with_its_name(world: World) -> None:
    await world.deny("list", "jobs")
    async with world.backend() as backend:
        with pytest.raises(ForbiddenError, match="cannot list resource") as refused:
            await backend.list()
    assert "list" in refused.value.hint
    assert not refused.value.transient


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_read_logs_is_told_to_the_reader(
    world: World, backend: JobBackend
) -> None:
    await world.deny("get", "pods/log")
    submitted = await backend.submit(world.job(Prints(b"said\n"), WaitsFor("end"), Exits(3)), user=USER)
    with pytest.raises(ForbiddenError, match="pods/log"):
        await pieces_of(backend.output(submitted.id))
    await world.release(submitted.id, "end")
    assert (await backend.wait(submitted.id)).exit_code == 3


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_read_logs_is_told_after_the_end_too(
    world: World, backend: JobBackend
) -> None:
    await world.deny("get", "pods/log")
    submitted = await backend.submit(world.job(Prints(b"said\n")), user=USER)
    await backend.wait(submitted.id)
    with pytest.raises(ForbiddenError, match="pods/log"):
        await pieces_of(backend.output(submitted.id))


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_record_the_end_does_not_hide_it(
    world: World, backend: JobBackend
) -> None:
    await world.deny("patch", "jobs")
    submitted = await backend.submit(world.job(Exits(3)), user=USER)
    assert (await backend.wait(submitted.id)).exit_code == 3


async def test_the_offer_names_the_service_accounts(world: World, backend: JobBackend) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "analyst"}}
    await world.create(world.within(ACCOUNTS), account)
    info = await backend.cluster_info(USER)
    (offer,) = [each for each in info.config if each.name == "serviceAccountName"]
    assert offer.value_type == "enum"
    assert "analyst" in offer.values
    assert info.default_image == world.image


@needs(Can.PERMISSIONS)
async def test_without_the_permission_the_offer_leaves_the_accounts_free(
    world: World, backend: JobBackend
) -> None:
    await world.deny("list", "serviceaccounts")
    info = await backend.cluster_info(USER)
    (offer,) = [each for each in info.config if each.name == "serviceAccountName"]
    assert offer.value_type != "enum"
    assert not offer.values


async def test_a_filter_sees_only_the_user_s_own(world: World, backend: JobBackend) -> None:
    mine = await backend.submit(world.job(), user=USER)
    async with backend.statuses(JobFilter(), user=USER) as statuses:
        await backend.submit(Job.shell("true", name="theirs"), user="jdoe")
        async for status in statuses:
            assert status.id == mine.id
            if status.state.is_final:
                break
    assert sorted(status.user for status in await backend.list()) == ["jdoe", USER]
