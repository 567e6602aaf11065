"""Keeping the tracker up to date: one shared watch of Jobs, one of Pods, and what they leave open.

The two watches are not in step: an end seen in one may wait for the other. What is still in doubt after
a moment is read from the API server (``Upkeep.take_doubts``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.connection import JOBS, PODS, Cluster, Resource
from launcher_k8s.errors import BackendClosedError, ClusterError, ObjectNotFoundError
from launcher_k8s.kube.reflector import Changed, Disrupted, Pace, Relisted, Source, list_all, reflect
from launcher_k8s.rows import (
    Event,
    JobRow,
    PodRow,
    decode_job,
    decode_job_event,
    decode_job_page,
    decode_pod_event,
    decode_pod_page,
)
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import JOB_NAME_LABEL
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)

DOUBT_S = 1.0

Row = TypeVar("Row", JobRow, PodRow)


class Follower:
    """Feeds a tracker from a cluster while it is entered.

    Args:
        cluster: What to follow.
        settings: Its namespace, page size and watch timeout.
        tracker: What is fed.
        recorder: Writes the final states that come up.
        troubles: Looks for the reasons of jobs that wait without one.
        feeder: Sends the jobs that have come to run their input.
        declared: Gets the jobs with a control that may be left to be carried out.
        patience: How requests are repeated.
    """

    def __init__(
        self,
        cluster: Cluster,
        settings: ClusterSettings,
        tracker: Tracker,
        recorder: Recorder,
        troubles: Troubles,
        feeder: Feeder,
        declared: asyncio.Queue[str],
        patience: Patience,
    ) -> None:
        self._cluster = cluster
        self._settings = settings
        self._tracker = tracker
        self._recorder = recorder
        self._troubles = troubles
        self._feeder = feeder
        self._declared = declared
        self._patience = patience
        self._pace = Pace(patience.clock, patience.chance)
        self._trouble: dict[str, ClusterError] = {}
        self._listed: set[str] = set()
        self._news = asyncio.Event()
        self._is_left = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        jobs = self._source(JOBS, decode_job_page, partial(decode_job_event, is_known=self._tracker.recalls))
        pods = self._source(PODS, decode_pod_page, decode_pod_event)
        self._start(self._follow(jobs, self._tracker.apply_job, self._tracker.replace_jobs))
        self._start(self._follow(pods, self._tracker.apply_pod, self._tracker.replace_pods))
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._is_left = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tell_waiters()

    async def synced(self) -> None:
        """Wait until all Jobs and Pods were listed once.

        Raises:
            ClusterError: Listing fails at present, for this reason; it goes on being tried.
            BackendClosedError: The follower was left meanwhile: nothing more is listed.
        """
        while not self._tracker.synced:
            if self._is_left:
                raise BackendClosedError
            for plural, error in self._trouble.items():
                if plural not in self._listed:  # a watch that was cut meanwhile is the reflector's to mend
                    raise error.with_traceback(None)  # else each raise of it makes its traceback longer
            await self._news.wait()

    def learn(self, row: JobRow) -> None:
        """Take in a Job as an answer to our own request showed it."""
        self._tracker.learn(row)
        self._tend()

    async def look(self, job_id: str) -> tuple[JobRow, PodRow | None]:
        """Read a job anew, its Pods first, and take it in; gives its rows.

        Raises:
            ObjectNotFoundError: There is no such job.
            ClusterError: The cluster could not be asked.
        """
        namespace = self._settings.namespace
        source = Source(
            PODS.within(namespace),
            decode_pod_page,
            decode_pod_event,
            label_selector=f"{JOB_NAME_LABEL}={job_id}",
        )
        pods = await list_all(self._cluster, source)
        job = decode_job((await self._cluster.get(JOBS.within(namespace).named(job_id))).body)
        if job is None:
            raise ObjectNotFoundError(f"job {job_id} is no longer the Launcher's")
        self._tracker.settle(job, pods.rows)
        self._tend()
        return self._tracker.row(job_id) or job, self._tracker.pod(job_id)

    def _source(
        self,
        resource: Resource,
        decode_page: Callable[[bytes], Any],
        decode_event: Callable[[bytes], Event[Row]],
    ) -> Source[Row, Event[Row]]:
        return Source(
            resource.within(self._settings.namespace),
            decode_page,
            decode_event,
            # Templates before 2.3 set no label on Jobs; Pods of Jobs always have one (domain, section 5).
            label_selector="" if resource is JOBS else JOB_NAME_LABEL,
            fetch_limit=self._settings.fetch_limit,
            watch_timeout_s=self._settings.watch_timeout_s,
        )

    async def _follow(
        self,
        source: Source[Row, Event[Row]],
        apply: Callable[[Event[Row]], None],
        replace: Callable[[tuple[Row, ...], str], None],
    ) -> None:
        while True:
            try:
                await self._reflect(source, apply, replace)
            except Exception as error:  # noqa: BLE001 -- whatever it is, streams must not fall silent
                plural = source.resource.plural
                _log.exception("following %s failed; listing anew", plural)
                self._trouble[plural] = ClusterError(f"following {plural} failed: {error}", transient=True)
                self._tell_waiters()
            await self._pace.clock.sleep(self._pace.delay_s(0, None))

    async def _reflect(
        self,
        source: Source[Row, Event[Row]],
        apply: Callable[[Event[Row]], None],
        replace: Callable[[tuple[Row, ...], str], None],
    ) -> None:
        plural = source.resource.plural
        async with aclosing(reflect(self._cluster, source, pace=self._pace)) as items:
            async for item in items:
                if isinstance(item, Changed):
                    apply(item.event)
                    self._tend()
                    continue
                if isinstance(item, Disrupted):
                    if plural not in self._trouble:
                        _log.warning("nothing is heard of %s: %s", plural, item.error)
                    self._trouble[plural] = item.error
                else:
                    self._trouble.pop(plural, None)
                if isinstance(item, Relisted):
                    replace(item.rows, item.version)
                    self._listed.add(plural)
                    self._tend()
                del item  # all rows, as they were: the next item may be hours away
                self._tell_waiters()

    def _tell_waiters(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _tend(self) -> None:
        tracker = self._tracker
        if self._is_left or not tracker.asks_any:
            return
        for unrecorded in tracker.take_unrecorded():
            self._recorder.record(unrecorded)
        for job_id in tracker.upkeep.take_recorded():
            self._recorder.settled(job_id)
        for unexplained in tracker.take_unexplained():
            self._troubles.look_into(unexplained)
        for job_id in tracker.upkeep.take_turned():
            self._feeder.consider(job_id)
        for job_id in tracker.upkeep.take_declared():
            self._declared.put_nowait(job_id)
        for job_id in tracker.upkeep.take_doubts():
            self._start(self._settle(job_id))

    async def _settle(self, job_id: str) -> None:
        await self._patience.clock.sleep(DOUBT_S)
        try:
            while self._tracker.upkeep.is_doubted(job_id):
                await self._patience.without_end().run(lambda: self.look(job_id))
        except ObjectNotFoundError:
            return  # the watch will tell that it was removed
        except ClusterError as error:
            _log.warning("how job %s ended could not be looked up: %s", job_id, error)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("following the cluster failed", exc_info=error)
