"""The command ``launcher-k8s``: thin commands over the library; no rule of the Launcher stands here.

Exit codes: 0 done, 1 refused or failed (what was wrong is said on standard error), 2 wrong usage, 130
interrupted and 143 terminated; ``run`` ends with the job's own exit code, 125 where the job has none.

Nothing is imported before :func:`main` is called, so that an interrupt is no traceback even then.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, and be interrupted by SIGINT or SIGTERM at any moment.

    Args:
        argv: The words after the program's name; those of this process if None.

    Returns:
        The exit code.
    """
    with _termination() as termination:
        try:
            from launcher_k8s.cli.command import run_command

            code = run_command(argv)
        except KeyboardInterrupt:
            code = INTERRUPTED
    return TERMINATED if termination.is_told and code == INTERRUPTED else code


class _Termination:
    """A handler of SIGTERM that interrupts as SIGINT does, whoever handles that now, and remembers it."""

    is_told = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.is_told = True
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):  # ignored, as in the background of a shell
            raise KeyboardInterrupt
        interrupt(number, frame)


@contextmanager
def _termination() -> Iterator[_Termination]:
    termination = _Termination()
    if threading.current_thread() is not threading.main_thread():  # no other may set a handler
        yield termination
        return
    before = signal.signal(signal.SIGTERM, termination)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)
