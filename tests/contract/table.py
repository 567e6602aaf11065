"""What each world shows of each promise: written down by full runs of the suite, printed in the docs.

`nox -s contract` runs the suite in every world and, with LAUNCHER_K8S_CONTRACT_TABLE, writes
`docs/contract.json`: world by world, test by test, `passed`, or why the world cannot show it. Only a world
whose every test was run and went well is written down; what stands there of the others is kept. A test proves
that the file names the tests and reasons that there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.contract.capabilities import reason_why_not
from tests.contract.worlds import WORLDS

PASSED = "passed"
Rows = dict[str, dict[str, dict[str, str]]]


class Table:
    """The outcomes of one run: by world, then by test file, then by test."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str, str], set[str]] = {}

    def note(self, item: pytest.Item, outcome: str) -> None:
        """Note the outcome of a test in its world; of a test with parameters every one counts."""
        self._outcomes.setdefault(place_of(item), set()).add(outcome)

    def rows(self) -> Rows:
        """The table."""
        rows: Rows = {}
        for (file, test, world), outcomes in self._outcomes.items():
            rows.setdefault(world, {}).setdefault(file, {})[test] = ", ".join(sorted(outcomes))
        return rows


def expected(items: Iterable[pytest.Item]) -> Rows:
    """The table as it is when all pass that can."""
    table = Table()
    for item in items:
        if world_of(item):
            table.note(item, expected_outcome(item))
    return table.rows()


def expected_outcome(item: pytest.Item) -> str:
    """What a test that goes well is noted as."""
    if reason := reason_why_not(item, WORLDS[world_of(item)].cannot):
        return reason
    known = item.get_closest_marker("xfail")
    return f"fails: {known.kwargs['reason']}" if known else PASSED


def is_of_every_file(rows: Rows) -> bool:
    """Whether no file of this folder was left out; this table's own test runs in no world."""
    files = {_words(file.stem) for file in Path(__file__).parent.glob("test_*.py")} - {"table"}
    return all(set(tests) == files for tests in rows.values())


def record(noted: Rows, expected: Rows, file: Path) -> None:
    """Write down the worlds of which every test was run and went well."""
    rows: Rows = json.loads(file.read_text()) if file.exists() else {}
    rows |= {world: tests for world, tests in noted.items() if tests == expected[world]}
    write({world: rows[world] for world in WORLDS if world in rows}, file)


def write(rows: Rows, file: Path) -> None:
    """Write the table, the same for the same outcomes."""
    file.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def world_of(item: pytest.Item) -> str:
    """The name of the world that a test runs in; empty for a test of no world."""
    call = getattr(item, "callspec", None)
    return str(call.params.get("world", "")) if call else ""


def place_of(item: pytest.Item) -> tuple[str, str, str]:
    """File, test and world, the first two in words: `submit`, `a lost answer makes no second job`."""
    name = getattr(item, "originalname", item.name)
    return _words(item.path.stem), _words(name), world_of(item)


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")
