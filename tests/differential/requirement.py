"""Real Go for tests: without it they skip with the reason, or fail with LAUNCHER_K8S_REQUIRE_GO=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cluster.waiting import UnavailableError
from tests.differential.program import build


def real_go() -> Path:
    """The program that renders with real Go."""
    try:
        return build()
    except UnavailableError as reason:
        if os.environ.get("LAUNCHER_K8S_REQUIRE_GO") == "1":
            pytest.fail(f"real Go is required, but: {reason}", pytrace=False)
        pytest.skip(f"no real Go: {reason}")
