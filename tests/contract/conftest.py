"""The fixture `world`: every test of this folder runs in each of them, or is skipped with the reason it cannot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from launcher_k8s import JobBackend
from tests.contract.capabilities import reason_why_not
from tests.contract.leaks import Held
from tests.contract.world import World
from tests.contract.worlds import WORLDS, opening_of, real_way

__all__ = ["real_way"]

REAL = "real"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): not every world can show it")
    config.addinivalue_line("markers", "cannot: this world cannot show it, which is no failure")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        marks = {REAL: [pytest.mark.cluster]}
        params = [pytest.param(name, marks=marks.get(name, []), id=name) for name in WORLDS]
        metafunc.parametrize("world", params, indirect=True)


def world_of(item: pytest.Item) -> str:
    """The name of the world that a test runs in; empty for a test of no world."""
    return (
        str(item.callspec.params.get("world", ""))
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ""
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a world cannot show is skipped, which is no failure where a cluster is required."""
    for item in items:
        name = world_of(item)
        if name and (reason := reason_why_not(item, WORLDS[name].cannot)):
            item.add_marker(pytest.mark.cannot)
            item.add_marker(pytest.mark.skip(reason=f"the {name} world: {reason}"))


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[World]:
    """One cluster and a fresh namespace; when it closes, nothing may be left of what the test began."""
    opening = opening_of(request.param, request, tmp_path)
    held = await Held.now(sockets=request.param != REAL)
    async with opening() as world:
        yield world
        await world.until(lambda: _is_quiet(world), "every backend's connection is closed", within_s=3)
    await held.check()


async def _is_quiet(world: World) -> bool:
    return await world.connections() == 0


@pytest.fixture
async def backend(world: World) -> AsyncGenerator[JobBackend]:
    """A backend in the world."""
    async with world.backend() as backend:
        yield backend
