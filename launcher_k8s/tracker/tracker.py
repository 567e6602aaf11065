"""The tracker itself: what it is fed, what it tells, and what it asks of the backend.

The guarantees for ``statuses`` (design, "Guarantees") are kept here: first the present state of each
match, then every change once, in order, normalised: Pending, Running, (Suspended, Running)..., final. What
a broken watch or a restarted API server hid is made up for from the rows of the next list.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from launcher_k8s.rows import Event, EventKind, JobRow, PodRow
from launcher_k8s.rows.values import Uid, version_number
from launcher_k8s.state import Verdict, build_status, final_of, judge_removed, may_start_later
from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.tracker.audience import Audience
from launcher_k8s.tracker.entry import Entry, held, is_doubtful, verdict_of
from launcher_k8s.tracker.notes import Notes, Unexplained
from launcher_k8s.tracker.subscription import Subscription
from launcher_k8s.tracker.table import Table
from launcher_k8s.tracker.upkeep import Unrecorded, Upkeep

_NOT_STARTED = (None, JobState.PENDING)
_MOST_LEARNED = 1024
"""Writes of ours whose answers came before the watch told of them: it is behind by no more than moments."""


class Tracker:
    """What is known of all jobs in a namespace.

    Nothing is told before both Jobs and Pods were listed once: half the truth would look like a change.
    Once a final state was told it never changes in this process; of a job that was removed since, the
    last status is kept while it is among the latest ``keep_removed``, for :meth:`status` alone.

    Args:
        instance_id: The Launcher's instance id: only its jobs are offered for writing.
        keep_removed: How many removed jobs to remember.

    Attributes:
        upkeep: What is asked of the backend beside :meth:`take_unrecorded` and :meth:`take_unexplained`.
    """

    def __init__(self, *, instance_id: str = "", keep_removed: int = 1000) -> None:
        self._instance_id = instance_id
        self._keep_removed = keep_removed
        self._kept: set[str] = set()
        self._removed: OrderedDict[str, JobStatus] = OrderedDict()
        self._learned: dict[int, None] = {}
        self._notes = Notes()
        self.upkeep = Upkeep()
        self._audience = Audience(self.status)
        self._table = Table(self._audience.expect_change)
        self._jobs_seen: int | None = None  # the version up to which all Jobs are known
        self._pods_seen: int | None = None
        self._is_synced = False

    # --- what it is fed

    def apply_job(self, event: Event[JobRow]) -> None:
        """Take in an event of the watch on Jobs."""
        row = event.row
        if row is not None and event.kind is EventKind.DELETED:
            self._lose(row.id, row)
        elif row is not None:
            self._take_in(row)
        if self._jobs_seen is not None:
            self._jobs_seen = max(self._jobs_seen, event.version if row is None else row.version)
            self._reconsider()

    def apply_pod(self, event: Event[PodRow]) -> None:
        """Take in an event of the watch on Pods."""
        row = event.row
        if row is not None:
            entry = self._table.put_pod(row)
            if event.kind is EventKind.DELETED:
                self._table.lose_pod(row.job_id, row.name)
            self._update(entry)
        if self._pods_seen is not None:
            self._pods_seen = max(self._pods_seen, event.version if row is None else row.version)
            self._reconsider()

    def learn(self, row: JobRow) -> None:
        """Take in a Job as a write of ours answered it, ahead of the watch."""
        self._learned[row.version] = None
        if len(self._learned) > _MOST_LEARNED:
            del self._learned[next(iter(self._learned))]
        self._take_in(row)

    def recalls(self, version: int) -> bool:
        """Whether a Job was learned as it was at this version, and the watch has not been asked about it yet.

        The watch tells of each write once, so what is recalled is forgotten.
        """
        return self._learned.pop(version, self) is None

    def replace_jobs(self, rows: Iterable[JobRow], resource_version: str = "") -> None:
        """Take in a complete list of Jobs: what differs was changed, what is missing was removed.

        Args:
            rows: The rows of all pages.
            resource_version: That of the list. A Job that we have learned of since is not missing.
        """
        listed, version = list(rows), version_number(resource_version)
        self._learned.clear()  # after an API server was restored from a copy, others may have these versions
        for job_id in self._table.missing_jobs(listed, version):
            self._lose(job_id)
        for row in listed:
            self._take_in(row)
        self._jobs_seen = max(self._jobs_seen or 0, version)
        self._after_list()

    def replace_pods(self, rows: Iterable[PodRow], resource_version: str = "") -> None:
        """Take in a complete list of Pods: what is missing is gone.

        Args:
            rows: The rows of all pages.
            resource_version: That of the list.
        """
        names = set()
        for row in rows:
            names.add(row.name)
            self._update(self._table.put_pod(row))
        for job_id, name in self._table.missing_pods(names):
            self._table.lose_pod(job_id, name)
            self._update_job(job_id)
        self._pods_seen = max(self._pods_seen or 0, version_number(resource_version))
        self._after_list()

    def settle(self, job: JobRow, pods: Sequence[PodRow]) -> None:
        """Take in what the backend read about a job in doubt, after :meth:`Upkeep.take_doubts` named it.

        Args:
            job: Its Job, read after the Pods.
            pods: The Job's Pods, all of them, read after the job was named.
        """
        self._audience.expect_change(job.id)
        self._put_job(job)
        for row in pods:
            self._table.put_pod(row)
        entry = self._table.get(job.id)
        if entry and entry.newest and entry.newest.name not in {row.name for row in pods}:
            self._table.lose_pod(job.id, entry.newest.name)
        self._update_job(job.id, certain=True)

    def note(self, unexplained: Unexplained, message: str) -> None:
        """Explain why a job is pending that :meth:`take_unexplained` named; void once its rows say more."""
        if self._notes.is_unexplained(unexplained):
            self._audience.expect_change(unexplained.job_id)
            self._notes.write(unexplained.job_id, message)
            self._update_job(unexplained.job_id)

    def keep(self, job_id: str) -> None:
        """Go on telling of a job in its final state when it is no longer in the cluster, as if it were."""
        self._kept.add(job_id)

    def drop(self, job_id: str) -> None:
        """Take a job for removed that was kept."""
        self._remove(job_id)

    # --- what it tells

    @property
    def synced(self) -> bool:
        """Whether both Jobs and Pods were listed once; before, nothing is told."""
        return self._is_synced

    def status(self, job_id: str) -> JobStatus | None:
        """The present status of a job; None for one that is not known (yet)."""
        entry = self._table.get(job_id)
        if entry is None or entry.job is None or entry.told is None:
            return self._removed.get(job_id)
        verdict = self._notes.explain(job_id, verdict_of(entry, entry.job, entry.pod))
        if verdict.state is not entry.told:
            verdict = held(entry, verdict)
        return build_status(entry.job, verdict)

    def state(self, job_id: str) -> JobState | None:
        """The state in :meth:`status`, at a small part of its cost."""
        entry = self._table.get(job_id)
        if entry is None or entry.job is None or entry.told is None:
            removed = self._removed.get(job_id)
            return removed.state if removed else None
        return entry.told

    def select(self, wanted: JobFilter | None = None, *, user: str | None = None) -> list[JobStatus]:
        """The present statuses of all jobs that match, by submission time, then id."""
        found = map(self.status, self._table.matching(wanted or JobFilter(), user))
        return [status for status in found if status is not None]

    def is_kept(self, job_id: str) -> bool:
        """Whether a job is told of whether or not it is in the cluster; see :meth:`keep`."""
        return job_id in self._kept

    def row(self, job_id: str) -> JobRow | None:
        """The row of a Job that is in the cluster, or is kept."""
        entry = self._table.get(job_id)
        return entry.job if entry else None

    def pod(self, job_id: str) -> PodRow | None:
        """The row of a job's newest Pod, also one that is gone; None where none was seen."""
        entry = self._table.get(job_id)
        return entry.pod if entry and entry.job else None

    def subscribe(
        self, wanted: str | JobFilter, *, user: str | None = None, wake: Callable[[], None]
    ) -> Subscription:
        """Follow one job by its id, or all that match a filter; see :class:`Subscription`."""
        subscription = self._audience.join(wanted, user=user, wake=wake)
        if self._is_synced:
            self._audience.start(self._table.matching)
        return subscription

    # --- what it asks of the backend

    @property
    def asks_any(self) -> bool:
        """Whether any of the following, or :attr:`upkeep`, may give something."""
        return self.upkeep.awaits_any or self._notes.has_fresh

    def take_unrecorded(self) -> list[Unrecorded]:
        """Jobs of our instance id whose final state was told and is still to be written, each once."""
        found = []
        for job_id in self.upkeep.take_unrecorded():
            entry = self._table.get(job_id)
            if entry and entry.job and entry.job.final:
                suspend = may_start_later(entry.job, entry.pod)
                found.append(Unrecorded(entry.job, entry.job.final, suspend))
        return found

    def take_unexplained(self) -> list[Unexplained]:
        """Jobs that have come to be pending while their rows do not say why; each once, and anew with a Pod.

        While one :meth:`is_unexplained` the backend may ask the Events, and :meth:`note` what they tell.
        """
        return self._notes.take_fresh()

    def is_unexplained(self, unexplained: Unexplained) -> bool:
        """Whether the rows of a job named by :meth:`take_unexplained` still do not say why it is pending."""
        return self._notes.is_unexplained(unexplained)

    # --- rows

    def _take_in(self, row: JobRow) -> None:
        if (entry := self._put_job(row)) is not None:
            self._update(entry)

    def _put_job(self, row: JobRow) -> Entry | None:
        """Put a Job's row in its place; None if it, or a later one, is there."""
        entry = self._table.get(row.id)
        known = entry.job if entry else None
        if known is None:
            self._removed.pop(row.id, None)
        elif _is_as_late(known, row.key, row.version):
            return None
        elif row.key != known.key:
            self._remove(row.id)
        return self._table.put_job(row)

    def _lose(self, job_id: str, last_row: JobRow | None = None) -> None:
        if job_id not in self._kept:
            self._remove(job_id, last_row)

    def _remove(self, job_id: str, last_row: JobRow | None = None) -> None:
        entry = self._table.get(job_id)
        if entry is None or entry.job is None or (last_row and last_row.key != entry.job.key):
            return
        self._audience.expect_change(job_id)
        if last_row is not None:
            entry.take_job(last_row)
        if self._is_synced:
            verdict = judge_removed(entry.job, entry.pod)
            self._tell(entry, entry.job, verdict, removed=True)
            self._remember(build_status(entry.job, verdict, removed=True))
        self._kept.discard(job_id)
        self.upkeep.forget(job_id)
        self._notes.forget(job_id)
        self._table.drop_job(job_id)

    def _remember(self, status: JobStatus) -> None:
        self._removed[status.id] = status
        if len(self._removed) > self._keep_removed:
            self._removed.popitem(last=False)

    # --- changes

    def _after_list(self) -> None:
        if not self._is_synced and self._jobs_seen is not None and self._pods_seen is not None:
            self._is_synced = True
            for job_id in self._table.ids():
                self._update_job(job_id)
            self._audience.start(self._table.matching)
        self._reconsider()

    def _reconsider(self) -> None:
        for job_id in self.upkeep.doubted():
            self._audience.expect_change(job_id)
            self._update_job(job_id)

    def _update_job(self, job_id: str, *, certain: bool = False) -> None:
        entry = self._table.get(job_id)
        if entry is not None:
            self._update(entry, certain=certain)

    def _update(self, entry: Entry, *, certain: bool = False) -> None:
        """Tell what has changed about a job since it was last told of."""
        job = entry.job
        if job is None or not self._is_synced or entry.is_final:
            return
        pod = entry.pod
        verdict = verdict_of(entry, job, pod)
        self._notes.consider(job, pod, verdict)
        verdict = self._notes.explain(job.id, verdict)
        if verdict.state.is_final and not certain and self._is_doubtful(job, pod, verdict):
            self.upkeep.doubt(job.id)
            verdict = held(entry, verdict)
        else:
            self.upkeep.trust(job.id)
        if verdict.state is not entry.told or verdict.message != entry.message:
            self._tell(entry, job, verdict)
        intent = job.intent
        if intent is not None and not intent.done and not verdict.state.is_final and self._is_ours(job):
            self.upkeep.note_declared(job.id)

    def _is_ours(self, job: JobRow) -> bool:
        return job.instance_id == self._instance_id

    def _is_doubtful(self, job: JobRow, pod: PodRow | None, verdict: Verdict) -> bool:
        return is_doubtful(job, pod, verdict, jobs_seen=self._jobs_seen or 0, pods_seen=self._pods_seen or 0)

    def _tell(self, entry: Entry, job: JobRow, verdict: Verdict, *, removed: bool = False) -> None:
        listened = self._audience.listens(job.id)
        if listened and entry.told in _NOT_STARTED and _hides_running(verdict):
            running = Verdict(JobState.RUNNING, start=verdict.start, updated=verdict.start)
            self._audience.tell(build_status(job, running, inferred=True))
        if verdict.state.is_final and not entry.is_final:
            self._conclude(entry, job, verdict)
        if verdict.state is not entry.told and verdict.state is not JobState.PENDING:
            self.upkeep.note_turn(job.id)
        before = entry.message if verdict.state is entry.told and not removed else None
        entry.told, entry.message = verdict.state, verdict.message
        if listened:
            self._audience.tell(build_status(job, verdict, removed=removed), before)

    def _conclude(self, entry: Entry, job: JobRow, verdict: Verdict) -> None:
        if self._is_ours(job):
            ask = self.upkeep.ask_to_record if job.final is None else self.upkeep.note_recorded
            ask(job.id)
        entry.settle(final_of(verdict))


def _is_as_late(known: JobRow, key: Uid, version: int) -> bool:
    """Whether what is known of a Job is at least as late as some version of it, or of its namesake."""
    return version < known.version or (0 < version == known.version and key == known.key)


def _hides_running(verdict: Verdict) -> bool:
    """Whether a job that was pending when last told of has run since, unseen."""
    return verdict.start is not None and verdict.state not in (JobState.PENDING, JobState.RUNNING)
