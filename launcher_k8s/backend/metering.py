"""Asking the metrics API what pods use: one poll for all streams of a namespace (domain, section 5).

Where figures may be listed, one list serves every stream. The guide's role grants only ``get``: then, which
is found out once and remembered, each pod that has a stream is asked for by itself. Nothing is asked while
nobody reads. Each stream holds the newest figures only, however slow its reader is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self, TypeAlias

from launcher_k8s.backend.patience import Patience
from launcher_k8s.cluster_check import judge_metrics
from launcher_k8s.connection import POD_METRICS, Cluster
from launcher_k8s.errors import (
    ClusterError,
    ForbiddenError,
    LauncherError,
    NotSupportedError,
    ObjectNotFoundError,
    UnavailableError,
)
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.rows.metrics import UsageRow, decode_usage, decode_usage_page
from launcher_k8s.shape.names import JOB_NAME_LABEL

PERIOD_S: Final = 10.0
"""Between two polls: metrics-server measures every 15 seconds unless it is told otherwise."""
PAUSE_S: Final = 1.0
"""Between two polls at least, however many streams begin."""
GIVE_UP_S: Final = 120.0
"""A stream whose job runs and of which nothing is told for so long ends with an error."""
_AT_ONCE: Final = 8
_NO_ANSWER: Final = 503

Outcome: TypeAlias = UsageRow | LauncherError | None


class Reading:
    """One stream's place at the meter: the newest figures of a pod, until they are taken.

    Args:
        pod: The pod's name.
        wake: Called when there is something to take.
        now_s: The time.

    Attributes:
        due_s: When it is to be asked for again.
        has_shell: Whether commands can be executed in its container, as far as is known.
    """

    def __init__(self, pod: str, wake: Callable[[], object], *, now_s: float) -> None:
        self.pod = pod
        self.due_s = now_s
        self.has_shell = True
        self._wake = wake
        self._told_s = now_s
        self._latest: UsageRow | None = None
        self._waiting: UsageRow | None = None
        self._error: Exception | None = None

    def take(self) -> UsageRow | None:
        """Figures that were not taken yet.

        Raises:
            LauncherError: There will be none.
        """
        if self._error is not None:
            raise self._error.with_traceback(None)  # one outcome may be the error of many
        row, self._waiting = self._waiting, None
        return row

    def note(self, outcome: Outcome, *, now_s: float) -> None:
        """A poll has ended so."""
        if isinstance(outcome, UsageRow):
            self._told_s = now_s
            if self._latest is None or outcome.time != self._latest.time:
                self._latest = self._waiting = outcome
                self._wake()
        elif now_s - self._told_s >= GIVE_UP_S:
            self.fail(outcome or _nothing_known(self.pod))
        elif outcome is not None and not (outcome.transient and self._latest):
            self.fail(outcome)

    def fail(self, error: Exception) -> None:
        """There will be no more figures."""
        self._error = error
        self._wake()


class Meter:
    """Polls the metrics API while anybody reads; leaving it ends that.

    Args:
        cluster: Where the pods are.
        namespace: Their namespace.
        patience: Its clock, and how a poll is repeated that fails.
    """

    def __init__(self, cluster: Cluster, namespace: str, patience: Patience) -> None:
        self._cluster = cluster
        self._pods = POD_METRICS.within(namespace)
        self._patience = patience
        self._clock = patience.clock
        self._may_list = True
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._readings: set[Reading] = set()
        self._joined = asyncio.Event()
        self._polling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._stop()

    @contextmanager
    def reading(self, pod: str, wake: Callable[[], object]) -> Iterator[Reading]:
        """Have a pod's figures read inside the block."""
        reading = Reading(pod, wake, now_s=self._clock.monotonic())
        self._readings.add(reading)
        self._joined.set()
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll())
        try:
            yield reading
        finally:
            self._readings.discard(reading)
            if not self._readings:
                self._joined.set()  # nobody is left to poll for

    async def _poll(self) -> None:
        try:
            while self._readings:
                self._joined.clear()
                await self._round()
                await self._clock.sleep(PAUSE_S)
                with suppress(DeadlineError):
                    async with deadline(self._clock, self._due_in_s()):
                        await self._joined.wait()
        except Exception as error:  # noqa: BLE001 -- a mistake of ours, which no stream shall wait for
            for reading in self._readings:
                reading.fail(error)

    async def _round(self) -> None:
        """Serve those whose turn it is; a list serves everybody at once."""
        now_s = self._clock.monotonic()
        due = [each for each in self._readings if self._may_list or each.due_s <= now_s]
        outcomes = await self._measure({each.pod for each in due})
        now_s = self._clock.monotonic()
        for reading in due:
            reading.due_s = now_s + PERIOD_S
            reading.note(outcomes.get(reading.pod), now_s=now_s)

    def _due_in_s(self) -> float:
        now_s = self._clock.monotonic()
        return min((each.due_s - now_s for each in self._readings), default=0.0)

    async def _measure(self, pods: Collection[str]) -> Mapping[str, Outcome]:
        if self._may_list:
            try:
                return await self._patience.run(self._list)
            except ForbiddenError:
                self._may_list = False
            except ClusterError as error:
                return dict.fromkeys(pods, _explained(error))
        found = await asyncio.gather(*(self._get(pod) for pod in pods))
        return dict(zip(pods, found, strict=True))

    async def _list(self) -> Mapping[str, Outcome]:
        reply = await self._cluster.list_page(self._pods, label_selector=JOB_NAME_LABEL)
        return {row.pod: row for row in decode_usage_page(reply.body).rows}

    async def _get(self, pod: str) -> Outcome:
        async with self._slots:
            try:
                reply = await self._patience.run(lambda: self._cluster.get(self._pods.named(pod)))
                return decode_usage(reply.body)
            except ClusterError as error:
                # A server of metrics names the pod that it does not know yet; without one nothing is found.
                is_unknown = isinstance(error, ObjectNotFoundError) and pod in error.message
                return None if is_unknown else _explained(error)

    async def _stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.wait({self._polling})


def _explained(error: ClusterError) -> LauncherError:
    """What is missing in the cluster, where that is why the metrics API does not answer."""
    finding = judge_metrics(error)
    explained: LauncherError
    if finding is not None and isinstance(error, ObjectNotFoundError):
        explained = NotSupportedError(finding.message, hint=finding.hint)
    elif finding is not None and error.status == _NO_ANSWER:
        explained = UnavailableError(
            finding.message, status=error.status, reason=error.reason, hint=finding.hint, transient=True
        )
    else:
        return error
    explained.__cause__ = error
    return explained


def _nothing_known(pod: str) -> ClusterError:
    return ClusterError(
        f"the metrics API (metrics.k8s.io) has told nothing of pod {pod} for {GIVE_UP_S:g} s",
        hint="look whether `kubectl top pod` knows it: metrics-server must reach the kubelet of its node",
        transient=True,
    )
