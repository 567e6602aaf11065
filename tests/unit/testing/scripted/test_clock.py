from __future__ import annotations

import asyncio
import math
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from launcher_k8s.testing import ScriptedClock
from launcher_k8s.testing.scripted.clock import MOST_AT_ONCE, START, Alarm


async def test_a_day_of_sleep_takes_no_time() -> None:
    clock, begun = ScriptedClock(), time.monotonic()
    await clock.sleep(86_400)
    assert clock.monotonic() == 86_400
    assert clock.now() == START + timedelta(days=1)
    assert time.monotonic() - begun < 60


async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    clock, woken = ScriptedClock(), list[tuple[str, float]]()

    async def nap(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    await asyncio.gather(nap("late", 3), nap("first", 1), nap("second", 1))
    assert woken == [("first", 1), ("second", 1), ("late", 3)]


async def test_time_stands_while_anybody_works() -> None:
    clock = ScriptedClock()
    nap = asyncio.create_task(clock.sleep(1))
    for _ in range(50):
        await asyncio.sleep(0)
    assert clock.monotonic() == 0
    await nap
    assert clock.monotonic() == 1


async def test_time_stands_while_a_thread_works() -> None:
    clock = ScriptedClock()
    nap = asyncio.create_task(clock.sleep(1))
    seen = await asyncio.to_thread(lambda: (time.sleep(0.05), clock.monotonic())[1])  # type: ignore[func-returns-value]
    assert seen == 0
    await nap


async def test_time_passes_for_one_who_only_lets_others_run() -> None:
    clock = ScriptedClock()
    nap = asyncio.create_task(clock.sleep(1))
    while not nap.done():  # noqa: ASYNC110 -- this is the case
        await asyncio.sleep(0)
    assert clock.monotonic() == 1


async def test_a_cancelled_sleep_ends_at_once_and_time_does_not_pass_for_it() -> None:
    clock = ScriptedClock()
    nap = asyncio.create_task(clock.sleep(1000))
    await asyncio.sleep(0)
    nap.cancel()
    with pytest.raises(asyncio.CancelledError):
        await nap
    await clock.sleep(1)
    assert clock.monotonic() == 1


async def test_no_sleep_lets_others_run_once() -> None:
    clock, told = ScriptedClock(), list[str]()
    asyncio.get_running_loop().call_soon(told.append, "other")
    await clock.sleep(0)
    assert told == ["other"]
    assert clock.naps_s == [0]


async def test_an_endless_sleep_does_not_move_time() -> None:
    clock = ScriptedClock()
    nap = asyncio.create_task(clock.sleep(math.inf))
    await clock.advance(10)
    assert not nap.done()
    nap.cancel()


async def test_what_is_not_waited_for_happens_when_time_comes_there() -> None:
    clock, rung = ScriptedClock(), list[float]()
    clock.call_later(5, lambda: rung.append(clock.monotonic()), is_awaited=False)
    await clock.settle()
    assert rung == []
    await clock.sleep(7)
    assert rung == [5]


async def test_an_alarm_may_be_set_again_as_it_rings() -> None:
    clock, rung = ScriptedClock(), list[float]()

    pauses_s = [3, 0, 3]

    class Repeated(Alarm):
        def ring(self) -> None:
            rung.append(clock.monotonic())
            if pauses_s:
                clock.arm(self, pauses_s.pop(0))

    clock.arm(Repeated(), 1)
    clock.call_later(4, lambda: rung.append(-1))
    await clock.sleep(20)
    assert rung == [1, -1, 4, 4, 7]


async def test_no_time_passes_any_more_once_nobody_waits() -> None:
    clock, rung = ScriptedClock(), asyncio.Event()
    awaited = clock.call_later(100, lambda: None)

    def give_up() -> None:
        awaited.cancel()
        rung.set()

    clock.call_later(5, give_up, is_awaited=False)
    clock.call_later(2000, lambda: None, is_awaited=False)
    await rung.wait()
    assert clock.monotonic() == 5


def test_who_sleeps_in_a_loop_beside_another_is_not_left_to_it() -> None:
    clock = ScriptedClock()
    other = asyncio.new_event_loop()
    thread = threading.Thread(target=other.run_forever)
    thread.start()

    async def naps(count: int) -> None:
        for _ in range(count):
            await clock.sleep(10)

    async def begin() -> asyncio.Task[None]:
        return asyncio.create_task(naps(1_000_000))

    async def end(task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait([task])

    endless = asyncio.run_coroutine_threadsafe(begin(), other).result()
    try:
        asyncio.run(asyncio.wait_for(naps(3), 30))
    finally:
        asyncio.run_coroutine_threadsafe(end(endless), other).result()
        other.call_soon_threadsafe(other.stop)
        thread.join()
        other.close()


def test_who_sleeps_goes_on_when_other_loops_have_come_and_gone() -> None:
    clock = ScriptedClock()

    async def naps(count: int) -> None:
        for _ in range(count):
            await clock.sleep(10)

    thread = threading.Thread(target=lambda: asyncio.run(naps(500)), daemon=True)
    thread.start()
    for _ in range(20):
        asyncio.run(naps(1))
    thread.join(10)
    assert not thread.is_alive()


async def test_advance_lets_everything_happen_at_its_time() -> None:
    clock, seen = ScriptedClock(advances_by_itself=False), list[float]()

    async def tick() -> None:
        for _ in range(3):
            await clock.sleep(2)
            seen.append(clock.monotonic())

    ticking = asyncio.create_task(tick())
    await clock.advance(5)
    assert seen == [2, 4]
    assert clock.monotonic() == 5
    await clock.advance(1)
    assert seen == [2, 4, 6]
    await ticking


async def test_a_held_clock_moves_only_when_advanced() -> None:
    clock = ScriptedClock(advances_by_itself=False)
    nap = asyncio.create_task(clock.sleep(1))
    await clock.settle()
    assert not nap.done()
    await clock.advance(1)
    assert nap.done()


async def test_very_many_alarms_of_one_moment_let_others_in_between() -> None:
    clock, order = ScriptedClock(), list[int]()
    others = asyncio.Event()

    def ring(number: int) -> None:
        order.append(number)
        others.set()

    for number in range(3 * MOST_AT_ONCE):
        clock.call_later(1, partial(ring, number))

    async def react() -> int:
        await others.wait()
        return len(order)

    assert await react() == MOST_AT_ONCE
    await clock.advance(1)
    assert order == list(range(3 * MOST_AT_ONCE))


def test_what_was_arranged_before_the_loop_runs_happens_once_it_does() -> None:
    clock, rung = ScriptedClock(), list[str]()
    clock.call_later(1, lambda: rung.append("early"))

    async def main() -> None:
        await clock.sleep(2)

    asyncio.run(main())
    assert rung == ["early"]


def test_it_starts_when_it_is_told_to() -> None:
    start = datetime(2030, 5, 1, tzinfo=UTC)
    assert ScriptedClock(start).now() == start
