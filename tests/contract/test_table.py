"""The table in the documentation names the tests that there are, and why a world cannot show one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import table

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
RECORDED = ROOT / "docs" / "contract.json"

COLLECTED = """
import json, pathlib, sys
import pytest
from tests.contract import table

class Collected:
    def pytest_collection_finish(self, session):
        table.write(table.expected(session.items), pathlib.Path(sys.argv[1]))

sys.exit(pytest.main(["--collect-only", "-q", "tests/contract"], plugins=[Collected()]))
"""


def test_the_recorded_table_is_that_of_the_tests(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-c", COLLECTED, str(file)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    recorded = json.loads(RECORDED.read_text())
    assert recorded == json.loads(file.read_text()), (
        "run `nox -s contract`: it writes docs/contract.json anew"
    )


def test_a_world_is_written_down_when_all_of_it_went_well(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    well, ill = {"submit": {"a": "passed"}}, {"submit": {"a": "failed, passed"}}
    expected = {"scripted": well, "real": well}
    table.record({"scripted": well, "real": ill}, expected, file)
    assert json.loads(file.read_text()) == {"scripted": well}
    table.record({"scripted": ill, "real": well}, expected, file)
    assert json.loads(file.read_text()) == expected


def test_of_a_test_with_parameters_every_one_counts(request: pytest.FixtureRequest) -> None:
    noted = table.Table()
    noted.note(request.node, table.PASSED)
    noted.note(request.node, "failed")
    name = "of a test with parameters every one counts"
    assert noted.rows() == {"": {"table": {name: "failed, passed"}}}
