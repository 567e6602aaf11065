"""Whose turn it is to be looked at: first looks in order of arrival, then further ones when they are due."""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count

import msgspec
from msgspec.structs import replace

from launcher_k8s.tracker import Unexplained


class Turn(msgspec.Struct, frozen=True, gc=False):
    """A look to be had at a job.

    Args:
        unexplained: The job.
        looks: How often it was looked at before.
    """

    unexplained: Unexplained
    looks: int = 0


class Turns:
    """Jobs that await a look, each once. A first look that is due goes before any further one.

    Args:
        after_s: How long a job waits before the first look, in seconds.
    """

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._firsts: deque[tuple[float, Turn]] = deque()
        self._others: list[tuple[float, int, Turn]] = []
        self._number = count()
        self._known: set[Unexplained] = set()

    def add(self, unexplained: Unexplained, *, now_s: float) -> None:
        """Let a job await its first look, unless it is here already."""
        if unexplained not in self._known:
            self._known.add(unexplained)
            self._firsts.append((now_s + self._after_s, Turn(unexplained)))

    def add_again(self, turn: Turn, *, due_s: float) -> None:
        """Let a job await another look."""
        if turn.unexplained not in self._known:
            self._known.add(turn.unexplained)
            heapq.heappush(self._others, (due_s, next(self._number), replace(turn, looks=turn.looks + 1)))

    def take(self, *, now_s: float) -> Turn | None:
        """The next turn that is due; None if none is."""
        if self._firsts and self._firsts[0][0] <= now_s:
            turn = self._firsts.popleft()[1]
        elif self._others and self._others[0][0] <= now_s:
            turn = heapq.heappop(self._others)[2]
        else:
            return None
        self._known.discard(turn.unexplained)
        return turn

    @property
    def due_s(self) -> float | None:
        """When the next turn is due; None if nothing waits."""
        if not self._firsts or not self._others:
            waiting = self._firsts or self._others
            return waiting[0][0] if waiting else None
        return min(self._firsts[0][0], self._others[0][0])
