"""Which worlds there are, and how each is opened for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.contract.capabilities import Can, needed_by
from tests.contract.embedded import EmbeddedWorld
from tests.contract.real import RealWorld, Way, way_to
from tests.contract.scripted import ScriptedWorld
from tests.contract.world import World

WORLDS: Mapping[str, type[World]] = {
    "scripted": ScriptedWorld,
    "embedded": EmbeddedWorld,
    "real": RealWorld,
}

Opening = Callable[[], AbstractAsyncContextManager[World]]


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
