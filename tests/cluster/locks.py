"""Locks between processes: one builder, one booter, and a count of users that survives a killed test run.

`flock` is given back by the kernel when its holder dies, however it dies; a file with a counter would not be.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone; waits for whoever has it."""
    with _opened(path) as fd:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield


class Users:
    """The processes that use a cluster now: each holds a shared lock, the last to leave takes it down."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def join(self) -> None:
        self._fd = _open(self._path)
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def leave(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def anyone_else(self) -> bool:
        """Whether a process holds the lock; call it after `leave`, under the boot lock."""
        with _opened(self._path) as fd:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = _open(path)
    try:
        yield fd
    finally:
        os.close(fd)
