"""Faults on the way: whatever breaks, nothing is lost, nothing is doubled, and nobody is left hanging."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from launcher_k8s import JobBackend, JobFilter, JobState, JobStatus
from launcher_k8s.connection import JOBS
from launcher_k8s.errors import ClusterError, UnavailableError
from tests.contract.acts import Exits, Prints, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.faults import ALWAYS, Answers, CutsStream, Delays, Fault, LosesAnswer, LosesRequest, On
from tests.contract.reading import all_of, order_of, running, whole
from tests.contract.world import USER, World

WATCHES = (On("watch", "jobs"), On("watch", "pods"))
LISTS = (On("list", "jobs"), On("list", "pods"))
WHOLE_LIFE = [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]


async def live(world: World, backend: JobBackend) -> list[JobStatus]:
    """Every status of a job that is let run, and let end."""
    submitted = await backend.submit(world.job(Prints(b"said\n"), WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await running(backend, submitted.id)
    await world.release(submitted.id, "end")
    told = await reading
    assert await whole(backend.output(submitted.id)) == b"said\n"
    return told


def assert_whole(told: list[JobStatus]) -> None:
    """A life was told once, in order, to its end."""
    assert order_of(told) in (WHOLE_LIFE, WHOLE_LIFE[1:]), "from the state it was in when it was asked about"
    assert Counter(status.state for status in told)[JobState.RUNNING] == 1
    assert Counter(status.state for status in told)[JobState.FINISHED] == 1
    assert told[-1].exit_code == 3


# --- watches and listings


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_refuses_to_be_watched_for_a_while_loses_nothing(
    world: World, status: int
) -> None:
    refused = [world.break_(Answers(on, status, times=2)) for on in WATCHES]
    async with world.backend() as backend:
        assert_whole(await live(world, backend))
    assert [breach.hits for breach in refused] == [2, 2]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_that_refuses_to_list_for_a_while_is_asked_again(world: World, status: int) -> None:
    refused = [world.break_(Answers(on, status, times=1)) for on in LISTS]
    async with world.backend() as backend:
        await world.until(lambda: _knows(backend), "the listing succeeds after all")
        assert_whole(await live(world, backend))
    assert [breach.hits for breach in refused] == [1, 1]


async def _knows(backend: JobBackend) -> bool:
    try:
        await backend.list()
    except ClusterError as error:
        if not error.transient:
            raise
        return False
    return True


@pytest.mark.parametrize("after_bytes", [1, 300, 5000])
async def test_a_watch_that_is_cut_inside_an_event_loses_nothing(world: World, after_bytes: int) -> None:
    cuts = [world.break_(CutsStream(on, after_bytes, times=2)) for on in WATCHES]
    async with world.backend() as backend:
        assert_whole(await live(world, backend))
    assert all(breach.hits for breach in cuts)


@pytest.mark.parametrize("fault", [LosesRequest, LosesAnswer])
async def test_a_lost_request_or_answer_of_any_kind_is_made_good(
    world: World, fault: type[LosesRequest | LosesAnswer]
) -> None:
    async with world.backend() as backend:
        assert not await backend.list()
        for on in (On("create"), On("get"), On("patch"), *WATCHES):
            world.break_(fault(on))
        told = await live(world, backend)
        assert (await backend.get(told[-1].id)).exit_code == 3
    assert_whole(told)
    assert await world.names(JOBS) == [told[-1].id]


async def test_expired_versions_lose_nothing(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await running(backend, submitted.id)
    await world.expire_versions()
    await world.release(submitted.id, "end")
    assert_whole(await reading)


async def test_versions_that_expire_again_and_again_lose_nothing(world: World, backend: JobBackend) -> None:
    assert not await backend.list()  # listing has succeeded once
    async with backend.statuses(JobFilter()) as statuses:
        told: list[JobStatus] = []
        for number in range(3):
            await backend.submit(world.job(Exits(number)), user=USER)
            await world.expire_versions()
        async for status in statuses:
            told.append(status)
            if sum(each.state.is_final for each in told) == 3:
                break
    finals = Counter(status.id for status in told if status.state.is_final)
    assert set(finals.values()) == {1}
    assert sorted(finals) == await world.names(JOBS)


async def test_continue_tokens_that_expire_are_begun_anew(world: World) -> None:
    async with world.backend(fetch_limit=2) as backend:
        ids = {(await backend.submit(world.job(), user=USER)).id for _ in range(5)}
    expired = world.expire_pages("jobs")
    async with world.backend(fetch_limit=2) as fresh:
        statuses = await fresh.list()
    assert expired.hits == 1
    assert Counter(status.id for status in statuses) == Counter(ids)


async def test_connections_that_are_cut_again_and_again_lose_nothing(
    world: World, backend: JobBackend
) -> None:
    submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await running(backend, submitted.id)
    for _ in range(5):
        await world.cut()
        await world.clock.sleep(0.2)
    await world.release(submitted.id, "end")
    assert_whole(await reading)


# --- the whole way


async def test_a_cluster_that_cannot_be_reached_is_told_soon(world: World) -> None:
    began = world.clock.monotonic()
    async with world.unreachable(), world.backend() as backend:
        with pytest.raises(UnavailableError) as listed:
            await backend.list()
        with pytest.raises(UnavailableError) as submitted:
            await backend.submit(world.job(), user=USER)
    assert listed.value.transient
    assert submitted.value.transient
    assert world.clock.monotonic() - began < 15
    assert await world.names(JOBS) == []


async def test_a_time_without_a_way_to_the_cluster_loses_nothing(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
    await running(backend, submitted.id)
    async with world.unreachable():
        await world.release(submitted.id, "end")
        await world.clock.sleep(2)
    assert_whole(await reading)


async def test_a_submit_without_a_way_to_the_cluster_is_settled_by_its_key(
    world: World, backend: JobBackend
) -> None:
    job = world.job(Exits(3))
    await backend.list()
    async with world.unreachable():
        with pytest.raises(UnavailableError) as lost:
            await backend.submit(job, user=USER, key="once")
    assert lost.value.transient
    ids = {(await backend.submit(job, user=USER, key="once")).id for _ in range(2)}
    assert await world.names(JOBS) == [*ids]


async def test_connections_that_stand_still_are_given_up_and_lose_nothing(world: World) -> None:
    async with world.backend(impatient=True, watch_timeout_s=2) as backend:
        submitted = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
        reading = asyncio.create_task(all_of(backend.statuses(submitted.id)))
        await running(backend, submitted.id)
        async with world.standing_still():
            await world.release(submitted.id, "end")
            await world.clock.sleep(8)
        assert_whole(await reading)


async def test_a_request_that_is_not_answered_in_time_is_told_as_passing(world: World) -> None:
    async with world.backend(impatient=True) as backend:
        await backend.list()
        async with world.standing_still():
            with pytest.raises(UnavailableError) as refused:
                await backend.submit(world.job(), user=USER, key="late")
        assert refused.value.transient
        submitted = await backend.submit(world.job(), user=USER, key="late")
    assert await world.names(JOBS) == [submitted.id]


SLOW: list[Fault] = [Delays(On(verb), 0.7, times=ALWAYS) for verb in ("create", "get", "patch", "list")]


async def test_slow_answers_lose_nothing(world: World) -> None:
    delays = [world.break_(fault) for fault in (*SLOW, *(Delays(on, 0.7, times=3) for on in WATCHES))]
    async with world.backend() as backend:
        assert_whole(await live(world, backend))
    assert delays[0].hits == 1
    assert all(breach.hits for breach in delays[-2:])


# --- who we are


@needs(Can.TOKENS)
async def test_a_token_that_is_replaced_is_read_again(world: World, backend: JobBackend) -> None:
    first = await backend.submit(world.job(WaitsFor("end"), Exits(3)), user=USER)
    reading = asyncio.create_task(all_of(backend.statuses(first.id)))
    await running(backend, first.id)
    await world.rotate_token()
    await world.cut()
    second = await backend.submit(world.job(), user=USER)
    await world.release(first.id, "end")
    assert_whole(await reading)
    assert await world.names(JOBS) == sorted([first.id, second.id])


async def test_the_end_that_could_not_be_recorded_at_once_is_recorded_later(
    world: World, backend: JobBackend
) -> None:
    refused = world.break_(Answers(On("patch"), 503, times=3))
    submitted = await backend.submit(world.job(Exits(3)), user=USER)
    final = await backend.wait(submitted.id)
    await world.until(lambda: _is_recorded(world, submitted.id), "the end is recorded after all")
    assert refused.hits == 3
    async with world.backend() as fresh:
        assert await fresh.wait(submitted.id) == final


async def _is_recorded(world: World, job_id: str) -> bool:
    return "launcher-k8s/final" in (await world.job_object(job_id))["metadata"]["annotations"]
