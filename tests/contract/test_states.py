"""What is seen of a job in the cluster, and the state that is told for it (domain, section 5, "States")."""

from __future__ import annotations

import pytest

from launcher_k8s import Job, JobBackend, JobState, JobStatus, Mount, MountSource
from launcher_k8s.connection import JOBS, PODS
from tests.contract.acts import Exits, Outgrows, Prints, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.reading import all_of, first, order_of, running, told_of, whole
from tests.contract.world import NO_IMAGE, USER, World

SPEC = "/spec/template/spec"
SCRATCH = Mount("/scratch", MountSource("passthrough", {"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}))
FOR_EVER = WaitsFor("never")


async def end_of(backend: JobBackend, job: Job) -> list[JobStatus]:
    """Every status of a job that ends by itself."""
    submitted = await backend.submit(job, user=USER)
    return await all_of(backend.statuses(submitted.id))


async def begun(backend: JobBackend, job: Job) -> str:
    """The id of a job that runs."""
    submitted = await backend.submit(job, user=USER)
    await running(backend, submitted.id)
    return submitted.id


# --- Pending


@needs(Can.PULL_IMAGES)
async def test_an_image_that_cannot_be_pulled_leaves_the_job_pending_with_the_reason(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(image=NO_IMAGE), user=USER)
    told = await told_of(backend, submitted.id, NO_IMAGE)
    assert told.state is JobState.PENDING
    assert told.status_message.startswith(("ErrImagePull: ", "ImagePullBackOff: "))


async def test_a_secret_that_is_not_there_leaves_the_job_pending_with_the_reason(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(secrets=["nowhere:key:PASSWORD"]), user=USER)
    told = await told_of(backend, submitted.id, "nowhere")
    assert told.state is JobState.PENDING
    assert told.status_message.startswith("CreateContainerConfigError: ")


@needs(Can.SCHEDULE)
async def test_a_job_that_fits_no_node_is_pending_with_the_scheduler_s_words(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(cpus=10_000), user=USER)
    told = await told_of(backend, submitted.id, "nodes are available")
    assert told.state is JobState.PENDING
    assert told.status_message.startswith("Unschedulable: ")


async def test_a_suspended_job_is_pending(world: World) -> None:
    async with world.backend(overrides={"/spec/suspend": True}) as backend:
        submitted = await backend.submit(world.job(), user=USER)
        told = await told_of(backend, submitted.id, "suspended")
        assert told.state is JobState.PENDING


# --- never started


@needs(Can.PULL_IMAGES)
async def test_a_name_that_is_no_image_fails_the_job_for_good(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(image="No/Image:1"), user=USER)
    final = await backend.wait(submitted.id)
    assert final.state is JobState.FAILED
    assert "InvalidImageName" in final.status_message


async def test_a_program_that_is_not_there_fails_the_job(world: World, backend: JobBackend) -> None:
    told = await end_of(backend, Job(name="no program", exe="/no/such/program"))
    assert order_of(told) == [JobState.PENDING, JobState.FAILED]
    assert "/no/such/program" in told[-1].status_message
    assert told[-1].exit_code is None


async def test_a_failed_init_container_fails_the_job(world: World, backend: JobBackend) -> None:
    before = world.container("before", Exits(7))
    told = await end_of(backend, world.job(metadata={"pod": {"initContainers": [before]}}))
    assert order_of(told) == [JobState.PENDING, JobState.FAILED]
    assert "init container 'before' ended with exit code 7" in told[-1].status_message


# --- Running, and ended by itself


async def test_a_running_job_is_running_from_the_start_of_its_container(
    world: World, backend: JobBackend
) -> None:
    job_id = await begun(backend, world.job(FOR_EVER))
    status = await running(backend, job_id)
    (pod,) = await world.pods_of(job_id)
    started = pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    assert status.start_time is not None
    assert f"{status.start_time:%Y-%m-%dT%H:%M:%SZ}" == started
    assert status.end_time is None
    assert status.exit_code is None


@pytest.mark.parametrize("code", [0, 1, 137, 255])
async def test_a_program_s_own_end_is_finished_whatever_its_exit_code(
    world: World, backend: JobBackend, code: int
) -> None:
    told = await end_of(backend, world.job(Exits(code)))
    assert order_of(told) == [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]
    assert told[-1].exit_code == code
    assert told[-1].end_time is not None


@needs(Can.OUT_OF_MEMORY)
async def test_a_job_that_outgrows_its_memory_is_killed(world: World, backend: JobBackend) -> None:
    job_id = await begun(backend, world.job(WaitsFor("memory"), Outgrows(), mem_mb=32))
    await world.run_out_of_memory(job_id)
    final = await backend.wait(job_id)
    assert (final.state, final.exit_code) == (JobState.KILLED, 137)
    assert "OOMKilled" in final.status_message


async def test_a_sidecar_that_goes_on_does_not_keep_the_job_running(world: World) -> None:
    sidecar = world.container("sidecar", FOR_EVER)
    async with world.backend(overrides={f"{SPEC}/containers/-": sidecar}) as backend:
        told = await end_of(backend, world.job(Exits(3)))
    assert told[-1].state is JobState.FINISHED
    assert told[-1].exit_code == 3


async def test_a_sidecar_that_has_ended_does_not_end_the_job(world: World) -> None:
    sidecar = world.container("sidecar", Exits(1))
    async with world.backend(overrides={f"{SPEC}/containers/-": sidecar}) as backend:
        job_id = await begun(backend, world.job(WaitsFor("end"), Exits(3)))
        await world.until(lambda: _has_ended(world, job_id, "sidecar"), "the sidecar has ended")
        assert (await running(backend, job_id)).state is JobState.RUNNING
        await world.release(job_id, "end")
        final = await backend.wait(job_id)
    assert (final.state, final.exit_code) == (JobState.FINISHED, 3)


async def _has_ended(world: World, job_id: str, container: str) -> bool:
    (pod,) = await world.pods_of(job_id)
    (state,) = [each["state"] for each in pod["status"]["containerStatuses"] if each["name"] == container]
    return "terminated" in state


async def test_a_job_that_is_tried_again_is_not_final_between(world: World) -> None:
    async with world.backend(overrides={"/spec/backoffLimit": 1}) as backend:
        told = await end_of(backend, world.job(Exits(5)))
    assert [status.state.is_final for status in told].count(True) == 1
    assert told[-1].exit_code == 5


@needs(Can.PULL_IMAGES)
async def test_a_job_that_others_suspend_before_its_start_waits_on(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(image=NO_IMAGE), user=USER)
    job = world.within(JOBS).named(submitted.id)
    async with backend.statuses(submitted.id) as statuses:
        await first(statuses, lambda status: NO_IMAGE in status.status_message)
        await world.patch(job, {"spec": {"suspend": True}})
        await first(statuses, lambda status: "suspended" in status.status_message)
        await world.patch(job, {"spec": {"suspend": False}})
        told = await first(statuses, lambda status: NO_IMAGE in status.status_message)
    assert told.state is JobState.PENDING


# --- taken away


async def test_a_deadline_that_is_not_ours_fails_the_job(world: World) -> None:
    async with world.backend(overrides={"/spec/activeDeadlineSeconds": 3}) as backend:
        told = await end_of(backend, world.job(FOR_EVER))
    assert told[-1].state is JobState.FAILED
    assert "DeadlineExceeded" in told[-1].status_message


@needs(Can.PULL_IMAGES)
async def test_a_deadline_fails_a_job_that_has_not_started(world: World) -> None:
    async with world.backend(overrides={"/spec/activeDeadlineSeconds": 3}) as backend:
        told = await end_of(backend, world.job(image=NO_IMAGE))
    assert told[-1].state is JobState.FAILED
    assert "DeadlineExceeded" in told[-1].status_message
    assert (told[-1].start_time, told[-1].exit_code) == (None, None)


@needs(Can.NODE_PRESSURE)
async def test_a_job_that_its_node_evicts_has_failed(world: World, backend: JobBackend) -> None:
    job_id = await begun(backend, world.job(FOR_EVER, mounts=[SCRATCH]))
    await world.evict_by_node(job_id)
    final = await backend.wait(job_id)
    assert final.state is JobState.FAILED
    assert final.status_message.startswith("Evicted: ")


async def test_a_job_whose_pod_is_evicted_by_the_api_has_failed(world: World, backend: JobBackend) -> None:
    job_id = await begun(backend, world.job(FOR_EVER))
    await world.evict_by_api(job_id)
    final = await backend.wait(job_id)
    assert final.state is JobState.FAILED
    assert "EvictionByEvictionAPI" in final.status_message


@needs(Can.PREEMPTION)
async def test_a_preempted_job_has_failed(world: World) -> None:
    async with world.backend(overrides=await world.contended()) as backend:
        job_id = await begun(backend, world.job(FOR_EVER))
        await world.preempt(job_id)
        final = await backend.wait(job_id)
    assert final.state is JobState.FAILED
    assert "PreemptionByScheduler" in final.status_message


@needs(Can.LOSE_A_NODE)
async def test_a_job_whose_node_is_lost_has_failed(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(FOR_EVER, host=await world.losable_node()), user=USER)
    await world.run_on_losable_node(submitted.id)
    await running(backend, submitted.id)
    await world.lose_node(submitted.id)
    final = await backend.wait(submitted.id)
    assert final.state is JobState.FAILED
    assert final.status_message
    assert final.start_time is not None


async def test_a_job_whose_pod_others_delete_has_failed(world: World, backend: JobBackend) -> None:
    job_id = await begun(backend, world.job(FOR_EVER))
    (pod,) = await world.pods_of(job_id)
    await world.delete(world.within(PODS).named(pod["metadata"]["name"]))
    final = await backend.wait(job_id)
    assert final.state is JobState.FAILED
    assert "delete" in final.status_message


async def test_a_pod_that_is_deleted_after_the_end_changes_nothing(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"said\n"), Exits(3)), user=USER)
    before = await backend.wait(submitted.id)
    assert await whole(backend.output(submitted.id)) == b"said\n"
    await world.until_recorded(submitted.id)
    (pod,) = await world.pods_of(submitted.id)
    await world.delete(world.within(PODS).named(pod["metadata"]["name"]), grace_s=0)
    await world.until(lambda: _is_gone(world, submitted.id), "the pod is gone")
    async with world.backend() as fresh:
        assert await fresh.wait(submitted.id) == before


async def _is_gone(world: World, job_id: str) -> bool:
    return not await world.pods_of(job_id)
