"""Repeating a request that failed for a passing reason: how often, and how long between."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from launcher_k8s.clock import Clock
from launcher_k8s.errors import ClusterError, ForbiddenError, ObjectNotFoundError
from launcher_k8s.kube.retry import Backoff

T = TypeVar("T")

SHORT = Backoff(base_s=0.25, cap_s=5.0)


@attrs.frozen
class Patience:
    """A policy for requests that may safely be repeated.

    Args:
        clock: On whose time the waits are.
        chance: Gives random numbers in [0, 1), for the jitter of the waits.
        attempts: How often a request is sent at most.
        backoff: How long to wait between.
    """

    clock: Clock
    chance: Callable[[], float]
    attempts: float = 5
    backoff: Backoff = SHORT

    def without_end(self) -> Patience:
        """The same for work in the background: goes on until it succeeds or is cancelled."""
        return attrs.evolve(self, attempts=math.inf, backoff=Backoff())

    async def run(self, request: Callable[[], Awaitable[T]]) -> T:
        """The first answer.

        Raises:
            ClusterError: The last failure, or the first that is not transient.
        """
        failures = 0
        while True:
            try:
                return await request()
            except ClusterError as error:
                failures += 1
                if not error.transient or failures >= self.attempts:
                    raise
                wait_s = self.backoff.delay_s(
                    failures - 1, chance=self.chance(), retry_after_s=error.retry_after_s
                )
            await self.clock.sleep(wait_s)

    async def run_if_there(self, read: Callable[[], Awaitable[T]]) -> T | None:
        """The first answer; None where what is read is not there, or may not be read.

        Raises:
            ClusterError: As :meth:`run`, for any other reason.
        """
        try:
            return await self.run(read)
        except (ForbiddenError, ObjectNotFoundError):
            return None
