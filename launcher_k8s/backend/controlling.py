"""Controls: the intent is written on the Job first, then it is carried out, and then that is written too.

So a process that comes later judges the job's end as this one would, and carries out what this one could not
any more (``succession``). Of two controls one comes after the other (``intents``). Rules: domain, section 5,
"Control"; design, "Guarantees".
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from types import TracebackType
from typing import Final, Self, TypeVar
from weakref import WeakValueDictionary

import attrs
from msgspec.structs import replace

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.intents import Intents, Seen
from launcher_k8s.backend.leaving import Undertakings
from launcher_k8s.backend.lookup import Lookup
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.signalling import Signaller
from launcher_k8s.connection import Cluster
from launcher_k8s.controls import ControlResult
from launcher_k8s.errors import (
    ClusterError,
    NotSupportedError,
    ObjectNotFoundError,
)
from launcher_k8s.rows import Intent
from launcher_k8s.signals import Answer, Signal
from launcher_k8s.status import Operation

_log = logging.getLogger(__name__)
T = TypeVar("T")

_SIGNALS: Final = {
    Operation.SUSPEND: Signal.STOP,
    Operation.RESUME: Signal.CONT,
    Operation.STOP: Signal.TERM,
    Operation.KILL: Signal.KILL,
}
_HOLDING: Final = (Operation.SUSPEND, Operation.RESUME)
_NOTHING_LEFT: Final = ControlResult("nothing was left to be done", operation_complete=True)
_CANNOT: Final = {
    None: "no command can be executed in its container: its image has no shell",
    Answer.FIRST: "it is the first process of its container: share-process-namespace is off",
    Answer.DENIED: "its container's user may not signal it",
    Answer.NOBODY: "its process cannot be told from others",
}


class Controller:
    """Controls jobs; leaving it waits a little for the controls under way.

    Args:
        cluster: Where the jobs are.
        namespace: Their namespace.
        instance_id: Only jobs of this instance are written.
        follower: Reads jobs anew, and is told of what was written.
        lookup: Finds jobs.
        patience: How requests are repeated.
    """

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        instance_id: str,
        follower: Follower,
        lookup: Lookup,
        patience: Patience,
    ) -> None:
        self._lookup = lookup
        self._patience = patience
        self._intents = Intents(cluster, instance_id, follower, lookup, patience)
        self._signaller = Signaller(cluster, namespace, patience.clock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # those in use
        self._work: Undertakings[ControlResult] = Undertakings("control")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._work.leave(self._patience.clock)

    async def control(self, job_id: str, operation: Operation, user: str | None) -> ControlResult:
        """Carry out an operation. A caller who is cancelled leaves it to be finished in the background.

        Raises:
            As ``JobBackend.control``.
        """
        return await self._work.carry_out(self._in_turn(job_id, operation, user))

    async def _in_turn(self, job_id: str, operation: Operation, user: str | None) -> ControlResult:
        """One control of a job after the other: signals must not overtake their intents."""
        lock = self._locks.setdefault(job_id, asyncio.Lock())
        async with lock:
            return await self._control(job_id, operation, user)

    async def _control(self, job_id: str, operation: Operation, user: str | None) -> ControlResult:
        await self._lookup.find(job_id, user)
        seen = await self._intents.read(job_id)
        self._intents.check(seen, operation)
        if operation is Operation.SUSPEND:
            await self._check_can_signal(seen)
        before = seen.row.intent
        is_cancel = operation is Operation.CANCEL  # done by being declared
        intent = Intent(operation, _whole_seconds(self._patience.clock.now()), user or "", is_cancel)
        seen = await self._intents.declare(seen, intent)
        if seen.row.intent != intent and seen.status.state.is_final:
            return _has_ended(seen)
        if is_cancel:
            return ControlResult("the job was canceled", operation_complete=True)
        return await self._carry_out(seen, intent, before)

    async def carry_on(self, job_id: str) -> None:
        """Carry out what was declared and has not been carried out, if there is such.

        Raises:
            NotSupportedError: It cannot be; what was declared is taken back.
            ClusterError: The API server refused or could not be reached.
        """
        await self._work.carry_out(self._carry_on(job_id))

    async def _carry_on(self, job_id: str) -> ControlResult:
        async with self._locks.setdefault(job_id, asyncio.Lock()):
            seen = await self._intents.read(job_id)
            left = seen.row.intent
            if left is None or left.done or seen.status.state.is_final:
                return _NOTHING_LEFT
            # Declared anew it is ours, and others leave it to us; of several who try one can.
            intent = replace(left, time=_whole_seconds(self._patience.clock.now()))
            row = await self._intents.put_instead(seen.row, left, intent)
            if row is None:
                return _NOTHING_LEFT
            _log.info("job %s: its %s was left to be carried out", job_id, intent.operation.value)
            return await self._carry_out(attrs.evolve(seen, row=row), intent, None)

    async def _carry_out(self, seen: Seen, intent: Intent, before: Intent | None) -> ControlResult:
        if intent.operation in _HOLDING:
            return await self._hold_or_go_on(seen, intent, before)
        result = await self._end(seen, _SIGNALS[intent.operation])
        await self._intents.say_done(seen.row, intent)
        return result

    # --- carrying it out

    async def _check_can_signal(self, seen: Seen) -> None:
        """A job that cannot be suspended shall not be told as Suspended, not even for a moment.

        Raises:
            NotSupportedError: It cannot be signalled.
        """
        answer, now = await self._signal(seen, Signal.NONE)
        if answer is not Answer.SENT:
            self._intents.check(now, Operation.SUSPEND)  # that it has ended is the better reason
            raise NotSupportedError(
                f"job {seen.row.id} cannot be suspended: {_CANNOT[answer]}", hint="stop or kill it"
            )

    async def _end(self, seen: Seen, signal: Signal) -> ControlResult:
        try:
            answer, now = await self._signal(seen, signal)
        except ClusterError as error:
            _log.info("job %s cannot be signalled, so its pod gets a deadline: %s", seen.row.id, error)
            answer, now = None, seen
        if answer is Answer.SENT:
            return ControlResult(
                f"SIG{signal.value} was sent to the job's processes", operation_complete=True
            )
        if now.status.state.is_final or now.pod is None:
            return _has_ended(now)
        return await self._end_by_deadline(now, now.pod.name)

    async def _end_by_deadline(self, seen: Seen, pod_name: str) -> ControlResult:
        try:
            await self._patience.run(lambda: self._signaller.set_deadline(pod_name))
        except ObjectNotFoundError:
            return _has_ended(await self._intents.read(seen.row.id))
        return ControlResult("the node was told to end the job's pod", operation_complete=False)

    async def _hold_or_go_on(self, seen: Seen, intent: Intent, before: Intent | None) -> ControlResult:
        """Stop the processes or let them go on, as the last intent says, whoever has written it meanwhile."""
        try:
            while True:
                answer, now = await self._signal(seen, _SIGNALS[intent.operation])
                if answer is not Answer.SENT:
                    break
                now = await self._intents.read(seen.row.id)
                latest = now.row.intent
                if latest is None or latest == intent or latest.operation not in _HOLDING:
                    break
                seen, intent = now, latest
        except ClusterError:
            await self._intents.take_back(seen.row, intent, before)
            raise
        if now.status.state.is_final:
            return _has_ended(now)
        if answer is not Answer.SENT:
            await self._intents.take_back(now.row, intent, before)
            raise NotSupportedError(f"job {seen.row.id} cannot be signalled: {_CANNOT[answer]}")
        await self._intents.say_done(now.row, intent)
        done = "were stopped" if intent.operation is Operation.SUSPEND else "go on"
        return ControlResult(f"the job's processes {done}", operation_complete=True)

    async def _signal(self, seen: Seen, signal: Signal) -> tuple[Answer | None, Seen]:
        """Send a signal; the answer, and the job as it is then, which may have ended meanwhile."""

        async def send() -> tuple[Answer | None, Seen]:
            if now.status.state.is_final or now.pod is None:
                return Answer.NOBODY, now
            try:
                return await self._signaller.send(now.pod.name, signal), now
            except ClusterError:
                after = await self._intents.read_once(seen.row.id)
                if after.status.state.is_final:
                    return Answer.NOBODY, after
                raise

        now = seen
        answer, now = await self._patience.run(send)
        return (answer, now) if answer is Answer.SENT else (answer, await self._intents.read(seen.row.id))


def _has_ended(seen: Seen) -> ControlResult:
    """What is said of a job that was faster than what was asked of it."""
    status = seen.status
    if not status.state.is_final:
        return ControlResult("the job's pod is gone", operation_complete=True)
    code = "" if status.exit_code is None else f", exit code {status.exit_code}"
    return ControlResult(f"the job had ended before: {status.state.value}{code}", operation_complete=True)


def _whole_seconds(now: datetime) -> float:
    """As Kubernetes keeps times."""
    return float(int(now.timestamp()))
