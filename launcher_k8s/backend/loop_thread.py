"""An event loop in a thread of its own, for callers who have none, or whose own must not be waited in.

Any number of threads may call. A call that is interrupted (Ctrl-C) ends what it began before it raises, so
that nothing goes on behind its caller's back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from launcher_k8s.errors import BackendClosedError

T = TypeVar("T")

_NAME: Final = "launcher_k8s"


class Call(Generic[T]):
    """What a thread has asked of the loop's thread.

    Args:
        loop: The loop.
        work: What is to be done.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> None:
        self._loop = loop
        self._work = work
        self._task: asyncio.Task[T] | None = None
        self.outcome: Future[T] = Future()

    def begin(self) -> None:
        """In the loop's thread: do it."""
        self._task = self._loop.create_task(self._work)
        self._task.add_done_callback(self._hand_over)

    def result(self) -> T:
        """In the caller's thread: wait for it; one that is interrupted meanwhile ends it first.

        Raises:
            BackendClosedError: The loop has ended before the work.
        """
        try:
            return self.outcome.result()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """In the caller's thread: cancel what is not done yet, and wait until it has ended."""
        if not self.outcome.done():
            with suppress(RuntimeError):  # the loop was closed meanwhile: then it has ended everything
                self._loop.call_soon_threadsafe(self._cancel)
            wait([self.outcome])

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _hand_over(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self.outcome.set_exception(BackendClosedError())
        elif (error := task.exception()) is not None:
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(task.result())


class LoopThread:
    """The thread and its loop; begins with :meth:`start` and ends with :meth:`stop`."""

    def __init__(self) -> None:
        self._guard = threading.RLock()  # the collector may end a stream in the midst of a call
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()

    @property
    def is_running(self) -> bool:
        """Whether calls are taken."""
        return self._loop is not None

    def start(self) -> None:
        """Begin to take calls."""
        started: Future[asyncio.AbstractEventLoop] = Future()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started)), name=_NAME, daemon=True
        )
        self._thread.start()
        self._loop = started.result()

    def begin(self, work: Coroutine[Any, Any, T]) -> Call[T]:
        """Have something done, without waiting for it.

        Raises:
            BackendClosedError: The thread has ended, or was never begun.
        """
        with self._guard:  # so that what was begun before the end is cancelled by it, and never forgotten
            if self._loop is None:
                work.close()
                raise BackendClosedError
            call = Call(self._loop, work)
            self._loop.call_soon_threadsafe(call.begin)
            return call

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done, and wait for it."""
        return self.begin(work).result()

    def stop(self) -> None:
        """End what is still under way, and the thread; returns when it has ended."""
        with self._guard:
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join()

    async def _serve(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        started.set_result(asyncio.get_running_loop())
        await self._stopping.wait()
