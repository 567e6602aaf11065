from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from launcher_k8s.backend.statuses import changes
from launcher_k8s.rows import Event, EventKind
from launcher_k8s.status import JobFilter, JobState
from launcher_k8s.tracker import Tracker
from tests.unit.tracker.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def tracker() -> Tracker:
    tracker = Tracker()
    tracker.replace_jobs(())
    tracker.replace_pods(())
    return tracker


def show(world: World, tracker: Tracker) -> None:
    """Let the tracker see all that has happened so far."""
    while world.job_log:
        tracker.apply_job(world.job_log.pop(0))
    while world.pod_log:
        tracker.apply_pod(world.pod_log.pop(0))


async def test_one_job_is_told_to_its_end(world: World, tracker: Tracker) -> None:
    world.submit("a", user="jsmith")
    show(world, tracker)
    states = []
    async with aclosing(changes(tracker, "a")) as statuses:
        async for status in statuses:
            states.append(status.state)
            if status.state is JobState.PENDING:
                world.schedule("a")
                world.start("a")
            elif status.state is JobState.RUNNING:
                world.end("a", 3)
            show(world, tracker)
    assert states == [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]


async def test_a_waiting_reader_is_woken_by_a_change(world: World, tracker: Tracker) -> None:
    statuses = changes(tracker, JobFilter())
    reader = asyncio.ensure_future(anext(statuses))
    await asyncio.sleep(0)
    assert not reader.done()
    world.submit("a")
    show(world, tracker)
    assert (await reader).id == "a"
    await statuses.aclose()


async def test_only_the_users_own_jobs_are_told(world: World, tracker: Tracker) -> None:
    world.submit("a", user="jsmith")
    world.submit("b", user="mary")
    show(world, tracker)
    async with aclosing(changes(tracker, JobFilter(), user="mary")) as statuses:
        assert (await anext(statuses)).id == "b"


async def test_a_filter_goes_on_after_a_final_state(world: World, tracker: Tracker) -> None:
    world.submit("a")
    world.schedule("a")
    world.start("a")
    world.end("a", 0)
    show(world, tracker)
    async with aclosing(changes(tracker, JobFilter())) as statuses:
        assert (await anext(statuses)).state.is_final
        world.submit("b")
        show(world, tracker)
        assert (await anext(statuses)).id == "b"


async def test_leaving_ends_the_subscription(world: World, tracker: Tracker) -> None:
    async with aclosing(changes(tracker, JobFilter())) as statuses:
        world.submit("a")
        show(world, tracker)
        await anext(statuses)
        assert tracker._audience.listens("a")
    assert not tracker._audience.listens("a")


async def test_a_removed_job_is_told_as_removed(world: World, tracker: Tracker) -> None:
    row = world.submit("a")
    show(world, tracker)
    async with aclosing(changes(tracker, "a")) as statuses:
        await anext(statuses)
        tracker.apply_job(Event(EventKind.DELETED, row, "99"))
        last = [status async for status in statuses]
    assert [status.removed for status in last] == [True]
