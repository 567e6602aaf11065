"""Which worlds there are, and how each is opened for one test."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.contract.capabilities import Can, needed_by
from tests.contract.embedded import EmbeddedWorld
from tests.contract.leaks import Held
from tests.contract.real import RealWorld, Way, way_to
from tests.contract.scripted import ScriptedWorld
from tests.contract.world import World

REAL = "real"
WORLDS: Mapping[str, type[World]] = {
    "scripted": ScriptedWorld,
    "embedded": EmbeddedWorld,
    REAL: RealWorld,
}

Opening = Callable[[], AbstractAsyncContextManager[World]]


@asynccontextmanager
async def opened(name: str, request: pytest.FixtureRequest, folder: Path) -> AsyncGenerator[World]:
    """One cluster and a fresh namespace; when it closes, nothing may be left of what the test began."""
    opening = opening_of(name, request, folder)
    held = await Held.now(sockets=name != REAL)
    async with opening() as world:
        yield world
        await world.until(lambda: _is_quiet(world), "every backend's connection is closed", within_s=10)
    await held.check(daemons=world.daemons)


async def _is_quiet(world: World) -> bool:
    return await world.connections() == 0


def opening_of(name: str, request: pytest.FixtureRequest, folder: Path) -> Opening:
    """How a world of this name is opened. What the session shares is ready when this returns."""
    ask: Callable[[str], Any] = request.getfixturevalue
    match name:
        case "scripted":
            return ScriptedWorld.opened
        case "embedded":
            return lambda: EmbeddedWorld.opened(folder)
        case "real":
            cluster = ask("metrics" if Can.MEASURE in needed_by(request.node) else "real_cluster")
            namespace, way = ask("namespace"), ask("real_way")
            return lambda: RealWorld.opened(cluster, namespace, way, folder)
        case _:
            raise ValueError(name)


@pytest.fixture(scope="session")
def real_way(real_cluster: Any) -> Iterator[Way]:
    """The breakable way to the real cluster, shared by the session."""
    with TemporaryDirectory() as folder, way_to(real_cluster, Path(folder)) as way:
        yield way
