from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from launcher_k8s.backend.patience import Patience
from launcher_k8s.errors import ForbiddenError, UnavailableError
from launcher_k8s.kube.retry import Backoff
from launcher_k8s.testing import ScriptedClock

BUSY = UnavailableError("busy", status=503, transient=True)


def patience(clock: ScriptedClock, attempts: float = 5) -> Patience:
    return Patience(clock, lambda: 0.0, attempts, Backoff(base_s=1, cap_s=8))


def failing(times: int, error: Exception = BUSY) -> Callable[[], Awaitable[str]]:
    failures = [error] * times

    async def request() -> str:
        if failures:
            raise failures.pop()
        return "done"

    return request


async def test_an_answer_is_given_at_once() -> None:
    clock = ScriptedClock()
    assert await patience(clock).run(failing(0)) == "done"
    assert clock.naps_s == []


async def test_a_passing_failure_is_tried_again_after_growing_waits() -> None:
    clock = ScriptedClock()
    assert await patience(clock).run(failing(4)) == "done"
    assert clock.naps_s == [1, 2, 4, 8]


async def test_the_last_failure_is_raised_when_the_attempts_are_used_up() -> None:
    clock = ScriptedClock()
    with pytest.raises(UnavailableError):
        await patience(clock, attempts=3).run(failing(3))
    assert clock.naps_s == [1, 2]


async def test_a_lasting_failure_is_raised_at_once() -> None:
    clock = ScriptedClock()
    with pytest.raises(ForbiddenError):
        await patience(clock).run(failing(1, ForbiddenError("no", status=403)))
    assert clock.naps_s == []


async def test_what_the_server_asked_to_wait_is_waited() -> None:
    clock = ScriptedClock()
    busy = UnavailableError("busy", status=429, transient=True, retry_after_s=17)
    await patience(clock).run(failing(1, busy))
    assert clock.naps_s == [17]


async def test_chance_shortens_the_waits() -> None:
    clock = ScriptedClock()
    await Patience(clock, lambda: 0.5, 5, Backoff(base_s=1, cap_s=8, jitter=0.5)).run(failing(1))
    assert clock.naps_s == [0.75]


async def test_work_in_the_background_never_gives_up() -> None:
    clock = ScriptedClock()
    assert await patience(clock, attempts=1).without_end().run(failing(100)) == "done"
    assert len(clock.naps_s) == 100


async def test_what_is_no_failure_of_the_cluster_is_not_held_back() -> None:
    with pytest.raises(ZeroDivisionError):
        await patience(ScriptedClock()).run(failing(1, ZeroDivisionError()))
