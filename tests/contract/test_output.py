"""``output``: every byte once and in order, or a gap where the cluster no longer has them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from launcher_k8s import GapReason, JobBackend, JobState, OutputChunk
from launcher_k8s.connection import JOBS, PODS
from launcher_k8s.errors import JobNotFoundError
from launcher_k8s.job import Json
from tests.contract.acts import LINE, Exits, Prints, PrintsLines, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.faults import Answers, CutsStream, LosesRequest, On
from tests.contract.reading import bytes_in, gaps_in, parts_of, pieces_of, running, whole
from tests.contract.world import NO_IMAGE, USER, World

READ_LOG = On("log", "pods")
LINES = PrintsLines(0, 2000)
MUCH = PrintsLines(0, 5 * 2**16)  # 40 MiB
LONG_LINE = PrintsLines(0, 2**15, end=" ")  # 4 MiB, without a newline
HELD_BACK_BYTES = 15 * 2**20
"""What the sockets on the way and a few chunks may hold while nobody reads."""


async def test_the_output_is_what_was_printed(world: World, backend: JobBackend) -> None:
    said = bytes(range(1, 256)) + "grün\n".encode()
    submitted = await backend.submit(world.job(Prints(said)), user=USER)
    assert await whole(backend.output(submitted.id)) == said


async def test_output_comes_while_the_job_runs(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"1\n"), WaitsFor("on"), Prints(b"2\n")), user=USER)
    async with backend.output(submitted.id) as output:
        assert bytes_in([await anext(output)]) == b"1\n"
        await world.release(submitted.id, "on")
        rest = [piece async for piece in output]
    assert bytes_in(rest) == b"2\n"


async def test_each_line_can_have_its_time(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"one\ntwo\n\nlast")), user=USER)
    ended = await backend.wait(submitted.id)
    lines = (await whole(backend.output(submitted.id, timestamps=True))).decode().split("\n")
    times, texts = zip(*(line.split(" ") for line in lines), strict=True)
    assert texts == ("one", "two", "", "last")
    moments = [datetime.fromisoformat(time[:19] + "+00:00") for time in times if time.endswith("Z")]
    assert ended.start_time is not None
    assert all(abs(moment - ended.start_time) < timedelta(minutes=1) for moment in moments)
    assert len(moments) == 4


async def test_an_empty_output_is_complete(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Exits(3)), user=USER)
    assert await pieces_of(backend.output(submitted.id)) == []


async def test_the_output_of_a_job_that_has_ended_can_be_read_again_and_again(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(LINES), user=USER)
    await backend.wait(submitted.id)
    for follow in (True, False):
        assert await whole(backend.output(submitted.id, follow=follow)) == LINES.data


async def test_without_following_the_output_is_what_is_there_now(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"so far\n"), WaitsFor("never")), user=USER)
    async with backend.output(submitted.id) as output:
        assert bytes_in([await anext(output)]) == b"so far\n"
    assert await whole(backend.output(submitted.id, follow=False)) == b"so far\n"


async def test_without_following_a_pending_job_has_no_output_yet(world: World) -> None:
    async with world.backend(overrides={"/spec/suspend": True}) as backend:
        submitted = await backend.submit(world.job(Prints(b"later\n")), user=USER)
        assert await pieces_of(backend.output(submitted.id, follow=False)) == []
        reading = asyncio.create_task(whole(backend.output(submitted.id)))
        await world.patch(world.within(JOBS).named(submitted.id), {"spec": {"suspend": False}})
        assert await reading == b"later\n"


async def test_each_container_has_an_output_of_its_own(world: World) -> None:
    sidecar = world.container("sidecar", Prints(b"beside\n"), Exits(0))
    async with world.backend(overrides={"/spec/template/spec/containers/-": sidecar}) as backend:
        submitted = await backend.submit(world.job(Prints(b"main\n"), WaitsFor("end")), user=USER)
        await running(backend, submitted.id)
        reading = asyncio.create_task(whole(backend.output(submitted.id)))
        await world.until(lambda: _both_began(world, submitted.id), "both containers have begun")
        await world.release(submitted.id, "end")
        assert await reading == b"main\n"
        assert await whole(backend.output(submitted.id, container="sidecar")) == b"beside\n"


async def _both_began(world: World, job_id: str) -> bool:
    (pod,) = await world.pods_of(job_id)
    return all("waiting" not in each["state"] for each in pod["status"]["containerStatuses"])


@needs(Can.PULL_IMAGES)
async def test_an_init_container_that_never_began_has_no_output(world: World) -> None:
    init: list[Json] = [world.container("fetch", Prints(b"fetched\n")) | {"image": NO_IMAGE}]
    template = "/spec/template/spec"  # of which the kubelet keeps the deadline, and the pod
    overrides: dict[str, Json] = {f"{template}/activeDeadlineSeconds": 3, f"{template}/initContainers": init}
    async with world.backend(overrides=overrides) as backend:
        submitted = await backend.submit(world.job(), user=USER)
        pieces = await pieces_of(backend.output(submitted.id, container="fetch"))
        assert (await backend.wait(submitted.id)).state is JobState.FAILED
    assert pieces == []


async def test_two_readers_get_everything_each(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(LINES, WaitsFor("end"), LINES), user=USER)
    async with world.backend() as other:
        readings = [asyncio.create_task(whole(each.output(submitted.id))) for each in (backend, other)]
        await running(backend, submitted.id)
        await world.release(submitted.id, "end")
        assert await asyncio.gather(*readings) == [2 * LINES.data] * 2


# --- whole across what interrupts it


@pytest.mark.parametrize("end", [b"", b"\n"])
async def test_a_line_longer_than_a_log_file_comes_once(
    world: World, backend: JobBackend, end: bytes
) -> None:
    job = world.job(LONG_LINE, *([Prints(end)] if end else []))
    submitted = await backend.submit(job, user=USER)
    assert await whole(backend.output(submitted.id)) == LONG_LINE.data + end


@pytest.mark.parametrize("after_bytes", [1, 1000, 100_000])
async def test_a_stream_that_is_cut_inside_a_line_loses_nothing(
    world: World, backend: JobBackend, after_bytes: int
) -> None:
    cuts = world.break_(CutsStream(READ_LOG, after_bytes, times=3))
    submitted = await backend.submit(world.job(LINES), user=USER)
    assert await whole(backend.output(submitted.id)) == LINES.data
    assert cuts.hits == 3


async def test_output_is_whole_across_a_time_without_a_way_to_the_cluster(
    world: World, backend: JobBackend
) -> None:
    job = world.job(LINES, WaitsFor("on"), LINES, WaitsFor("end"), LINES)
    submitted = await backend.submit(job, user=USER)
    reading = asyncio.create_task(whole(backend.output(submitted.id)))
    await running(backend, submitted.id)
    async with world.unreachable():
        await world.release(submitted.id, "on")
    await world.cut()
    await world.release(submitted.id, "end")
    assert await reading == 3 * LINES.data


async def test_output_is_whole_across_a_stream_that_stands_still(world: World) -> None:
    async with world.backend(impatient=True) as backend:
        submitted = await backend.submit(world.job(LINES, WaitsFor("end"), LINES), user=USER)
        reading = asyncio.create_task(whole(backend.output(submitted.id)))
        await running(backend, submitted.id)
        async with world.standing_still():
            await world.clock.sleep(5)
        await world.release(submitted.id, "end")
        assert await reading == 2 * LINES.data


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_log_that_the_server_refuses_for_a_while_is_read_all_the_same(
    world: World, backend: JobBackend, status: int
) -> None:
    refused = world.break_(Answers(READ_LOG, status, times=2))
    submitted = await backend.submit(world.job(LINES), user=USER)
    assert await whole(backend.output(submitted.id)) == LINES.data
    assert refused.hits == 2


async def test_a_lost_request_for_a_log_is_sent_again(world: World, backend: JobBackend) -> None:
    lost = world.break_(LosesRequest(READ_LOG, times=2))
    submitted = await backend.submit(world.job(LINES), user=USER)
    assert await whole(backend.output(submitted.id)) == LINES.data
    assert lost.hits == 2


# --- gaps


async def test_a_pod_that_is_deleted_under_its_reader_is_told_by_a_gap(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(Prints(b"said\n"), WaitsFor("never")), user=USER)
    async with backend.output(submitted.id) as output:
        assert bytes_in([await anext(output)]) == b"said\n"
        async with world.unreachable():
            (pod,) = await world.pods_of(submitted.id)
            await world.delete(world.within(PODS).named(pod["metadata"]["name"]), grace_s=0)
            await world.until(lambda: _has_no_pod(world, submitted.id), "the pod is gone")
        rest = [piece async for piece in output]
    assert [gap.reason for gap in gaps_in(rest)] == [GapReason.POD_DELETED]
    assert bytes_in(rest) == b""


async def _has_no_pod(world: World, job_id: str) -> bool:
    return not await world.pods_of(job_id)


@needs(Can.ROTATE_LOGS)
async def test_lines_that_were_rotated_away_unread_are_told_by_one_gap(
    world: World, backend: JobBackend
) -> None:
    first = Prints(b"first\n")
    job = world.job(first, WaitsFor("much"), MUCH, WaitsFor("end"), Prints(b"last\n"))
    submitted = await backend.submit(job, user=USER)
    async with backend.output(submitted.id) as output:
        assert bytes_in([await anext(output)]) == first.data
        async with world.unreachable():
            await world.release(submitted.id, "much")
            await world.rotate_log(submitted.id, said=first.data)
        await world.release(submitted.id, "end")
        rest = [piece async for piece in output]
    assert [gap.reason for gap in gaps_in(rest)] == [GapReason.ROTATED]
    assert parts_of(rest)[-1].endswith(b"last\n")
    (gap,) = gaps_in(rest)
    assert gap.after is not None
    assert gap.before is not None
    assert gap.after <= gap.before


async def test_the_output_of_a_pod_that_is_gone_is_one_gap(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Prints(b"said\n")), user=USER)
    await backend.wait(submitted.id)
    (pod,) = await world.pods_of(submitted.id)
    await world.delete(world.within(PODS).named(pod["metadata"]["name"]), grace_s=0)
    await world.until(lambda: _has_no_pod(world, submitted.id), "the pod is gone")
    async with world.backend() as fresh:
        pieces = await pieces_of(fresh.output(submitted.id))
    assert [gap.reason for gap in gaps_in(pieces)] == [GapReason.POD_DELETED]
    assert len(pieces) == 1


# --- readers


@needs(Can.COUNT_BYTES)
async def test_a_slow_reader_holds_the_sender_back(world: World, backend: JobBackend) -> None:
    begun = PrintsLines(0, 1), WaitsFor("reader")  # whose log else may be rotated before it is opened
    submitted = await backend.submit(world.job(*begun, PrintsLines(1, MUCH.last)), user=USER)
    before = world.bytes_sent()
    async with backend.output(submitted.id) as output:
        pieces = [await anext(output)]
        await world.release(submitted.id, "reader")
        await backend.wait(submitted.id)
        await world.clock.sleep(2)
        assert world.bytes_sent() - before < HELD_BACK_BYTES
        pieces += [piece async for piece in output]
    parts = parts_of(pieces)
    firsts = [int(part[:LINE]) for part in parts]
    for first, part in zip(firsts, parts, strict=True):
        assert part == PrintsLines(first, first + len(part) // LINE).data
    assert firsts == sorted(firsts)
    assert (firsts[0], int(parts[-1][-LINE:])) == (0, MUCH.last - 1)


async def test_leaving_an_output_early_closes_its_connection(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(LINES, WaitsFor("never")), user=USER)
    await running(backend, submitted.id)
    before = await world.connections()
    async with backend.output(submitted.id) as output:
        assert isinstance(await anext(output), OutputChunk)
        assert await world.connections() > before
    await world.until(lambda: _are(world, before), "the connection is closed", within_s=10)


async def _are(world: World, connections: int) -> bool:
    return await world.connections() <= connections


async def test_the_output_of_a_job_that_is_not_there_is_refused(backend: JobBackend) -> None:
    with pytest.raises(JobNotFoundError):
        await pieces_of(backend.output("nobody-abcdefgh"))
