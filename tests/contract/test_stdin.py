"""A job reads what it was submitted with, once, to its end, whichever process sends it."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest

from launcher_k8s import JobBackend, JobState
from launcher_k8s.connection import JOBS
from launcher_k8s.shape.names import DELIVERY_ANNOTATION
from tests.contract.acts import Copies, Exits, Prints, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.faults import Answers, LosesAnswer, On
from tests.contract.reading import bytes_in, pieces_of
from tests.contract.world import USER, World

TEXT = "one\ntwo \N{SNOWMAN}\n\nthe last has no end"
TEN_MB = 10_000_000
PATCH_JOB = On("patch", "jobs")


async def _printed(backend: JobBackend, job_id: str) -> bytes:
    return bytes_in(await pieces_of(backend.output(job_id)))


async def test_a_job_reads_its_input_to_the_end(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(Copies(), Exits(3), stdin=TEXT), user=USER)).id
    assert (await backend.wait(job_id)).exit_code == 3
    assert await _printed(backend, job_id) == TEXT.encode()


async def test_a_job_without_input_meets_its_end_at_once(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(WaitsFor("go"), Exits(0)), user=USER)).id
    await backend.wait(job_id, until=[JobState.RUNNING])
    assert world.asked("patch", "jobs") == 0
    await world.release(job_id, "go")
    assert (await backend.wait(job_id)).state is JobState.FINISHED


async def test_ten_megabytes_come_whole_where_no_copy_is_kept(world: World) -> None:
    text = ("0123456789" * 1000 + "\n") * (TEN_MB // 10_001 + 1)
    async with world.backend(stdin_annotation=False) as backend:
        job_id = (await backend.submit(world.job(Copies(), stdin=text), user=USER)).id
        read = hashlib.sha256()
        async with backend.output(job_id) as output:
            async for piece in output:
                read.update(piece.data)  # type: ignore[union-attr]
        assert read.hexdigest() == hashlib.sha256(text.encode()).hexdigest()
        assert (await backend.wait(job_id)).state is JobState.FINISHED


async def test_a_process_that_comes_later_sends_the_copy(world: World) -> None:
    async with world.backend() as first:
        hold = world.break_(Answers(PATCH_JOB, 500, times=10_000))
        job_id = (await first.submit(world.job(Copies(), stdin=TEXT), user=USER)).id
        await first.wait(job_id, until=[JobState.RUNNING])
    hold.end()
    async with world.backend() as second:
        assert await _printed(second, job_id) == TEXT.encode()


async def test_of_two_processes_one_sends(world: World, backend: JobBackend) -> None:
    async with world.backend() as other:
        job_id = (await backend.submit(world.job(Copies(), stdin=TEXT), user=USER)).id
        printed = await asyncio.gather(_printed(backend, job_id), _printed(other, job_id))
        assert set(printed) == {TEXT.encode()}


async def test_a_lost_answer_sends_nothing_twice(world: World, backend: JobBackend) -> None:
    lost = world.break_(LosesAnswer(PATCH_JOB))
    job_id = (await backend.submit(world.job(Copies(), stdin=TEXT), user=USER)).id
    assert await _printed(backend, job_id) == TEXT.encode()
    assert lost.hits == 1


async def test_that_all_was_sent_is_known_while_the_job_goes_on(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(Copies(), WaitsFor("go"), stdin=TEXT), user=USER)).id
    while not (await _delivery(world, job_id)).get("done"):
        await world.clock.sleep(0.2)
    assert (await backend.wait(job_id, until=[JobState.RUNNING])).state is JobState.RUNNING
    await world.release(job_id, "go")
    assert (await backend.wait(job_id)).exit_code == 0


async def _delivery(world: World, job_id: str) -> dict[str, object]:
    async with world.reached() as cluster:
        reply = await cluster.get(JOBS.within(world.namespace).named(job_id))
    annotations = json.loads(reply.body)["metadata"].get("annotations", {})
    delivery: dict[str, object] = json.loads(annotations.get(DELIVERY_ANNOTATION, "{}"))
    return delivery


async def test_a_job_that_does_not_read_ends_by_itself(world: World, backend: JobBackend) -> None:
    job = world.job(Prints(b"done\n"), stdin="x" * 100_000)
    job_id = (await backend.submit(job, user=USER)).id
    assert (await backend.wait(job_id)).exit_code == 0


async def test_a_job_that_never_starts_leaves_nothing_behind(world: World) -> None:
    async with world.backend() as backend:
        job = world.job(Copies(), stdin=TEXT, image="localhost/there-is-none:1")
        job_id = (await backend.submit(job, user=USER)).id
        await backend.remove(job_id)


@needs(Can.PERMISSIONS)
async def test_a_missing_permission_to_attach_is_logged(
    world: World, backend: JobBackend, caplog: pytest.LogCaptureFixture
) -> None:
    for verb in ("get", "create"):
        await world.deny(verb, "pods/attach")
    job_id = (await backend.submit(world.job(WaitsFor("go"), stdin=TEXT), user=USER)).id
    while not caplog.records:
        await world.clock.sleep(0.1)
    assert f"the standard input of job {job_id} could not be sent" in caplog.text
    assert "snowman" not in caplog.text.lower()
    assert TEXT not in caplog.text
