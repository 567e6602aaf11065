"""What the rooms' contracts in pyproject.toml cannot say, because it is no import.

import-linter sees which module imports which. It does not see a clock that comes with a harmless import
(`datetime.now`), an import made at run time, a file opened by a builtin, or a room that reaches everything
through the package's lazy face.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "launcher_k8s"
PROGRAMS = {"__main__", "cli", "plugin"}  # above the public face: they may use it

CLOCKS = {"now", "utcnow", "today"}
PATH_EFFECTS = {
    "cwd",
    "expanduser",
    "home",
    "iterdir",
    "mkdir",
    "read_bytes",
    "read_text",
    "write_bytes",
    "write_text",
}
RUN_TIME_IMPORTS = {"__import__", "import_module"}
EFFECTS = {"breakpoint", "eval", "exec", "input", "open", "print"}


def _contract(name: str) -> dict[str, list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (found,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == name)
    assert isinstance(found, dict)
    return found


def _impure_rooms() -> set[str]:
    """The rooms that the contract `pure` excepts: one list serves both checks."""
    return {line.split()[0].split(".")[1] for line in _contract("pure")["ignore_imports"]}


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _effect(call: ast.Call) -> str | None:
    name = _name(call.func)
    if isinstance(call.func, ast.Attribute):
        if ast.unparse(call.func.value) == "effects":
            return None  # what templates are handed in place of a clock (templates/effects.py)
        return name if name in CLOCKS | PATH_EFFECTS | RUN_TIME_IMPORTS else None
    return name if name in EFFECTS | RUN_TIME_IMPORTS else None


def effects(tree: ast.AST) -> list[str]:
    """What a module calls that a pure room is handed instead."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [f"line {call.lineno}: {name}()" for call in calls if (name := _effect(call)) is not None]


def face_imports(tree: ast.AST, rooms: set[str]) -> list[str]:
    """Imports from the package's own face, through which every room can be had unseen."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [
                    f"line {node.lineno}: {alias.name}" for alias in names if alias.name == PACKAGE.name
                ]
            case ast.ImportFrom(module=PACKAGE.name, names=names):
                found += [f"line {node.lineno}: {alias.name}" for alias in names if alias.name not in rooms]
            case _:
                pass
    return found


def _id(case: tuple[str, Path]) -> str:
    return str(case[1].relative_to(PACKAGE))


MODULES = list(_modules())
ROOMS = {room for room, _ in MODULES}


@pytest.mark.parametrize(
    "case", [case for case in MODULES if case[0] not in _impure_rooms() | {"__init__"}], ids=_id
)
def test_a_pure_room_is_handed_its_clock_files_and_imports(case: tuple[str, Path]) -> None:
    assert effects(ast.parse(case[1].read_text())) == []


@pytest.mark.parametrize(
    "case", [case for case in MODULES if case[0] not in PROGRAMS | {"__init__"}], ids=_id
)
def test_a_room_imports_rooms_and_not_the_face(case: tuple[str, Path]) -> None:
    assert face_imports(ast.parse(case[1].read_text()), ROOMS) == []


def test_each_exception_covers_the_room_and_its_own_rooms() -> None:
    lines = _contract("pure")["ignore_imports"]
    assert sorted(lines) == sorted(
        f"launcher_k8s.{room}{deep} -> *"
        for room in _impure_rooms()
        for deep in ("", ".**")
        if (room, deep) != ("__main__", ".**")
    )


@pytest.mark.parametrize(
    "planted",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "Path('x').read_text()",
        "open('x')",
        "importlib.import_module('os')",
        "__import__('os')",
    ],
)
def test_a_planted_effect_is_found(planted: str) -> None:
    assert effects(ast.parse(planted)) != []


@pytest.mark.parametrize(
    "innocent",
    ["self.open()", "now()", "effects.now()", "clock.time()", "job.exec(['a'])", "re.compile('x')"],
)
def test_what_only_looks_like_an_effect_is_left_alone(innocent: str) -> None:
    assert effects(ast.parse(innocent)) == []


@pytest.mark.parametrize("planted", ["import launcher_k8s", "from launcher_k8s import JobBackend"])
def test_a_planted_import_of_the_face_is_found(planted: str) -> None:
    assert face_imports(ast.parse(planted), {"errors"}) != []


def test_importing_a_room_by_name_is_no_import_of_the_face() -> None:
    assert face_imports(ast.parse("from launcher_k8s import errors"), {"errors"}) == []
