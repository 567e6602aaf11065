"""Many jobs as local processes: all end as they should, nothing of them is left, and memory stays flat.

`nox -s soak` runs 1,000 at 50 at a time; otherwise there are 60 at 20 at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.conftest import SOAK

ROOT = Path(__file__).parents[2]
COUNT, AT_A_TIME, FIRST = (1000, 50, 100) if SOAK else (60, 20, 20)

LARGEST_GROWTH_MIB = 32
"""After 100 jobs the cluster has yet to fill what it keeps by design: some 3,000 of 5,000 writes that can be
watched from (4 KiB each), some 2,300 of 3,000 events (2 KiB each), what the backend and caches remember.
Measured: 24 MiB."""
LARGEST_GROWTH_WHEN_FULL_MIB = 6
"""In the second half of a long run all but the last two are full. 12 KiB a job would be seen, less than the
objects of a job and its pod take. Measured: 3.1 to 4.7 MiB."""
LARGEST_GROWTH_OF_THE_KEEPER_MIB = 1


@attrs.frozen
class Outcome:
    """What the program told, and who it was."""

    pid: int
    mark: str
    told: dict[str, Any]

    def grew(self, what: str, since: int = 0) -> float:
        """By how much something was more in the end than at an earlier measure."""
        held = self.told["held"]
        return float(held[-1][what] - held[since][what])


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return asyncio.run(_run())


async def _run() -> Outcome:
    mark = f"local-jobs-{uuid.uuid4().hex}"
    numbers = [str(each) for each in (COUNT, AT_A_TIME, FIRST)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.local_jobs", *numbers, mark),
        cwd=ROOT,
        env=os.environ | {"LOCAL_JOBS": mark},
        start_new_session=True,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return Outcome(process.pid, mark, json.loads(told))


@pytest.mark.soak
def test_all_end_with_their_exit_codes_and_outputs(outcome: Outcome) -> None:
    assert outcome.told["wrong"] == []


@pytest.mark.soak
def test_no_process_is_left(outcome: Outcome) -> None:
    assert [each["keeper children"] for each in outcome.told["held"]] == [[], [], []]
    assert _left(outcome.mark, sessions={outcome.pid, outcome.told["keeper"]}) == []


@pytest.mark.soak
def test_no_descriptor_and_no_task_is_left(outcome: Outcome) -> None:
    assert outcome.grew("files") == 0
    assert outcome.grew("keeper files") == 0
    # Connections are kept for the next request: as many as there were requests at a time, each with two ends.
    assert outcome.grew("sockets") <= 2 * AT_A_TIME
    assert outcome.grew("tasks") <= AT_A_TIME


@pytest.mark.soak
def test_memory_stays_flat(outcome: Outcome) -> None:
    assert outcome.grew("rss") <= LARGEST_GROWTH_MIB, outcome.told
    assert outcome.grew("keeper rss") <= LARGEST_GROWTH_OF_THE_KEEPER_MIB, outcome.told
    if SOAK:
        assert outcome.grew("rss", since=1) <= LARGEST_GROWTH_WHEN_FULL_MIB, outcome.told


def _left(mark: str, *, sessions: set[int]) -> list[str]:
    """Processes that carry a mark, in their environment or arguments, or are of a session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / name for name in ("cmdline", "environ"))
            texts = command.read_bytes() + environment.read_bytes()
            session = int((process / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:  # it has ended, or is another user's
            continue
        if mark.encode() in texts or session in sessions:
            found.append(f"{process.name}: {texts!r}")
    return found
