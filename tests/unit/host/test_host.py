from __future__ import annotations

import asyncio
import logging
from datetime import UTC, timedelta

import pytest

from launcher_k8s import host
from launcher_k8s.clock import Clock

NOBODY = "no-such-user-of-this-host"


def test_an_unknown_user_has_no_groups_and_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    groups = host.Groups()
    assert [groups(NOBODY), groups(NOBODY), groups("nor-this-one")] == [(), (), ()]
    assert [(record.levelno, record.args) for record in caplog.records] == [
        (logging.WARNING, (NOBODY,)),
        (logging.WARNING, ("nor-this-one",)),
    ]


def test_each_backend_is_told_of_an_unknown_user(caplog: pytest.LogCaptureFixture) -> None:
    assert host.Groups()(NOBODY) == host.Groups()(NOBODY) == ()
    assert len(caplog.records) == 2


def test_a_known_user_has_groups(caplog: pytest.LogCaptureFixture) -> None:
    assert host.groups_of("root")[0] == "root"
    assert caplog.records == []


def test_an_account_has_its_numbers() -> None:
    root = host.account_of("root")
    assert root is not None
    assert (root.name, root.uid) == ("root", 0)
    assert 0 in root.gids
    assert host.account_of(NOBODY) is None


def test_a_group_without_a_name_is_called_by_its_number() -> None:
    assert (host.group_name(0), host.group_name(2**31 - 9)) == ("root", str(2**31 - 9))


async def test_the_systems_clock_runs() -> None:
    clock: Clock = host.SystemClock()
    before, begun = clock.now(), clock.monotonic()
    await clock.sleep(0.01)
    assert clock.monotonic() - begun >= 0.01
    assert timedelta(0) < clock.now() - before < timedelta(seconds=10)
    assert before.tzinfo is UTC


async def test_a_wait_of_no_time_lets_others_run() -> None:
    others = asyncio.create_task(asyncio.sleep(0, "ran"))
    await host.SystemClock().sleep(0)
    await host.SystemClock().sleep(0)
    assert others.done()
