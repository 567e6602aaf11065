"""The entries of all jobs, by id: how rows come in, are replaced and leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf

from launcher_k8s.rows import JobRow, PodRow
from launcher_k8s.rows.times import seconds
from launcher_k8s.status import JobFilter
from launcher_k8s.tracker.entry import Entry


class Table:
    """What is known of each job; Pods may come before their Job.

    Args:
        before_change: Called with a job's id before anything about it changes.
    """

    def __init__(self, before_change: Callable[[str], None]) -> None:
        self._entries: dict[str, Entry] = {}
        self._before_change = before_change

    def get(self, job_id: str) -> Entry | None:
        """The entry of a job, also one of which only Pods are known."""
        return self._entries.get(job_id)

    def ids(self) -> list[str]:
        """The ids of all entries."""
        return list(self._entries)

    def matching(self, wanted: JobFilter, user: str | None) -> list[str]:
        """The ids of the jobs that match, of one user or of all, by submission time, then id.

        Rows tell all that a filter asks for, so that a status is built only of what is found.
        """
        states, tags = tuple(wanted.states), wanted.tags  # no set of states: members hash slowly
        in_time = _window(wanted)
        found = [
            (job.created or 0.0, job_id)
            for job_id, entry in self._entries.items()
            if (job := entry.job) is not None
            and (user is None or job.user == user)
            and (not states or entry.told in states)
            and (not tags or tags.issubset(job.tags))
            and (in_time is None or in_time(job.created))
        ]
        return [job_id for _, job_id in sorted(found)]

    def missing_jobs(self, listed: Iterable[JobRow], version: int) -> list[str]:
        """The jobs that a list of this version should have and has not."""
        ids = {row.id for row in listed}
        return [
            job_id
            for job_id, entry in self._entries.items()
            if entry.job and job_id not in ids and entry.job.version <= (version or entry.job.version)
        ]

    def missing_pods(self, names: set[str]) -> list[tuple[str, str]]:
        """The newest Pods that a list of these names has not: job id and name."""
        return [
            (job_id, entry.newest.name)
            for job_id, entry in self._entries.items()
            if entry.newest and entry.newest.name not in names
        ]

    def put_job(self, row: JobRow) -> Entry:
        """Put in a Job's row; of the same Job as the one that is there, if one is."""
        self._before_change(row.id)
        entry = self._entries.get(row.id) or self._add(row.id)
        entry.take_job(row)
        return entry

    def put_pod(self, row: PodRow) -> Entry:
        """Put in a Pod's row; it counts if it is the newest of its job."""
        self._before_change(row.job_id)
        entry = self._entries.get(row.job_id) or self._add(row.job_id)
        entry.take_pod(row)
        return entry

    def lose_pod(self, job_id: str, name: str) -> None:
        """Note that a Pod is gone; without a Job, nothing is left to remember it for."""
        entry = self._entries[job_id]
        if entry.newest is None or entry.newest.name != name:
            return
        if entry.job is None:
            del self._entries[job_id]
        else:
            self._before_change(job_id)
            entry.lose_pod()

    def drop_job(self, job_id: str) -> None:
        """Forget a Job and its Pod; a Pod of another Job of that name stays."""
        entry = self._entries.pop(job_id)
        if entry.pod is None and entry.newest is not None:
            self._entries[job_id] = Entry(newest=entry.newest)

    def _add(self, job_id: str) -> Entry:
        entry = self._entries[job_id] = Entry()
        return entry


def _window(wanted: JobFilter) -> Callable[[float | None], bool] | None:
    """Whether a job was submitted when a filter says; None where it does not say."""
    if wanted.start_time is None and wanted.end_time is None:
        return None
    first = -inf if wanted.start_time is None else seconds(wanted.start_time)
    end = inf if wanted.end_time is None else seconds(wanted.end_time)
    return lambda created: created is not None and first <= created < end
