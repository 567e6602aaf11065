"""SIGTERM does what SIGINT does, but for the exit code: nothing of a job is left unsaid at either.

The numbers are those of the shells: 128 and the signal's number.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM


class Termination:
    """A handler of SIGTERM that interrupts as SIGINT does, whoever handles that now, and remembers it."""

    is_told = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Interrupt."""
        self.is_told = True
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):  # ignored, as in the background of a shell
            raise KeyboardInterrupt
        interrupt(number, frame)


@contextmanager
def termination_interrupts() -> Iterator[Termination]:
    """Handle SIGTERM for a while; in another thread than the main one nothing is changed."""
    termination = Termination()
    if threading.current_thread() is not threading.main_thread():  # no other may set a handler
        yield termination
        return
    before = signal.signal(signal.SIGTERM, termination)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)
