"""Time as everything sees it that waits for a cluster: handed in, so that a test can be its master.

A backend reads no other time and waits in no other way, its time limits included, over whatever
:class:`~launcher_k8s.connection.Cluster` it is given. What a connection itself limits (sockets that fall
silent, tokens that grow old) is the connection's own affair, in real time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and lets it pass."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC; may be set back."""

    def monotonic(self) -> float:
        """Seconds since some moment; they only grow."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less lets others run once. A cancelled wait ends at once."""
