"""Services that are missing, made again when a backend is entered.

A process may end between a Job and its Service, and a Service may be deleted by hand. So once all Jobs and
Pods are known the Services are listed, and each live job that should have one and has not gets it
(domain, section 5, "Services"). There is no standing watch on Services: what is deleted while a backend is
open is made again by the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias

import msgspec

from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.submission import create_service
from launcher_k8s.connection import JOBS, SERVICES, Cluster
from launcher_k8s.errors import ForbiddenError, LauncherError, ObjectNotFoundError
from launcher_k8s.job import Job
from launcher_k8s.kube.reflector import Source, list_all
from launcher_k8s.manifest import read_job
from launcher_k8s.plan import encode_owned
from launcher_k8s.rows import JobRow
from launcher_k8s.rows.decoding import decode_names
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import FINAL, JobFilter, JobState
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)

_LIVE = JobFilter(states=frozenset(JobState) - FINAL)

Make: TypeAlias = Callable[[Job], Awaitable[Mapping[str, Any] | None]]
"""Makes the Service of a job; None where it needs none."""


class Services:
    """Makes missing Services again, once, in the background while it is entered.

    Args:
        cluster: Where they are.
        settings: Their namespace, the page size, and whose jobs.
        tracker: Knows the jobs.
        follower: Tells when it does.
        patience: How requests are repeated.
        make: Makes a Service.
    """

    def __init__(
        self,
        cluster: Cluster,
        settings: ClusterSettings,
        tracker: Tracker,
        follower: Follower,
        patience: Patience,
        make: Make,
    ) -> None:
        self._cluster = cluster
        self._settings = settings
        self._tracker = tracker
        self._follower = follower
        self._patience = patience
        self._make = make
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._work = asyncio.create_task(self._mend())
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _mend(self) -> None:
        try:
            await self._patience.without_end().run(self._follower.synced)
            wanting = self._wanting()
            there = await self._patience.without_end().run(self._names) if wanting else frozenset()
        except ForbiddenError as error:
            _log.debug("missing Services are not looked for: %s", error)
            return
        except LauncherError as error:
            _log.warning("missing Services could not be looked for: %s", error)
            return
        for row in wanting:
            if row.id not in there:
                await self._mend_one(row)

    def _wanting(self) -> list[JobRow]:
        """The live jobs of ours that have a Service, or may have one: without a Pod only the Job tells."""
        rows = []
        for status in self._tracker.select(_LIVE):
            row, pod = self._tracker.row(status.id), self._tracker.pod(status.id)
            is_ours = row is not None and row.instance_id == self._settings.instance_id
            if row and is_ours and (pod is None or pod.served):
                rows.append(row)
        return rows

    async def _names(self) -> frozenset[str]:
        source: Source[str, Any] = Source(
            SERVICES.within(self._settings.namespace),
            partial(decode_names, what="a list of Services"),
            fetch_limit=self._settings.fetch_limit,
        )
        return frozenset((await list_all(self._cluster, source)).rows)

    async def _mend_one(self, row: JobRow) -> None:
        try:
            await self._create(row)
        except ObjectNotFoundError:
            return  # the job was removed meanwhile
        except Exception as error:  # noqa: BLE001 -- a template may fail in any way; the others are not to blame
            message = error.message if isinstance(error, LauncherError) else repr(error)
            _log.warning("the Service of job %s is missing and could not be made again: %s", row.id, message)

    async def _create(self, row: JobRow) -> None:
        namespace = self._settings.namespace
        found = await self._patience.run(lambda: self._cluster.get(JOBS.within(namespace).named(row.id)))
        job_object = msgspec.json.decode(found.body)
        if job_object["metadata"].get("uid") != row.uid or "deletionTimestamp" in job_object["metadata"]:
            return
        service = await self._make(read_job(job_object, cluster=self._settings.name))
        if service is None:
            return
        body = encode_owned(service, row.id, row.uid)
        named = SERVICES.within(namespace).named(row.id)
        await create_service(self._cluster, named, body, row.uid, self._patience)
        _log.info("the Service of job %s was missing and was made again", row.id)
