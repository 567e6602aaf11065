"""Who is in which groups: asked off the event loop, since a directory service may take its time.

An answer counts for :data:`REMEMBERED_S`, so that a hundred jobs of one user are not a hundred questions;
that long a change of membership may go unseen. A failure is remembered by nobody but those who waited
for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import attrs

from launcher_k8s.clock import Clock
from launcher_k8s.misfits import refuse_misfit

REMEMBERED_S: Final = 5.0


@attrs.frozen
class _Lookup:
    asked_at: float
    answer: asyncio.Future[tuple[str, ...]]

    def holds(self, now: float) -> bool:
        """Whether it still runs here, or has an answer that still counts."""
        if now - self.asked_at >= REMEMBERED_S:
            return False
        if not self.answer.done():
            return self.answer.get_loop() is asyncio.get_running_loop()
        return not self.answer.cancelled() and self.answer.exception() is None


class Membership:
    """The groups of users; those who ask for the same user at the same time share one question.

    Args:
        ask: Tells a user's groups; may block.
        clock: On whose time an answer grows old.
    """

    def __init__(self, ask: Callable[[str], Iterable[str]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._lookups: dict[str, _Lookup] = {}

    async def groups_of(self, user: str) -> tuple[str, ...]:
        """The names of a user's groups.

        Raises:
            Exception: Whatever the question raised.
        """
        now = self._clock.monotonic()
        lookup = self._lookups.get(user)
        if lookup is None or not lookup.holds(now):
            self._forget_old(now)
            lookup = self._lookups[user] = _Lookup(now, self._begin(user))
        if lookup.answer.done():
            return lookup.answer.result()
        # One who gives up waiting does not take the answer from the others.
        return await asyncio.shield(lookup.answer)

    def forget(self) -> None:
        """Let the next one who asks be answered anew, whatever was answered before or is on its way."""
        self._lookups = {}

    def _begin(self, user: str) -> asyncio.Future[tuple[str, ...]]:
        return asyncio.get_running_loop().run_in_executor(None, lambda: self._groups_of(user))

    def _groups_of(self, user: str) -> tuple[str, ...]:
        groups = tuple(self._ask(user))
        refuse_misfit(groups, tuple[str, ...], "groups")
        return groups

    def _forget_old(self, now: float) -> None:
        self._lookups = {user: lookup for user, lookup in self._lookups.items() if lookup.holds(now)}
