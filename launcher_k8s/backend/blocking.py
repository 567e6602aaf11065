"""``BlockingBackend``: :class:`~launcher_k8s.JobBackend` for scripts, and for callers that must not await.

Every verb is the other class's, run by a thread that has an event loop of its own; its documentation stands
there. Here is only what a thread adds: waiting for it, and ending it.
"""

from __future__ import annotations

import atexit
import random as _random
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar, overload

from launcher_k8s.arguments import checked
from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.backend.loop_thread import Call, LoopThread
from launcher_k8s.backend.reloading import Reloaded
from launcher_k8s.backend.streams import Stream
from launcher_k8s.backend.submitting import Submitted
from launcher_k8s.brevity import brief_words
from launcher_k8s.cause import Diagnosis
from launcher_k8s.clock import Clock
from launcher_k8s.cluster_check import ClusterFinding
from launcher_k8s.cluster_info import ClusterInfo
from launcher_k8s.connection import Cluster
from launcher_k8s.controls import ControlResult
from launcher_k8s.errors import BackendClosedError
from launcher_k8s.job import Job
from launcher_k8s.job_views import JobList
from launcher_k8s.network import Network
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.plan import JobPlan
from launcher_k8s.progress import Progress
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import FINAL, JobFilter, JobState, JobStatus, Operation
from launcher_k8s.templates.effects import Effects
from launcher_k8s.utilization import Utilization

T = TypeVar("T")


class BlockingStream(Generic[T]):
    """An iterator and context manager over values that arrive; ``next()`` waits for the next one.

    Leaving its block, or dropping it, closes the connection behind it. It ends when it is interrupted, and
    when another thread closes it.
    """

    def __init__(self, thread: LoopThread, stream: Stream[T]) -> None:
        self._thread = thread
        self._stream = stream
        self._is_closed = False
        weakref.finalize(self, _drop, thread, stream)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        try:
            return self._thread.run(self._stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None
        except BackendClosedError:
            if self._is_closed:
                raise StopIteration from None
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the stream and free its connection; harmless when it has ended already."""
        self._is_closed = True
        with suppress(BackendClosedError):
            self._thread.run(self._stream.interrupt())


def _drop(thread: LoopThread, stream: Stream[T]) -> None:
    Call(thread, stream.interrupt()).begin()


class BlockingBackend:
    """Runs jobs on one Kubernetes cluster: :class:`JobBackend` whose verbs return when they are done.

    A context manager, safe to share between threads, that also works where an event loop runs already, as in
    a notebook. Without ``with``, :meth:`open` and :meth:`close` it; what is still open when Python ends is
    closed then. Interrupting a call (Ctrl-C) cancels it, as cancelling a task does with the other class.

    Args:
        settings: As for :class:`JobBackend`, and so are all others.
        cluster: One that belongs to no other event loop.
        groups: Called in the backend's thread, or another one of its own.
        effects: Likewise.
        clock: Likewise.
        random: Likewise.

    Raises:
        ConfigurationError: These are no cluster's settings.
    """

    def __init__(
        self,
        settings: ClusterSettings,
        *,
        cluster: Cluster | None = None,
        groups: Callable[[str], Iterable[str]] | None = None,
        effects: Effects | None = None,
        clock: Clock | None = None,
        random: _random.Random | None = None,
    ) -> None:
        self._backend = JobBackend(
            settings, cluster=cluster, groups=groups, effects=effects, clock=clock, random=random
        )
        self._thread = LoopThread()

    def open(self) -> Self:
        """Begin; does what ``with`` does at its beginning.

        Raises:
            ConfigurationError: Nothing says how to reach the cluster.
            RuntimeError: It is open already.
        """
        if self._thread.is_running:
            raise RuntimeError("the backend is open already")
        self._thread.start()
        try:
            self._thread.run(self._backend.__aenter__())
        except BaseException:
            self._thread.stop()
            raise
        atexit.register(self.close)
        return self

    def close(self) -> None:
        """End every stream and call, and the thread; harmless when it is closed already."""
        atexit.unregister(self.close)
        try:
            with suppress(BackendClosedError):
                self._thread.run(self._backend.__aexit__(None, None, None))
        finally:
            self._thread.stop()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "open" if self._thread.is_running else "closed"
        return brief_words(self, f"of {self.settings.name}, namespace {self.settings.namespace}: {state}")

    @property
    def settings(self) -> ClusterSettings:
        """The settings in force."""
        return self._backend.settings

    def plan(self, job: Job, *, user: str, dry_run: bool = False) -> JobPlan:
        """What a job would become: :meth:`JobBackend.plan`."""
        return self._thread.run(self._backend.plan(job, user=user, dry_run=dry_run))

    def submit(self, job: Job, *, user: str, key: str | None = None) -> Submitted:
        """Run a job: :meth:`JobBackend.submit`."""
        return self._thread.run(self._backend.submit(job, user=user, key=key))

    def get(self, job_id: str, *, user: str | None = None, fields: Collection[str] | None = None) -> Job:
        """A job as the cluster has it now: :meth:`JobBackend.get`."""
        return self._thread.run(self._backend.get(job_id, user=user, fields=fields))

    @overload
    def list(
        self, wanted: JobFilter | None = None, *, user: str | None = None, fields: None = None
    ) -> JobList[JobStatus]: ...

    @overload
    def list(
        self, wanted: JobFilter | None = None, *, user: str | None = None, fields: Collection[str]
    ) -> JobList[Job]: ...

    def list(
        self,
        wanted: JobFilter | None = None,
        *,
        user: str | None = None,
        fields: Collection[str] | None = None,
    ) -> JobList[JobStatus] | JobList[Job]:
        """The jobs that match: :meth:`JobBackend.list`."""
        if fields is None:
            return self._thread.run(self._backend.list(wanted, user=user))
        return self._thread.run(self._backend.list(wanted, user=user, fields=fields))

    def statuses(self, wanted: str | JobFilter, *, user: str | None = None) -> BlockingStream[JobStatus]:
        """The present state of each match, then every change: :meth:`JobBackend.statuses`."""
        return self._stream(lambda: self._backend.statuses(wanted, user=user))

    def output(
        self,
        job_id: str,
        *,
        user: str | None = None,
        follow: bool = True,
        container: str = MAIN_CONTAINER,
        timestamps: bool = False,
    ) -> BlockingStream[OutputChunk | OutputGap]:
        """What a job prints: :meth:`JobBackend.output`."""
        return self._stream(
            lambda: self._backend.output(
                job_id, user=user, follow=follow, container=container, timestamps=timestamps
            )
        )

    def utilization(self, job_id: str, *, user: str | None = None) -> BlockingStream[Utilization]:
        """What a running job uses, again and again: :meth:`JobBackend.utilization`."""
        return self._stream(lambda: self._backend.utilization(job_id, user=user))

    @checked
    def wait(
        self,
        job_id: str,
        *,
        until: JobState | Collection[JobState] = FINAL,
        timeout_s: float | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> JobStatus:
        """Wait until a job is in some state: :meth:`JobBackend.wait`.

        ``progress`` is called in the caller's own thread; what it raises ends the wait.
        """
        news: SimpleQueue[Progress | None] = SimpleQueue()
        told = None if progress is None else news.put
        call = Call(
            self._thread,
            self._backend.wait(job_id, until=until, timeout_s=timeout_s, progress=told),
        )
        call.outcome.add_done_callback(lambda _: news.put(None))
        try:
            call.begin()
            while (each := news.get()) is not None:
                if progress is not None:
                    progress(each)
        finally:
            call.end()
        return call.outcome.result()

    def control(self, job_id: str, operation: Operation, *, user: str | None = None) -> ControlResult:
        """Suspend, resume, stop, kill or cancel a job: :meth:`JobBackend.control`."""
        return self._thread.run(self._backend.control(job_id, operation, user=user))

    def remove(self, job_id: str, *, user: str | None = None) -> None:
        """Delete a job with all that belongs to it: :meth:`JobBackend.remove`."""
        self._thread.run(self._backend.remove(job_id, user=user))

    def cluster_info(self, user: str) -> ClusterInfo:
        """What a user may ask of the cluster: :meth:`JobBackend.cluster_info`."""
        return self._thread.run(self._backend.cluster_info(user))

    def network(self, job_id: str, *, user: str | None = None) -> Network:
        """Where a running job is reached: :meth:`JobBackend.network`."""
        return self._thread.run(self._backend.network(job_id, user=user))

    def diagnose(self, job_id: str, *, user: str | None = None) -> Diagnosis:
        """Why a job waits, how it goes on, or how it ended: :meth:`JobBackend.diagnose`."""
        return self._thread.run(self._backend.diagnose(job_id, user=user))

    def check(self) -> Sequence[ClusterFinding]:
        """Whether the cluster is ready: :meth:`JobBackend.check`."""
        return self._thread.run(self._backend.check())

    def reload(self) -> Reloaded:
        """Read the configuration again: :meth:`JobBackend.reload`."""
        return self._thread.run(self._backend.reload())

    def _stream(self, opened: Callable[[], Stream[T]]) -> BlockingStream[T]:
        async def open_there() -> Stream[T]:
            return opened()

        return BlockingStream(self._thread, self._thread.run(open_there()))
