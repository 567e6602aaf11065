"""What a job uses, for as long as it runs: figures of the metrics API, completed in its container.

Running only (domain, section 5, "Utilization"): a pending job is refused, a suspended one waited for, and
with the job the stream ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from typing import Final

from launcher_k8s.backend.metering import Meter, Reading
from launcher_k8s.clock import Clock
from launcher_k8s.connection import PODS, Cluster, ConnectOptions
from launcher_k8s.errors import ClusterError, CommandError, ForbiddenError, JobNotRunningError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.processes import COMMAND, ProcessTotals, read_totals
from launcher_k8s.quantity import MEGABYTE
from launcher_k8s.rows.metrics import UsageRow
from launcher_k8s.rows.times import time_of
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.tracker import Tracker
from launcher_k8s.utilization import Utilization

COMMAND_S: Final = 5.0
"""How long figures wait for what the container adds to them."""
_AT_ONCE: Final = 8
_MOST_BYTES: Final = 2**20


class Inside:
    """Asks in containers what the metrics API does not know, in few at a time however many are read.

    Args:
        cluster: Where the pods are.
        namespace: Their namespace.
        clock: On whose time a command may take no longer than :data:`COMMAND_S`.
    """

    def __init__(self, cluster: Cluster, namespace: str, clock: Clock) -> None:
        self._cluster = cluster
        self._pods = PODS.within(namespace)
        self._clock = clock
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._is_permitted = True

    async def totals(self, reading: Reading) -> ProcessTotals | None:
        """What a container's processes have used; None where that cannot be asked, which is remembered."""
        if not (self._is_permitted and reading.has_shell):
            return None
        try:
            async with deadline(self._clock, COMMAND_S), self._slots:
                return read_totals(await self._run(reading.pod))
        except ForbiddenError:
            self._is_permitted = False
        except CommandError:
            reading.has_shell = False
        except (ClusterError, DeadlineError):
            pass  # the next figures may have it again
        return None

    async def _run(self, pod: str) -> bytes:
        said = bytearray()
        options = ConnectOptions(MAIN_CONTAINER, COMMAND, stderr=False)
        async with self._cluster.connect(self._pods.named(pod, "exec"), options) as session:
            async for _, data in session:
                said += data
                if len(said) > _MOST_BYTES:
                    return b""
            await session.outcome()
        return bytes(said)


async def utilization_of(
    job_id: str, tracker: Tracker, meter: Meter, inside: Inside
) -> AsyncGenerator[Utilization]:
    """What a job uses, from now until it ends.

    Raises:
        JobNotRunningError: It does not run yet.
        NotSupportedError: The cluster has no metrics API.
        ClusterError: The metrics API cannot be asked.
    """
    woken = asyncio.Event()
    subscription = tracker.subscribe(job_id, wake=woken.set)
    status: JobStatus | None = None
    reading: Reading | None = None
    with ExitStack() as stack:
        stack.callback(subscription.close)
        place = stack.enter_context(ExitStack())
        while True:
            woken.clear()
            while (told := subscription.take()) is not None:
                status = told
            if status is None or status.state.is_final or status.removed:
                return
            if status.state is JobState.PENDING:
                raise JobNotRunningError(
                    f"job {job_id} is Pending: only a running job uses anything",
                    hint="wait for it to run",
                )
            pod = tracker.pod(job_id)
            if status.state is JobState.SUSPENDED or pod is None:
                place.close()
                reading = None
            elif reading is None:
                reading = place.enter_context(meter.reading(pod.name, woken.set))
            elif (row := reading.take()) is not None:
                yield _utilization(row, await inside.totals(reading))
                continue
            await woken.wait()


def _utilization(row: UsageRow, totals: ProcessTotals | None) -> Utilization:
    return Utilization(
        time=time_of(row.time),
        cpu_percent=float(row.cores * 100),
        cpu_time_s=totals.cpu_time_s if totals else None,
        virtual_memory_mb=float(totals.virtual_bytes / MEGABYTE) if totals else None,
        resident_memory_mb=float(row.memory / MEGABYTE),
    )
