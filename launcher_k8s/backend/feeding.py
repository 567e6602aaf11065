"""Sending jobs their standard input: once each runs, by attaching to it; then it is closed.

The process that submits a job sends what it was given. Where that process is gone, another sends the copy in
the pod template's annotation, if there is one. So that no two send the same, each says on the Job that it is
at it before it attaches (annotation ``launcher-k8s/stdin``), goes on saying so, and says when all was sent.
What was said too long ago was said by a process that is gone. A container's input is closed when the first
attach to it ends (``stdinOnce``): nothing can be sent twice, and an attach that is cut cannot be taken up
again. How far a process came that is gone nobody knows, so that is said, too. Rules: domain,
section 5, "stdin".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import msgspec

from launcher_k8s.backend.leaving import finish
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import JOBS, PODS, Cluster, ConnectOptions, Reply
from launcher_k8s.errors import ClusterError, ConflictError, ObjectNotFoundError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.manifest import read_job
from launcher_k8s.rows import Delivery, JobRow, decode_job, format_delivery
from launcher_k8s.shape.names import DELIVERY_ANNOTATION, MAIN_CONTAINER
from launcher_k8s.status import JobState
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)
T = TypeVar("T")

NEARER_S: Final = 10.0
"""How long others leave a job that runs to the process that has submitted it."""

LEASE_S: Final = 60.0
"""When a process that has said that it sends, and nothing since, is taken for gone."""

AGAIN_S: Final = 10.0
"""How long to wait where several tries in a row have failed for a passing reason."""

PIECE_BYTES: Final = 256 * 1024
_ATTACHED: Final = ConnectOptions(MAIN_CONTAINER, stdin=True, stdout=False, stderr=False)


class Feeder:
    """Sends jobs their input in the background; leaving it waits a little for what is under way.

    Args:
        cluster: Where the jobs are.
        namespace: Their namespace.
        instance_id: Only jobs of this instance are sent anything.
        tracker: Knows the jobs; told of every Job that was written.
        patience: How requests are repeated.
    """

    def __init__(
        self, cluster: Cluster, namespace: str, instance_id: str, tracker: Tracker, patience: Patience
    ) -> None:
        self._cluster = cluster
        self._jobs, self._pods = JOBS.within(namespace), PODS.within(namespace)
        self._instance_id = instance_id
        self._tracker = tracker
        self._patience = patience
        self._clock = patience.clock
        self._name = f"{int(patience.chance() * 2**40):010x}"
        self._own: dict[str, bytes] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sending: dict[str, asyncio.Task[bool]] = {}
        self._is_left = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._is_left.set()
        await finish(set(self._tasks.values()), self._clock)

    def expect(self, job_id: str, data: bytes) -> None:
        """Send a job that we have made its input, once it runs."""
        if data:
            self._own[job_id] = data
            self.consider(job_id)

    def consider(self, job_id: str) -> None:
        """Look at a job that has come to run, or has ended."""
        state = self._tracker.state(job_id)
        if state is not None and state.is_final:
            self._own.pop(job_id, None)
            if (sending := self._sending.get(job_id)) is not None:
                sending.cancel()  # a server may wait for ever for a program to read that has ended
        if job_id not in self._tasks and self._wanting(job_id) is not None:
            task = self._tasks[job_id] = asyncio.create_task(self._feed(job_id))
            task.add_done_callback(lambda _: self._tasks.pop(job_id, None))

    def _wanting(self, job_id: str) -> JobRow | None:
        """A job that is ours to feed and that nobody has said to be fed; None if it is not, or not now."""
        state, row = self._tracker.state(job_id), self._tracker.row(job_id)
        if state is None or row is None or row.instance_id != self._instance_id or self._is_left.is_set():
            return None
        if row.delivery is not None and row.delivery.done:
            return None
        wants_input = state is JobState.RUNNING and (row.has_stdin or job_id in self._own)
        return row if wants_input or (state.is_final and row.delivery is not None) else None

    async def _feed(self, job_id: str) -> None:
        try:
            if job_id not in self._own:
                await self._nap(NEARER_S)
            while (row := self._wanting(job_id)) is not None:
                if wait_s := self._left_to_another_s(row):
                    await self._nap(wait_s)
                elif await self._see_to(row):
                    return
        except ObjectNotFoundError:
            _log.debug("job %s was removed before its standard input was sent", job_id)
        except ClusterError as error:
            _log.warning("the standard input of job %s could not be sent: %s", job_id, error)
        finally:
            self._own.pop(job_id, None)

    async def _nap(self, seconds: float) -> None:
        with suppress(DeadlineError):
            async with deadline(self._clock, seconds):
                await self._is_left.wait()

    # --- who sends it

    def _left_to_another_s(self, row: JobRow) -> float:
        """How long another process that has said to be at it is still believed."""
        if not _is_anothers(row, self._name) or row.delivery is None:
            return 0.0
        return max(0.0, min(row.delivery.time + LEASE_S - self._now().timestamp(), LEASE_S))

    async def _see_to(self, row: JobRow) -> bool:
        """Feed a job, or say that nobody will; False where the Job has changed since it was read."""
        is_cut = _is_anothers(row, self._name)  # who knows how far that one came
        has_ended = self._has_ended(row.id)
        said = await self._say(row, done=has_ended, cut=is_cut)
        if said is None:
            return False
        if is_cut:
            _log.warning(
                "the standard input of job %s may not come whole: the process that sent it is gone", row.id
            )
        if not has_ended:
            await self._deliver(said, is_cut=is_cut)
        return True

    def _has_ended(self, job_id: str) -> bool:
        state = self._tracker.state(job_id)
        return state is None or state.is_final

    async def _say(self, row: JobRow, *, done: bool, cut: bool) -> JobRow | None:
        """Write on a Job how far we are with its input; None where it had changed, and was read anew."""
        delivery = Delivery(self._name, self._now().timestamp(), done, cut)
        metadata: dict[str, Any] = {
            "resourceVersion": row.resource_version,
            "annotations": {DELIVERY_ANNOTATION: format_delivery(delivery)},
        }
        patch = msgspec.json.encode({"metadata": metadata})

        async def write() -> Reply | None:
            try:
                return await self._cluster.patch(self._jobs.named(row.id), patch)
            except ConflictError:
                return None  # the same again would meet it again

        reply = await self._insist(row.id, write)
        if reply is None:
            await self._look(row.id)
            return None
        return self._learn(row.id, reply.body)

    async def _look(self, job_id: str) -> JobRow:
        reply = await self._insist(job_id, lambda: self._cluster.get(self._jobs.named(job_id)))
        return self._learn(job_id, reply.body)

    def _learn(self, job_id: str, body: bytes) -> JobRow:
        row = decode_job(body)
        if row is None:
            raise ObjectNotFoundError(f"job {job_id} is no longer the Launcher's")
        self._tracker.learn(row)
        return row

    def _now(self) -> datetime:
        return self._clock.now()

    # --- sending it

    async def _deliver(self, row: JobRow, *, is_cut: bool) -> None:
        data = self._own.get(row.id)
        if data is None:
            reply = await self._insist(row.id, lambda: self._cluster.get(self._jobs.named(row.id)))
            data = read_job(msgspec.json.decode(reply.body)).stdin.encode()
        sending = self._sending[row.id] = asyncio.create_task(self._send(row.id, data))
        renewal = asyncio.create_task(self._keep_saying(row.id, is_cut=is_cut))
        try:
            await asyncio.wait([sending])
        finally:
            sending.cancel()
            renewal.cancel()
            await asyncio.gather(sending, renewal, return_exceptions=True)
            del self._sending[row.id]
        # A job that has ended meanwhile took what it wanted.
        is_whole = self._has_ended(row.id) or sending.result()
        await self._say_until_heard(row.id, done=True, is_cut=is_cut or not is_whole)

    async def _keep_saying(self, job_id: str, *, is_cut: bool) -> None:
        while True:
            await self._clock.sleep(LEASE_S / 3)
            await self._say_until_heard(job_id, done=False, is_cut=is_cut)

    async def _say_until_heard(self, job_id: str, *, done: bool, is_cut: bool) -> None:
        while True:
            row = self._tracker.row(job_id) or await self._look(job_id)
            if await self._say(row, done=done, cut=is_cut) is not None:
                return

    async def _send(self, job_id: str, data: bytes) -> bool:
        """Attach, again where that fails, and send everything; what is cut then cannot be sent again.

        Returns:
            Whether nothing was cut.
        """

        async def attach() -> bool:
            pod = self._tracker.pod(job_id)
            if pod is None:
                raise ObjectNotFoundError(f"the pod of job {job_id} is gone")
            sent = 0
            try:
                async with self._cluster.connect(self._pods.named(pod.name, "attach"), _ATTACHED) as session:
                    for piece in _pieces(data):
                        await session.send(piece)
                        sent += len(piece)
                    await session.close_stdin()
                    await session.outcome()
            except ClusterError as error:
                if not sent:
                    raise
                _log.warning(
                    "the standard input of job %s was cut, after at most %d of %d bytes: %s",
                    job_id,
                    sent,
                    len(data),
                    error,
                )
                return False
            return True

        return await self._insist(job_id, attach)

    async def _insist(self, job_id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The first answer, however long it takes: a job may wait for its input for ever."""
        is_first = True
        while True:
            try:
                return await self._patience.run(ask)
            except ClusterError as error:
                if not error.transient:
                    raise
                level = logging.WARNING if is_first else logging.DEBUG
                _log.log(level, "the standard input of job %s could not be sent yet: %s", job_id, error)
            is_first = False
            await self._clock.sleep(AGAIN_S)


def _is_anothers(row: JobRow, name: str) -> bool:
    """Whether another process has said to send a job its input, and not that it has."""
    return row.delivery is not None and not row.delivery.done and row.delivery.sender != name


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES))
