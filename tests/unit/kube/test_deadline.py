from __future__ import annotations

import asyncio

import pytest

from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.testing import ScriptedClock


async def test_what_takes_longer_is_cut_off() -> None:
    clock, before = ScriptedClock(), asyncio.all_tasks()
    with pytest.raises(DeadlineError):
        async with deadline(clock, 60):
            await clock.sleep(61)
    assert clock.monotonic() == 60
    assert asyncio.all_tasks() == before


async def test_what_is_done_in_time_is_left_alone() -> None:
    clock, before = ScriptedClock(), asyncio.all_tasks()
    async with deadline(clock, 60):
        await clock.sleep(59)
    assert clock.monotonic() == 59
    assert asyncio.all_tasks() == before


async def test_without_seconds_there_is_no_limit() -> None:
    clock = ScriptedClock()
    async with deadline(clock, None):
        await clock.sleep(86_400)
    assert clock.naps_s == [86_400]


async def test_a_time_limit_of_somebody_else_is_not_taken_for_it() -> None:
    with pytest.raises(TimeoutError) as caught:
        async with deadline(ScriptedClock(), 60):
            raise TimeoutError("another one")
    assert not isinstance(caught.value, DeadlineError)


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def work() -> None:
        async with deadline(ScriptedClock(), 60):
            waiting.set()
            await asyncio.Event().wait()

    waiting = asyncio.Event()
    task = asyncio.create_task(work())
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
