"""Tests of ``launcher_k8s.backend.membership``."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from launcher_k8s.backend.membership import REMEMBERED_S, Membership
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.testing import ScriptedClock


class Directory:
    """Groups that change with every question; a question waits while the gate is shut."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.failures: list[Exception] = []

    def __call__(self, user: str) -> list[str]:
        self.asked.append(user)
        self.gate.wait(10)
        if self.failures:
            raise self.failures.pop()
        return [f"{user}-{len(self.asked)}"]


@pytest.fixture
async def directory() -> AsyncIterator[Directory]:
    directory = Directory()
    yield directory
    directory.gate.set()


@pytest.fixture
def clock() -> ScriptedClock:
    return ScriptedClock()


@pytest.fixture
def membership(directory: Directory, clock: ScriptedClock) -> Membership:
    return Membership(directory, clock)


async def test_an_answer_is_remembered(membership: Membership, directory: Directory) -> None:
    assert [await membership.groups_of("mary") for _ in range(3)] == [("mary-1",)] * 3
    assert directory.asked == ["mary"]


async def test_an_answer_is_one_users_own(membership: Membership) -> None:
    assert await membership.groups_of("mary") == ("mary-1",)
    assert await membership.groups_of("jsmith") == ("jsmith-2",)


async def test_an_answer_grows_old(membership: Membership, clock: ScriptedClock) -> None:
    assert await membership.groups_of("mary") == ("mary-1",)
    await clock.sleep(REMEMBERED_S)
    assert await membership.groups_of("mary") == ("mary-2",)


async def test_an_answer_counts_from_when_it_was_asked_for(
    membership: Membership, directory: Directory, clock: ScriptedClock
) -> None:
    directory.gate.clear()
    slow = asyncio.create_task(membership.groups_of("mary"))
    await asyncio.sleep(0)
    clock._reach(REMEMBERED_S)  # of itself it stands still while a thread works
    directory.gate.set()
    assert await slow == ("mary-1",)
    assert await membership.groups_of("mary") == ("mary-2",)


async def test_those_who_ask_at_once_share_one_question(membership: Membership, directory: Directory) -> None:
    directory.gate.clear()
    asking = asyncio.gather(*(membership.groups_of("mary") for _ in range(20)))
    await asyncio.sleep(0)
    directory.gate.set()
    assert await asking == [("mary-1",)] * 20
    assert directory.asked == ["mary"]


async def test_one_who_gives_up_leaves_the_answer_to_the_others(
    membership: Membership, directory: Directory
) -> None:
    directory.gate.clear()
    first, second = (asyncio.create_task(membership.groups_of("mary")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    directory.gate.set()
    assert await second == ("mary-1",)
    assert first.cancelled()


async def test_a_failure_reaches_all_who_waited_and_nobody_after(
    membership: Membership, directory: Directory
) -> None:
    directory.gate.clear()
    directory.failures = [LookupError("no directory")]
    asking = asyncio.gather(*(membership.groups_of("mary") for _ in range(2)), return_exceptions=True)
    await asyncio.sleep(0)
    directory.gate.set()
    assert [type(each) for each in await asking] == [LookupError] * 2
    assert await membership.groups_of("mary") == ("mary-2",)


async def test_a_failure_that_nobody_waited_for_is_not_remembered(
    membership: Membership, directory: Directory
) -> None:
    directory.gate.clear()
    directory.failures = [LookupError("no directory")]
    gone = asyncio.create_task(membership.groups_of("mary"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    directory.gate.set()
    with pytest.raises(LookupError):
        await membership.groups_of("mary")
    assert await membership.groups_of("mary") == ("mary-2",)


async def test_old_answers_are_not_kept(membership: Membership, clock: ScriptedClock) -> None:
    for number in range(5):
        await membership.groups_of(f"user{number}")
        await clock.sleep(REMEMBERED_S / 2)
    assert len(membership._lookups) <= 2


def test_an_answer_outlives_the_event_loop_it_was_asked_on(
    membership: Membership, directory: Directory
) -> None:
    for _ in range(2):
        assert asyncio.run(membership.groups_of("mary")) == ("mary-1",)
    assert directory.asked == ["mary"]


def test_a_question_of_another_event_loop_is_not_waited_for(
    membership: Membership, directory: Directory
) -> None:
    async def give_up() -> None:
        directory.gate.clear()
        asking = asyncio.create_task(membership.groups_of("mary"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])

    with asyncio.Runner() as other:
        other.run(give_up())
        directory.gate.set()
        assert asyncio.run(membership.groups_of("mary")) == ("mary-2",)


async def test_groups_that_are_no_texts_are_refused(clock: ScriptedClock) -> None:
    numbers: Any = [1000]
    membership = Membership(lambda _: numbers, clock)

    with pytest.raises(InvalidJobError, match=r"groups\[0\]"):
        await membership.groups_of("mary")
