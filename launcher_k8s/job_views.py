"""How jobs are shown: one by one, and as the list that a backend gives.

The values show themselves by this, so that a notebook, a terminal and a program's own pages tell the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, SupportsIndex, TypeVar, overload

from launcher_k8s.brevity import brief_words
from launcher_k8s.job import Job
from launcher_k8s.present import Table, facts_table, moment, show
from launcher_k8s.status import JobStatus

Shown = TypeVar("Shown", bound=JobStatus | Job)

MOST_ROWS: Final = 100
"""Of a longer list the last ones are shown: the newest."""


class JobList(list[Shown]):
    """The jobs that match, a list like any other that shows itself as a table in a notebook."""

    __slots__ = ()

    def text(self, *, most: int = MOST_ROWS) -> str:
        """Aligned columns, for a terminal.

        Args:
            most: How many jobs are shown; of more, the last ones.
        """
        return self._table(most).text()

    @overload
    def __getitem__(self, index: SupportsIndex) -> Shown: ...

    @overload
    def __getitem__(self, index: slice) -> JobList[Shown]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> Shown | JobList[Shown]:
        """A job; a part of the list shows itself as the whole does."""
        if isinstance(index, slice):
            return JobList(super().__getitem__(index))
        return super().__getitem__(index)

    def __repr__(self) -> str:
        return brief_words(self, self._counts)

    def _repr_html_(self) -> str:
        return self._table(MOST_ROWS).html()

    @property
    def _counts(self) -> str:
        counts = Counter(map(_state_of, self)).most_common()
        states = ", ".join(f"{count} {state or 'unknown'}" for state, count in counts)
        jobs = f"{len(self)} job{'' if len(self) == 1 else 's'}"
        return f"{jobs}: {states}" if states else jobs

    def _table(self, most: int) -> Table:
        hidden = max(len(self) - most, 0)
        title = f"{self._counts}; the last {most} are shown" if hidden else self._counts
        return jobs_table(list(self)[hidden:], title=title)


def status_table(status: JobStatus) -> Table:
    """A job's state, with the times of what has led to it."""
    return facts_table(
        f"{status.id} is {status.state.value}{', removed' if status.removed else ''}",
        (
            ("name", status.name),
            ("user", status.user),
            ("exit code", show(status.exit_code)),
            ("message", status.status_message),
            ("submitted", moment(status.submission_time)),
            ("started", moment(status.start_time)),
            ("ended", moment(status.end_time)),
            ("tags", show(status.tags)),
        ),
    )


def job_table(job: Job) -> Table:
    """What a job is, and how it is where that is known; of its variables the names: values may be secrets."""
    state = f" is {job.status.value}" if job.status else ""
    return facts_table(
        f"{job.id or job.name}{state}",
        (
            ("name", job.name if job.id else ""),
            ("user", job.user),
            ("exit code", show(job.exit_code)),
            ("message", job.status_message),
            ("submitted", moment(job.submission_time)),
            ("image", job.container.image),
            ("command", " ".join((job.command or job.exe, *job.args))),
            ("resources", show({limit.type: limit.value for limit in job.resource_limits})),
            ("resource profile", job.resource_profile),
            ("node labels", show(job.placement_constraints)),
            ("ports", show([port.target_port for port in job.exposed_ports])),
            ("mounts", show([mount.mount_path for mount in job.mounts])),
            ("variables", show([variable.name for variable in job.environment])),
            ("tags", show(job.tags)),
        ),
    )


def jobs_table(jobs: Iterable[JobStatus | Job], *, title: str = "") -> Table:
    """Jobs with their states, a row each."""
    return Table(
        title,
        ("id", "name", "user", "status", "exit code", "submitted", "message"),
        tuple(
            (
                job.id,
                job.name,
                job.user,
                _state_of(job),
                show(job.exit_code),
                moment(job.submission_time),
                job.status_message,
            )
            for job in jobs
        ),
    )


def _state_of(job: JobStatus | Job) -> str:
    """The name of a job's state; empty of a job whose state is not known."""
    state = job.state if isinstance(job, JobStatus) else job.status
    return state.value if state else ""
