"""An event loop in a thread of its own, for callers who have none, or whose own must not be waited in.

Any number of threads may call. A call that is interrupted (Ctrl-C) ends what it began before it raises, so
that nothing goes on behind its caller's back.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from launcher_k8s.errors import BackendClosedError

T = TypeVar("T")

_NAME: Final = "launcher_k8s"


class Call(Generic[T]):
    """What a thread wants done by the loop's thread: by :meth:`result`, or by :meth:`begin` and :meth:`end`.

    Args:
        thread: The loop's thread.
        work: What is to be done.

    Attributes:
        outcome: What has become of it. A cancellation is a :class:`BackendClosedError` here: whoever has
            asked for it does not look.
    """

    def __init__(self, thread: LoopThread, work: Coroutine[Any, Any, T]) -> None:
        self.outcome: Future[T] = Future()
        self._thread = thread
        self._work = work
        self._is_posted = False
        self._task: asyncio.Task[T] | None = None

    def begin(self) -> None:
        """Have it done, without waiting for it."""
        try:
            self._is_posted = True
            self._thread.post(self._start)
        except BackendClosedError as error:
            self._give_up(error)

    def end(self) -> None:
        """Cancel what is not done yet, and wait until it has ended."""
        if self.outcome.done():
            return
        with suppress(BackendClosedError):  # else the thread ends, and with it all that was posted
            self._thread.post(self._cancel)
        if self._is_posted:
            wait([self.outcome])

    def result(self) -> T:
        """Have it done, and wait for it; what interrupts that ends it first.

        Raises:
            BackendClosedError: The thread has ended before it, or was never begun.
        """
        try:
            self.begin()
            return self.outcome.result()
        except BaseException:
            self.end()
            raise

    def _start(self) -> None:
        self._task = asyncio.create_task(self._work)
        self._task.add_done_callback(self._hand_over)

    def _cancel(self) -> None:
        if self._task is None:  # the caller was interrupted before it was posted
            self._give_up(BackendClosedError())
        else:
            self._task.cancel()

    def _hand_over(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self.outcome.set_exception(BackendClosedError())
        elif (error := task.exception()) is not None:
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(task.result())

    def _give_up(self, error: BackendClosedError) -> None:
        self._work.close()
        self.outcome.set_exception(error)


class LoopThread:
    """The thread and its loop; begins with :meth:`start` and ends with :meth:`stop`."""

    def __init__(self) -> None:
        # The collector may end a stream in the midst of a call: the same thread comes again.
        self._guard = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()
        self._process = 0

    @property
    def is_running(self) -> bool:
        """Whether calls are taken."""
        return self._loop is not None and self._process == os.getpid()

    def start(self) -> None:
        """Begin to take calls."""
        started: Future[asyncio.AbstractEventLoop] = Future()
        self._stopping = asyncio.Event()
        self._process = os.getpid()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started)), name=_NAME, daemon=True
        )
        self._thread.start()
        self._loop = started.result()

    def post(self, callback: Callable[[], object]) -> None:
        """Have a function called in the thread, after all that were posted before.

        Raises:
            BackendClosedError: The thread has ended, or was never begun; or this process was forked off the
                one in which it runs, and has no such thread.
        """
        if self._process != os.getpid() and self._loop is not None:
            raise BackendClosedError(
                "the backend was opened in another process, from which this one was forked",
                hint="make a backend of its own in each process",
            )
        with self._guard:  # so that what was posted before the end is called before it
            if self._loop is None:
                raise BackendClosedError
            self._loop.call_soon_threadsafe(callback)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done, and wait for it.

        Raises:
            BackendClosedError: The thread has ended before it, or was never begun.
        """
        return Call(self, work).result()

    def stop(self) -> None:
        """End what is still under way, and the thread; returns when it has ended."""
        with suppress(BackendClosedError), self._guard:
            self.post(self._stopping.set)
            self._loop = None
        if self._thread is not None:
            self._thread.join()

    async def _serve(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        started.set_result(asyncio.get_running_loop())
        await self._stopping.wait()
