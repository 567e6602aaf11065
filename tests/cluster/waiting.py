"""Waits for a condition by asking for it, never by sleeping a guessed time.

Every wait has a deadline, and its error carries what the processes last said, because the answer to "why is
it not ready" is nearly always in the tail of somebody's log.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class UnavailableError(Exception):
    """A real cluster cannot be had on this machine; the message says exactly what is missing."""


class ClusterError(Exception):
    """The cluster should have worked and did not; the message carries the tail of the logs."""


class HopelessError(ClusterError):
    """A wait that can have no good end, such as for a process that has ended: it is given up at once."""


def until(
    probe: Callable[[], T | None],
    what: str,
    *,
    within_s: float,
    evidence: Callable[[], str] = lambda: "",
    every_s: float = 0.05,
) -> T:
    """Ask `probe` until it returns something true, and return that.

    An exception of `probe` counts as "not yet" when it is an OSError or a ClusterError (connection refused,
    HTTP status); any other is a mistake and passes through.

    Raises:
        ClusterError: `within_s` seconds have passed; it names `what`, the last exception and the evidence.
        HopelessError: from `probe`, at once.
    """
    deadline = time.monotonic() + within_s
    last: Exception | None = None
    while True:
        try:
            if answer := probe():
                return answer
        except HopelessError:
            raise
        except (OSError, ClusterError) as error:
            last = error
        if time.monotonic() > deadline:
            break
        time.sleep(every_s)
    because = f" (last: {last})" if last else ""
    raise ClusterError(f"{what}: not within {within_s:g} s{because}\n{evidence()}") from last
