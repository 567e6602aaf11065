"""How what happens to a job is shown on a terminal; what else there is to following, test_run shows."""

from __future__ import annotations

import io
import sys

import pytest

from launcher_k8s.cause import Cause, Diagnosis
from launcher_k8s.cli.following import PlainNarrator
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.status import JobState, JobStatus

PENDING = JobStatus("a-1", JobState.PENDING)
RUNNING = JobStatus("a-1", JobState.RUNNING)
ENDED = JobStatus("a-1", JobState.FINISHED, exit_code=0)


class Terminal(io.TextIOWrapper):
    """Standard output and standard error at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sent = io.BytesIO()
        super().__init__(self._sent, "utf-8", newline="")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stdout", self)
        monkeypatch.setattr(sys, "stderr", self)

    def isatty(self) -> bool:
        return True

    def written(self) -> str:
        return self._sent.getvalue().decode()


def test_a_state_is_written_over_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    narrator = PlainNarrator()
    for status in (PENDING, RUNNING, ENDED):
        narrator.status(status, None)
    blank = " " * len("a-1 Pending")
    states = ["\ra-1 Pending", f"\r{blank}", "\ra-1 Running", f"\r{blank}", "\ra-1 Finished, exit code 0\n"]
    assert terminal.written() == "\r" + "".join(states)


def test_output_begins_below_the_state_and_the_end_below_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    narrator = PlainNarrator()
    narrator.status(RUNNING, None)
    narrator.output(OutputChunk(b"one\ntw"))
    narrator.output(OutputGap(None, None, GapReason.ROTATED))
    narrator.output(OutputChunk(b"o"))
    narrator.status(ENDED, None)
    assert terminal.written().replace("\r", "").splitlines() == [
        "a-1 Running",
        "one",
        "tw",
        "-- output is missing here (rotated) --",
        "o",
        "a-1 Finished, exit code 0",
    ]


def test_why_it_waits_stands_below_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    PlainNarrator().status(PENDING, Diagnosis("a-1", JobState.PENDING, Cause.QUOTA, "No room.", "", "Wait."))
    assert terminal.written() == "\r\ra-1 Pending\n  No room.\n  what to do: Wait.\n"
