from __future__ import annotations

import asyncio

from launcher_k8s.backend.leaving import LEAVING_S, finish
from launcher_k8s.testing import ScriptedClock


async def test_work_that_ends_soon_is_waited_for() -> None:
    clock = ScriptedClock()
    task = asyncio.create_task(clock.sleep(LEAVING_S - 1))
    await finish([task], clock)
    assert task.done()
    assert not task.cancelled()


async def test_work_that_does_not_end_is_cancelled() -> None:
    clock = ScriptedClock()
    late, soon = asyncio.create_task(asyncio.sleep(3600)), asyncio.create_task(clock.sleep(1))
    await finish([late, soon], clock)
    assert late.cancelled()
    assert not soon.cancelled()
    assert clock.monotonic() == LEAVING_S


async def test_without_work_nothing_is_waited_for() -> None:
    clock = ScriptedClock()
    await finish([], clock)
    assert clock.naps_s == []
