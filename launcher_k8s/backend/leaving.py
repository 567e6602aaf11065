"""How work ends when the backend is left: it is given a moment, then cancelled.

What a caller asks for is finished whatever becomes of the caller: half of a submit, or an intent without its
signal, must not stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from launcher_k8s.clock import Clock
from launcher_k8s.errors import BackendClosedError
from launcher_k8s.kube.deadline import DeadlineError, deadline

_log = logging.getLogger(__name__)
T = TypeVar("T")

LEAVING_S = 5.0


class Undertakings(Generic[T]):
    """What callers have asked for and is under way.

    Args:
        what: One of them, for the log.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._work: set[asyncio.Task[T]] = set()
        self._is_left = False

    async def carry_out(self, work: Coroutine[Any, Any, T]) -> T:
        """What becomes of the work. A caller who is cancelled leaves it to be finished in the background.

        Raises:
            BackendClosedError: They were left before, or left the work unfinished.
        """
        if self._is_left:
            work.close()
            raise BackendClosedError
        task = asyncio.create_task(work)
        self._work.add(task)
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task.add_done_callback(partial(self._finish, outcome))
        try:
            return await outcome  # asyncio.shield would do; it takes twice as many turns of the loop
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if task.cancelled() and caller is not None and not caller.cancelling():
                raise BackendClosedError from None
            raise

    async def leave(self, clock: Clock) -> None:
        """Begin nothing more, and wait a little for what is under way."""
        self._is_left = True
        await finish(set(self._work), clock)

    def _finish(self, outcome: asyncio.Future[T], task: asyncio.Task[T]) -> None:
        self._work.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.debug("a %s failed: %s", self._what, error)
        if outcome.done():
            return  # its caller was cancelled
        if task.cancelled():
            outcome.cancel()
        elif error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(task.result())


async def finish(tasks: Collection[asyncio.Task[Any]], clock: Clock) -> None:
    """Wait a little for tasks to end, and cancel those that do not; what they raise is theirs to tell."""
    if not tasks:
        return
    with suppress(DeadlineError):
        async with deadline(clock, LEAVING_S):
            await asyncio.wait(tasks)
    late = [task for task in tasks if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
