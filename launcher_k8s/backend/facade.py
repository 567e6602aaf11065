"""``JobBackend``: what an embedding program calls to run and follow jobs on one cluster.

The verbs and what the outside may rely on stand in the documentation ("Guarantees"). The cluster is
the database: a second process, or the same one after a restart, says the same about every job.

Most of this file is the documentation of the verbs, which stand in one class because they are one object
to their users. What a verb does is a few lines here, and the rest in the rooms beside.
"""

from __future__ import annotations

import asyncio
import logging
import random as _random
import weakref
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, contextmanager, suppress
from types import TracebackType
from typing import Any, Self, overload

from launcher_k8s import host
from launcher_k8s.arguments import checked
from launcher_k8s.backend import listing, submission
from launcher_k8s.backend.checking import check_cluster
from launcher_k8s.backend.membership import Membership
from launcher_k8s.backend.networking import network_of
from launcher_k8s.backend.opening import Opened, opened
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.planning import Planner
from launcher_k8s.backend.reading import read_changes, read_job_output, read_utilization
from launcher_k8s.backend.reloading import TO_FOLLOW, TO_REACH, Reloaded, read_again, reconcile
from launcher_k8s.backend.streams import Stream, StreamSet
from launcher_k8s.backend.submitting import Submitted, with_warnings
from launcher_k8s.backend.waiting import wait_for
from launcher_k8s.brevity import brief_words
from launcher_k8s.cause import Diagnosis
from launcher_k8s.clock import Clock
from launcher_k8s.cluster_check import ClusterFinding
from launcher_k8s.cluster_info import ClusterInfo
from launcher_k8s.connection import Cluster
from launcher_k8s.controls import ControlResult
from launcher_k8s.errors import (
    BackendClosedError,
    ClusterError,
    InvalidJobStateError,
    ObjectNotFoundError,
)
from launcher_k8s.job import Job
from launcher_k8s.job_views import JobList
from launcher_k8s.naming import job_id_from_random
from launcher_k8s.network import Network
from launcher_k8s.output import OutputChunk, OutputGap
from launcher_k8s.plan import JobPlan
from launcher_k8s.progress import Progress
from launcher_k8s.rows import decode_job
from launcher_k8s.rules.offers import offer_for
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.status import FINAL, JobFilter, JobState, JobStatus, Operation
from launcher_k8s.templates.effects import Effects
from launcher_k8s.utilization import Utilization

_log = logging.getLogger(__name__)

ID_BYTES = 5


class JobBackend:
    """Runs jobs on one Kubernetes cluster: an async context manager, safe to share between tasks.

    Outside its context every verb but :meth:`plan` raises
    :class:`~launcher_k8s.errors.BackendClosedError`, and so does one that leaving overtakes. With
    ``user=`` a verb sees only that user's jobs: another's is not found. An argument of another kind than a
    verb takes is an :class:`~launcher_k8s.errors.InvalidJobError`.

    Args:
        settings: The cluster's settings.
        cluster: How to reach it; opened and closed by the backend. By default as the settings say.
        groups: Tells a user's groups; may block. By default the host's directory is asked. An answer counts
            for five seconds of the clock.
        effects: What templates may reach beyond the job. By default this host, as the Launcher lets them.
        clock: On whose time every wait and time limit of the backend is. By default the system's.
        random: Source of ids and of the jitter of retries. By default the operating system's.

    Raises:
        ConfigurationError: These are no cluster's settings; on entering, when nothing says how to reach the
            cluster, or it can have no such namespace.
    """

    @checked
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
        self._settings = settings
        self._settings_to_enter: ClusterSettings | None = None
        self._given_cluster = cluster
        self._random = random or host.random_source()
        self._clock = clock or host.SystemClock()
        self._membership = Membership(groups or host.Groups(), self._clock)
        self._planner = Planner(effects)
        self._patience = Patience(self._clock, self._random.random)
        self._streams = StreamSet()
        self._open: Opened | None = None
        self._reloading = asyncio.Lock()
        self._leaving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if self._open is not None:
            raise RuntimeError("the backend is entered already")
        settings = self._settings_to_enter or self._settings
        async with AsyncExitStack() as stack:
            await self._planner.enter(settings)
            self._open = await stack.enter_async_context(
                opened(settings, self._given_cluster, self._patience, self._service_of)
            )
            self._leaving = stack.pop_all()
        self._settings, self._settings_to_enter = settings, None
        self._reloading = asyncio.Lock()  # of this event loop, which may be another than the last one
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._open is not None:
            self._open.expiry.stop()  # before the streams are ended that keep jobs from it
        self._open = None
        await self._streams.interrupt_all()
        await self._leaving.aclose()
        self._planner.leave()

    def __repr__(self) -> str:
        state = "entered" if self._open is not None else "not entered"
        settings = self._settings
        return brief_words(self, f"of {settings.name}, namespace {settings.namespace}: {state}")

    @property
    def settings(self) -> ClusterSettings:
        """The settings in force."""
        return self._settings

    @checked
    async def plan(self, job: Job, *, user: str, dry_run: bool = False) -> JobPlan:
        """What a job would become; nothing is created.

        Args:
            job: The job as asked for.
            user: Whose job it would be.
            dry_run: Whether the API server checks the objects too, strictly.

        Raises:
            InvalidJobError: The job may not run as asked; carries every reason.
            OverrideError: An override cannot be applied.
            TemplateError: The cluster's templates fail, or make what may not be submitted.
            ClusterError: With ``dry_run``: the API server would not accept an object.
        """
        groups = await self._membership.groups_of(user)
        planned = await self._planner.plan(job, self._settings, user=user, groups=groups)
        if not dry_run:
            return planned
        with self._call() as here:
            return with_warnings(planned, await submission.dry_run(here.cluster, planned))

    @checked
    async def submit(self, job: Job, *, user: str, key: str | None = None) -> Submitted:
        """Run a job: decide what it gets and create its objects, once.

        Cancelling the call does not leave half of a job: what was begun is finished in the background.

        Args:
            job: The job as asked for.
            user: Whose job it is.
            key: The caller's own idempotency key: the same key, user and job are the same submission,
                however often it is tried.

        Raises:
            InvalidJobError: The job may not run as asked, or the key was used for another job.
            OverrideError: An override cannot be applied.
            TemplateError: The cluster's templates fail, or make what may not be submitted.
            ClusterError: The API server refused, or could not be reached: then ``transient`` is set, it
                is unknown whether the job exists, and a retry with the same key settles it.
        """
        here = self._here
        groups = await self._membership.groups_of(user)

        async def draw() -> JobPlan:
            job_id = (
                None if key is not None else job_id_from_random(job.name, self._random.randbytes(ID_BYTES))
            )
            return await self._planner.plan(
                job, self._settings, user=user, groups=groups, job_id=job_id, key=key
            )

        return await here.submitter.submit(draw, key=key, stdin=job.stdin)

    @checked
    async def get(
        self, job_id: str, *, user: str | None = None, fields: Collection[str] | None = None
    ) -> Job:
        """A job as the cluster has it now.

        Of one that this backend has removed because it expired at its very end, what its status tells.

        Args:
            job_id: The job.
            user: Its owner, if only theirs may be seen.
            fields: The fields wanted, by their wire names; all if None. The id is always there.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            ClusterError: The cluster could not be asked.
        """
        with self._call() as here:
            names = None if fields is None else listing.field_names(fields)
            status, reply = await here.lookup.recall(job_id, user)
        whole = listing.decode_whole(reply.body, cluster=self._settings.name) if reply else None
        return listing.job_of(status, whole, cluster=self._settings.name, fields=names)

    @overload
    async def list(
        self, wanted: JobFilter | None = None, *, user: str | None = None, fields: None = None
    ) -> JobList[JobStatus]: ...

    @overload
    async def list(
        self, wanted: JobFilter | None = None, *, user: str | None = None, fields: Collection[str]
    ) -> JobList[Job]: ...

    @checked
    async def list(
        self,
        wanted: JobFilter | None = None,
        *,
        user: str | None = None,
        fields: Collection[str] | None = None,
    ) -> JobList[JobStatus] | JobList[Job]:
        """The jobs that match, by submission time: statuses, or jobs with the fields asked for.

        Args:
            wanted: Which jobs; all if None.
            user: Their owner, if only theirs may be seen.
            fields: Fields of the job, by their wire names; without them statuses are given.

        Raises:
            ClusterError: The cluster could not be asked.
        """
        with self._call() as here:
            names = None if fields is None else listing.field_names(fields)
            await here.follower.synced()
            statuses = here.tracker.select(wanted, user=user)
            if names is None:
                return JobList(statuses)
            if listing.are_in_status(names):
                return JobList(self._job(status, None, names) for status in statuses)
            jobs = await listing.read_all(here.cluster, self._settings, (status.id for status in statuses))
        return JobList(
            self._job(status, jobs.get(status.id), names)
            for status in statuses
            if status.id in jobs or here.tracker.is_kept(status.id)
        )

    @checked
    def statuses(self, wanted: str | JobFilter, *, user: str | None = None) -> Stream[JobStatus]:
        """The present state of each match, then every change once and in order.

        For one id the stream ends after the final state; for a filter it never ends by itself.

        Args:
            wanted: A job's id, or a filter.
            user: The owner, if only theirs may be seen.

        Raises:
            JobNotFoundError: By the stream: there is no such job, or it is another user's.
            ClusterError: By the stream: the cluster could not be asked at the start. Later failures are
                waited out.
        """
        return self._streams.open(read_changes(self._here, wanted, user))

    @checked
    def output(
        self,
        job_id: str,
        *,
        user: str | None = None,
        follow: bool = True,
        container: str = MAIN_CONTAINER,
        timestamps: bool = False,
    ) -> Stream[OutputChunk | OutputGap]:
        """What a job prints: every byte once and in order, or a gap where the cluster lost some.

        Waits for the start of a pending job; a job that printed nothing ends it at once when it ends.

        Args:
            job_id: The job.
            user: Its owner, if only theirs may be seen.
            follow: Whether to go on until the job has ended; else what is there now is given.
            container: Which container's output.
            timestamps: Whether to put before each line when its node has noted it: a time as RFC 3339 has it,
                with nanoseconds, and a blank.

        Raises:
            JobNotFoundError: By the stream: there is no such job, or it is another user's.
            OutputNotFoundError: By the stream: the job's pod has no such container.
            ClusterError: By the stream: the log may not be read.
        """
        here = self._here
        hold = here.expiry.hold(job_id)
        pieces = read_job_output(
            here,
            self._settings.namespace,
            job_id,
            user,
            hold=hold,
            container=container,
            follow=follow,
            timestamps=timestamps,
            patience=self._patience,
        )
        stream = self._streams.open(pieces)
        weakref.finalize(stream, hold.close)  # of one that was never read
        return stream

    @checked
    def utilization(self, job_id: str, *, user: str | None = None) -> Stream[Utilization]:
        """What a running job uses, each time the cluster has measured it anew.

        Ends when the job ends, at once if it has; waits while it is suspended. A slow reader is told the
        newest figures, not all. They come from the cluster's metrics API, asked every ten seconds; CPU time
        and virtual memory from the container, where commands can be executed in it.

        Args:
            job_id: The job.
            user: Its owner, if only theirs may be seen.

        Raises:
            JobNotFoundError: By the stream: there is no such job, or it is another user's.
            JobNotRunningError: By the stream: it does not run yet.
            NotSupportedError: By the stream: the cluster has no metrics API; says what to install.
            ClusterError: By the stream: the metrics API may not be asked, does not answer, or has told
                nothing of the job for two minutes.
        """
        return self._streams.open(read_utilization(self._here, job_id, user))

    @checked
    async def wait(
        self,
        job_id: str,
        *,
        until: JobState | Collection[JobState] = FINAL,
        timeout_s: float | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> JobStatus:
        """Wait until a job is in one of some states, or has ended.

        Args:
            job_id: The job.
            until: The state or states to wait for; a final state always ends the wait.
            timeout_s: Give up after so many seconds; the job goes on.
            progress: Called with every status on the way: a function of a program's own, a
                :class:`~launcher_k8s.TerminalProgress` or a :class:`~launcher_k8s.TqdmProgress`.

        Raises:
            OperationTimeoutError: The time has passed; it says in which state the job is, and why.
            JobNotFoundError: There is no such job.
            ClusterError: The cluster could not be asked at the start.
        """
        wanted = frozenset((until,) if isinstance(until, JobState) else until)
        return await wait_for(
            job_id,
            self.statuses(job_id),
            until=wanted,
            timeout_s=timeout_s,
            progress=progress,
            clock=self._clock,
        )

    @checked
    async def control(self, job_id: str, operation: Operation, *, user: str | None = None) -> ControlResult:
        """Suspend, resume, stop, kill or cancel a job; returns when that is done, not when it has ended.

        What is intended is written on the Job first, so that every process tells the same end. Stop, kill and
        suspend are for running jobs, resume for suspended ones, cancel for pending ones. Only the job's own
        processes are signalled, never a sidecar's; where they cannot be, stop and kill let the node end the
        pod. Cancelling the call does not leave half of it: what was begun is finished in the background.

        Args:
            job_id: The job.
            operation: What to do.
            user: Its owner, if only theirs may be controlled.

        Raises:
            JobNotFoundError: There is no such job, or it is another user's.
            InvalidJobStateError: That is not valid in the job's present state, or it belongs to another
                Launcher instance.
            NotSupportedError: The job's processes cannot be suspended: no shell in its image, or no shared
                process namespace.
            ClusterError: The API server refused or could not be reached; a retry settles it.
        """
        with self._call() as here:
            return await here.controller.control(job_id, operation, user)

    @checked
    async def remove(self, job_id: str, *, user: str | None = None) -> None:
        """Delete a job with its pods and its Service, running or not; its output goes with it.

        Raises:
            JobNotFoundError: There is no such job, or it is another user's.
            InvalidJobStateError: It belongs to another Launcher instance.
            ClusterError: The API server refused or could not be reached.
        """
        with self._call() as here:
            _, reply = await here.lookup.recall(job_id, user)
            if reply is None:
                here.tracker.drop(job_id)
                return
            row = decode_job(reply.body)
            if row is None or row.instance_id != self._settings.instance_id:
                raise InvalidJobStateError(f"job {job_id} belongs to another Launcher instance")
            job = here.lookup.resource(job_id)
            # Not there any more: the answer to our own, earlier request may have been lost.
            with suppress(ObjectNotFoundError):
                await self._patience.run(lambda: here.cluster.delete(job, uid=row.uid))

    @checked
    async def cluster_info(self, user: str) -> ClusterInfo:
        """What a user may ask of the cluster: images, limits, resource profiles, placement, accounts.

        Raises:
            ClusterError: The service accounts could not be listed (without the permission they are left
                out instead).
        """
        with self._call() as here:
            groups = await self._membership.groups_of(user)
            settings = self._settings
            profile = profile_for(settings, user, groups=groups)
            accounts = await self._patience.run(lambda: listing.service_accounts(here.cluster, settings))
        return offer_for(settings, profile, user=user, service_accounts=accounts)

    @checked
    async def network(self, job_id: str, *, user: str | None = None) -> Network:
        """Where a running job is reached: its node, the node's addresses, and every way to its ports.

        Args:
            job_id: The job.
            user: Its owner, if only theirs may be seen.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            JobNotRunningError: It does not run yet, or not any more.
            ClusterError: The cluster could not be asked.
        """
        with self._call() as here:
            status = await here.lookup.find(job_id, user)
            return await network_of(
                here.cluster, self._settings.namespace, here.tracker, status, self._patience
            )

    @checked
    async def diagnose(self, job_id: str, *, user: str | None = None) -> Diagnosis:
        """Why a job waits, how it goes on, or how it ended, in words: category, sentence, and what to do.

        Asks the job's pod, its Events and, where nodes may be read, its node. What may not be read is left
        out: without the permission to list Events they are watched for a second.

        Args:
            job_id: The job.
            user: Its owner, if only theirs may be seen.

        Raises:
            JobNotFoundError: There is none, or it is another user's.
            ClusterError: The cluster could not be asked.
        """
        with self._call() as here:
            return await here.diagnostician.diagnose(await here.lookup.find(job_id, user))

    @checked
    async def check(self) -> Sequence[ClusterFinding]:
        """Look whether the cluster is ready for the jobs of these settings; nothing is made on it.

        Tells what answers, which permissions are missing and what that takes from users, whether there is the
        namespace, a metrics API, a node for every placement constraint and kind of GPU that is offered, and
        whether the clocks agree. Without an error or a warning it is ready.

        Returns:
            What was found, each with what to do.
        """
        with self._call() as here:
            return await check_cluster(here.cluster, self._settings, clock=self._clock)

    @checked
    async def reload(self) -> Reloaded:
        """Read the configuration again; it counts from the next call on, some of it from entering anew.

        Jobs and streams go on undisturbed. What the connection or the watches hang on (the namespace, the API
        server's URL and certificates, where the token is) keeps its value until the backend is left and
        entered anew; the result and a warning in the log name it. So is what code set and not the files:
        that wins over them. Users' groups are asked for anew. Of several calls at once one comes after the
        other, and each reads the files after it was made.

        Returns:
            The settings in force, and what has changed.

        Raises:
            ConfigurationError: The files do not validate, and the settings read before stay in force; or the
                settings were built in code, so that there are no files.
        """
        here = self._here
        async with self._reloading:
            read = await asyncio.to_thread(read_again, self._settings)
            if self._open is not here:
                raise BackendClosedError
            fixed = TO_FOLLOW if self._given_cluster is not None else TO_FOLLOW | TO_REACH
            reloaded = reconcile(self._settings, read, fixed=fixed)
            self._settings_to_enter = reconcile(self._settings, read).settings
            self._settings = reloaded.settings
            here.expiry.keep_for(self._settings.job_expiry_hours)
            self._membership.forget()
        for change in reloaded.held_back:
            _log.warning("cluster %s: %s", self._settings.name, change)
        return reloaded

    # --- behind the verbs

    @property
    def _here(self) -> Opened:
        if self._open is None:
            raise BackendClosedError
        return self._open

    @contextmanager
    def _call(self) -> Iterator[Opened]:
        """What a call works with; one that fails because the backend was left meanwhile says so."""
        here = self._here
        try:
            yield here
        except ClusterError as error:
            if self._open is not here:
                raise BackendClosedError from error
            raise

    async def _service_of(self, job: Job) -> Mapping[str, Any] | None:
        groups = await self._membership.groups_of(job.user)
        return await self._planner.plan_service(job, self._settings, groups=groups)

    def _job(self, status: JobStatus, job: Job | None, names: Collection[str]) -> Job:
        return listing.job_of(status, job, cluster=self._settings.name, fields=names)
