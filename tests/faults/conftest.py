"""The fixture `world`: where a test of this folder runs, as its parameter `where` says."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.contract.world import World
from tests.contract.worlds import opened, real_way

__all__ = ["real_way"]


@pytest.fixture
async def world(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[World]:
    """One cluster and a fresh namespace; when it closes, nothing may be left of what the test began."""
    async with opened(where, request, tmp_path) as world:
        yield world
