"""The progress of a wait on a terminal, or in whatever else the stream goes to."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

from launcher_k8s.progress import Progress, StatusLine

_DEFAULT_COLUMNS: Final = 80


class TerminalProgress:
    """Shows how jobs get on: one line that is written over on a terminal, a line for each news elsewhere.

    Give it to :meth:`JobBackend.wait <launcher_k8s.JobBackend.wait>` as ``progress``; one may serve several
    waits at once.

    Args:
        stream: Where to; standard error, if None.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._line = StatusLine()

    def __call__(self, progress: Progress) -> None:
        """Show the news."""
        self._write(self._line.tell(progress, columns=self._columns()))

    def end_line(self) -> None:
        """Leave what is shown as it stands: something else is to be written below."""
        self._write(self._line.end())

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(text)
            self._stream.flush()

    def _columns(self) -> int | None:
        if not self._stream.isatty() or os.environ.get("TERM") == "dumb":
            return None
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _DEFAULT_COLUMNS
        except OSError:
            return _DEFAULT_COLUMNS
