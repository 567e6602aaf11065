"""What each world shows of each promise: written down by a full run of the suite, printed in the docs.

`nox -s contract` runs the suite in every world and, with LAUNCHER_K8S_CONTRACT_TABLE, writes
`docs/contract.json`: test by test, world by world, `passed`, or why the world cannot show it. A run that is
not whole, or not passed, writes nothing. A test proves that the file names the tests and reasons that there
are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.contract.capabilities import reason_why_not
from tests.contract.worlds import WORLDS

PASSED = "passed"
FAILS = "fails: "
Rows = dict[str, dict[str, dict[str, str]]]


class Table:
    """The outcomes of one run: by test file, then by test, then by world."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str, str], set[str]] = {}

    def note(self, item: pytest.Item, outcome: str) -> None:
        """Note the outcome of a test in its world; of a test with parameters every one counts."""
        self._outcomes.setdefault(place_of(item), set()).add(outcome)

    def rows(self) -> Rows:
        """The table.

        Raises:
            ValueError: A test has not passed where it should have.
        """
        rows: Rows = {}
        for (file, test, world), outcomes in self._outcomes.items():
            if len(outcomes) != 1:
                raise ValueError(f"{test} in the {world} world: {', '.join(sorted(outcomes))}")
            rows.setdefault(file, {}).setdefault(test, {})[world] = next(iter(outcomes))
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
    return f"{FAILS}{known.kwargs['reason']}" if known else PASSED


def is_of_every_file(rows: Rows) -> bool:
    """Whether no file of this folder was left out; this table's own test runs in no world."""
    files = {_words(file.stem) for file in Path(__file__).parent.glob("test_*.py")}
    return set(rows) == files - {"table"}


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
