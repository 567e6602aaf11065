from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from launcher_k8s.backend.loop_thread import Call, LoopThread
from launcher_k8s.errors import BackendClosedError


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    thread.start()
    yield thread
    thread.stop()


class Work:
    """Something that takes for ever, and a while to end."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.has_ended = False

    async def __call__(self) -> None:
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            self.has_ended = True


async def answer() -> int:
    return 42


async def fail() -> None:
    raise ZeroDivisionError


def test_it_gives_what_the_work_gives(thread: LoopThread) -> None:
    assert thread.run(answer()) == 42


def test_it_raises_what_the_work_raises(thread: LoopThread) -> None:
    with pytest.raises(ZeroDivisionError):
        thread.run(fail())


def test_an_interrupted_call_has_ended_before_it_raises(thread: LoopThread) -> None:
    work, main = Work(), threading.get_ident()

    def interrupt() -> None:
        work.has_begun.wait()
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        thread.run(work())
    assert work.has_ended


def test_a_call_that_is_ended_has_ended(thread: LoopThread) -> None:
    work = Work()
    call = Call(thread, work())
    call.begin()
    work.has_begun.wait()
    call.end()
    assert work.has_ended
    with pytest.raises(BackendClosedError):
        call.outcome.result()


def test_a_call_that_was_never_begun_is_never_done(thread: LoopThread) -> None:
    work = Work()
    call = Call(thread, work())
    call.end()
    assert isinstance(call.outcome.exception(), BackendClosedError)
    assert not work.has_begun.is_set()


def test_stopping_ends_what_is_under_way() -> None:
    thread, work = LoopThread(), Work()
    thread.start()
    call = Call(thread, work())
    call.begin()
    thread.stop()
    assert work.has_ended
    assert isinstance(call.outcome.exception(), BackendClosedError)


def test_a_stopped_thread_takes_no_calls() -> None:
    thread = LoopThread()
    for _ in range(2):
        assert not thread.is_running
        with pytest.raises(BackendClosedError):
            thread.run(answer())
        thread.start()
        assert thread.run(answer()) == 42
        thread.stop()
    thread.stop()
