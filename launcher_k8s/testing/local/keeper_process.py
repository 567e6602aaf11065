"""The keeper as a child of this process: started, listened to, waited for, killed if it must be."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from launcher_k8s.testing.local.keeper_link import KeeperLink

_PROGRAM = Path(__file__).parent / "keeper" / "__main__.py"
_TOLD_BYTES = 4000


class KeeperProcess:
    """One keeper and its link.

    Args:
        modes: the isolation to try, best first.
        directory: where the keeper makes its own directory.
        hear: called with each message that is no answer.
        lose: called with the keeper's last words when it ends unasked.
    """

    def __init__(
        self,
        *,
        modes: Sequence[str],
        directory: str,
        hear: Callable[[dict[str, Any]], None],
        lose: Callable[[str], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by `wait`
        with theirs:
            self._process = _spawn(theirs, self._words, directory=directory, modes=modes)
        self.link = KeeperLink(ours, hear=hear, lose=lambda: lose(self.last_words()))
        self._watched = os.pidfd_open(self._process.pid)
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._watched, self._note_end)

    def last_words(self) -> str:
        """What the keeper wrote to its standard error, at most the end of it."""
        if self._words.closed:
            return ""
        size = self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, size - _TOLD_BYTES))
        return self._words.read().decode(errors="replace").strip()

    async def end(self, *, timeout_s: float) -> None:
        """Close the link and wait for the process; kill it when it stays."""
        self.link.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._ended.wait()
        finally:
            if not self._ended.is_set():
                self._process.kill()  # not waited for yet: nobody else has its number
                self._process.wait()
                self._note_end()
            self._words.close()

    def _note_end(self) -> None:
        if self._ended.is_set():
            return
        asyncio.get_running_loop().remove_reader(self._watched)
        os.close(self._watched)
        self._process.wait()
        self._ended.set()


def _spawn(
    link: socket.socket, words: IO[bytes], *, directory: str, modes: Sequence[str]
) -> subprocess.Popen[bytes]:
    # -I -S: nothing of the environment or of site-packages decides what the keeper runs.
    command = [sys.executable, "-I", "-S", str(_PROGRAM), str(link.fileno()), str(os.getpid()), directory]
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and file
        [*command, ",".join(modes)],
        pass_fds=[link.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=words,
        # Out of the terminal's reach: a Ctrl-C is for the cluster's process, which then closes us.
        start_new_session=True,
        cwd="/",
    )
