"""The face of ``launcher_k8s.testing``: what it has, and that nobody pays for it who does not use it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from launcher_k8s import testing


@pytest.mark.parametrize("name", testing.__all__)
def test_every_name_can_be_had(name: str) -> None:
    assert getattr(testing, name) is not None


def test_type_checkers_read_the_same_names() -> None:
    tree = ast.parse(Path(testing.__file__).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    imports = (node for node in guarded.body if isinstance(node, ast.ImportFrom))
    assert {alias.name for node in imports for alias in node.names} == set(testing.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        testing.nothing  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("imported", "loaded"),
    [
        ("launcher_k8s", []),
        ("launcher_k8s; launcher_k8s.JobBackend", []),
        ("launcher_k8s.testing", ["launcher_k8s.testing"]),
        ("launcher_k8s.cli.explain", []),
    ],
)
def test_it_is_loaded_by_those_who_use_it(imported: str, loaded: list[str]) -> None:
    ours = "sorted(name for name in sys.modules if name.startswith('launcher_k8s.testing'))"
    code = f"import sys, {imported}; print(*{ours})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == loaded
