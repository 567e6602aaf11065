from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import TextIO

import pytest

from launcher_k8s.host.terminal import TerminalProgress
from launcher_k8s.progress import Progress
from launcher_k8s.status import JobState, JobStatus

NEWS = Progress(JobStatus("a-1", JobState.PENDING, status_message="x" * 500))


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, int]]:
    """A real terminal of 24 lines with 50 columns, and the end where what it is sent can be read."""
    import fcntl
    import struct
    import termios

    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    with os.fdopen(slave, "w") as stream:
        yield stream, master
    os.close(master)


def test_a_terminals_width_is_kept(terminal: tuple[TextIO, int], monkeypatch: pytest.MonkeyPatch) -> None:
    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm")
    TerminalProgress(stream)(NEWS)
    written = os.read(master, 4096).decode()
    assert written == f"\r\ra-1 Pending: {'x' * 33}..."


def test_a_dumb_terminal_gets_plain_lines(
    terminal: tuple[TextIO, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, master = terminal
    monkeypatch.setenv("TERM", "dumb")
    TerminalProgress(stream)(NEWS)
    assert os.read(master, 4096).decode() == f"a-1 Pending: {'x' * 500}\r\n"


def test_what_is_no_terminal_gets_plain_lines() -> None:
    stream = io.StringIO()
    progress = TerminalProgress(stream)
    progress(NEWS)
    progress.end_line()
    assert stream.getvalue() == f"a-1 Pending: {'x' * 500}\n"


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalProgress()(NEWS)
    assert capsys.readouterr().err.startswith("a-1 Pending")
