"""A job's state and its changes, and the filter that picks jobs by them.

States are the Launcher's: three live ones, then four final ones; a final state never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

import attrs
import msgspec

from launcher_k8s.brevity import brief, brief_words
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.misfits import refuse_misfit
from launcher_k8s.wording import visible

if TYPE_CHECKING:
    from launcher_k8s.present import Table


_LIVE: Final = ("Pending", "Running", "Suspended")


class JobState(Enum):
    """The Launcher's job states.

    ``FINISHED`` means that the job ran to an end, with any exit code; ``FAILED`` that it could not be
    launched or was taken away.
    """

    is_final: bool
    """Whether the state never changes again."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    FINISHED = "Finished"
    FAILED = "Failed"
    KILLED = "Killed"
    CANCELED = "Canceled"

    def __init__(self, value: object) -> None:
        self.is_final = value not in _LIVE


class Operation(Enum):
    """What :meth:`JobBackend.control` can ask of a job; the values stand in the annotation of an intent."""

    SUSPEND = "suspend"
    RESUME = "resume"
    STOP = "stop"
    KILL = "kill"
    CANCEL = "cancel"


FINAL = frozenset(state for state in JobState if state.is_final)


class JobStatus(msgspec.Struct, frozen=True, gc=False):  # three of every job, and none holds another
    """The state of one job at one moment; a stream of these tells each change once.

    Times are aware and in UTC, and the cluster's own. ``last_update_time`` is that of the latest thing it
    tells of, and stays where a change has no time there. ``inferred`` marks a Running that the cluster no
    longer shows and that is told from the container's start time. ``removed`` marks the last message of a
    job that was deleted.
    """

    id: str
    state: JobState
    name: str = ""
    user: str = ""
    status_message: str = ""
    exit_code: int | None = None
    submission_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    last_update_time: datetime | None = None
    tags: tuple[str, ...] = ()
    inferred: bool = False
    removed: bool = False

    @property
    def since(self) -> datetime | None:
        """Since when the job is in this state; None where the cluster does not tell."""
        match self.state:
            case JobState.PENDING:
                return self.submission_time
            case JobState.RUNNING:
                return self.start_time
            case JobState.SUSPENDED:
                return self.last_update_time
            case _:
                return self.end_time or self.last_update_time

    @property
    def description(self) -> str:
        """The state in words: with the exit code and the message, where there are any."""
        message = f": {self.status_message}" if self.status_message else ""
        return f"{self._state_and_code}{message}"

    def text(self) -> str:
        """Everything that it tells, a line for each thing, for a terminal."""
        return self._table().text()

    def __str__(self) -> str:
        return visible(f"{self.id} {self.description}")

    def __repr__(self) -> str:
        owner = f" of {self.user}" if self.user else ""
        since = f" since {self.since:%Y-%m-%d %H:%M:%S}" if self.since else ""
        message = f": {self.status_message}" if self.status_message else ""
        return brief_words(self, f"{self.id}{owner} {self._state_and_code}{since}{message}")

    def _repr_html_(self) -> str:
        return self._table().html()

    @property
    def _state_and_code(self) -> str:
        removed = ", removed" if self.removed else ""
        code = "" if self.exit_code is None else f", exit code {self.exit_code}"
        return f"{self.state.value}{code}{removed}"

    def _table(self) -> Table:
        from launcher_k8s.job_views import status_table

        return status_table(self)


def _tag_set(tags: Iterable[str]) -> frozenset[str]:
    if isinstance(tags, str):
        raise InvalidJobError.single("tags", f"tags are a list, not the string {tags!r}", hint=f"[{tags!r}]")
    refuse_misfit(tags, Iterable[str], "tags")
    return frozenset(tags)


def _state_set(states: JobState | str | Iterable[JobState | str]) -> frozenset[JobState]:
    names = (states,) if isinstance(states, str | JobState) else states
    refuse_misfit(names, Iterable[JobState | str], "states")
    known = {state.value: state for state in JobState}
    names = tuple(names)
    unknown = [name for name in names if isinstance(name, str) and name not in known]
    if unknown:
        raise InvalidJobError.single(
            "states", f"no job state is named {unknown[0]!r}", hint=f"the states are {', '.join(known)}"
        )
    return frozenset(map(JobState, names))


def _aware(moment: datetime | None) -> datetime | None:
    refuse_misfit(moment, datetime | None, "time")
    if moment is not None and moment.tzinfo is None:
        raise InvalidJobError.single(
            "time", f"{moment} has no time zone", hint="give an aware time: moment.astimezone()"
        )
    return moment


@attrs.frozen
class JobFilter:
    """Which jobs are meant: all conditions must hold; an empty filter means every job.

    Args:
        tags: All of these must be among the job's tags.
        states: The job is in this state or one of these, values or their names; empty means any.
        start_time: Submitted at or after this aware time.
        end_time: Submitted before this aware time.

    Raises:
        InvalidJobError: A string instead of a list of tags, an unknown state, a time without a zone, or a
            value of another kind.
    """

    __repr__ = brief

    tags: frozenset[str] = attrs.field(default=frozenset(), converter=_tag_set)
    states: frozenset[JobState] = attrs.field(default=frozenset(), converter=_state_set)
    start_time: datetime | None = attrs.field(default=None, converter=_aware)
    end_time: datetime | None = attrs.field(default=None, converter=_aware)

    def matches(self, status: JobStatus) -> bool:
        """Whether a job with this status is meant."""
        submitted = status.submission_time
        return (
            self.tags.issubset(status.tags)
            and (not self.states or status.state in self.states)
            and (self.start_time is None or (submitted is not None and submitted >= self.start_time))
            and (self.end_time is None or (submitted is not None and submitted < self.end_time))
        )
