"""The fixture `world`: every test of this folder runs in each, or is skipped with the reason it cannot."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from launcher_k8s import JobBackend
from tests.contract import table
from tests.contract.capabilities import reason_why_not
from tests.contract.world import World
from tests.contract.worlds import REAL, WORLDS, opened, real_way

__all__ = ["real_way"]

OUTCOMES = pytest.StashKey[table.Table]()
EXPECTED = pytest.StashKey[table.Rows]()
WANTED = "LAUNCHER_K8S_CONTRACT_TABLE"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): not every world can show it")
    config.addinivalue_line("markers", "fails_in(world, reason): a known defect of that world")
    config.addinivalue_line("markers", "cannot: this world cannot show it, which is no failure")
    config.stash[OUTCOMES] = table.Table()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        marks = {REAL: [pytest.mark.cluster]}
        params = [pytest.param(name, marks=marks.get(name, []), id=name) for name in WORLDS]
        metafunc.parametrize("world", params, indirect=True)


@pytest.hookimpl(tryfirst=True)  # before any are deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a world cannot show is skipped, which is no failure where a cluster is required."""
    for item in items:
        name = table.world_of(item)
        if name and (reason := reason_why_not(item, WORLDS[name].cannot)):
            item.add_marker(pytest.mark.cannot)
            item.add_marker(pytest.mark.skip(reason=f"the {name} world: {reason}"))
        for mark in item.iter_markers("fails_in"):
            if name == mark.args[0]:
                item.add_marker(pytest.mark.xfail(reason=mark.args[1]))
    config.stash[EXPECTED] = table.expected(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if table.world_of(item) and (report.when == "call" or report.outcome != "passed"):
        went_well = report.passed or hasattr(report, "wasxfail") or item.get_closest_marker("cannot")
        outcome = table.expected_outcome(item) if went_well else report.outcome
        item.config.stash[OUTCOMES].note(item, outcome)
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the table where one is wanted."""
    wanted, expected = os.environ.get(WANTED), session.config.stash.get(EXPECTED, {})
    if wanted and table.is_of_every_file(expected):
        table.record(session.config.stash[OUTCOMES].rows(), expected, Path(wanted))


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[World]:
    """One cluster and a fresh namespace; when it closes, nothing may be left of what the test began."""
    async with opened(request.param, request, tmp_path) as world:
        yield world


@pytest.fixture
async def backend(world: World) -> AsyncGenerator[JobBackend]:
    """A backend in the world."""
    async with world.backend() as backend:
        yield backend
