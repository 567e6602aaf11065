"""What ``launcher_k8s.testing`` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from launcher_k8s import testing


@pytest.mark.parametrize("name", testing.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(testing, name) is not None
    assert name in dir(testing)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(testing, "nothing")  # noqa: B009 -- mypy knows that it is not


def test_importing_it_loads_nothing() -> None:
    program = "import launcher_k8s.testing, sys; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "launcher_k8s.testing.cluster" not in loaded.split()
    assert "aiohttp" not in loaded.split()
