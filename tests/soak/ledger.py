"""The books of a soak: of each job the transitions that must be told, and those that were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from launcher_k8s import JobState, JobStatus
from tests.soak.lives import Life
from tests.soak.witness import Witness


class Ledger:
    """What is expected of each job, and what was told of it, on the stream of all and on its own."""

    def __init__(self) -> None:
        self.lives: dict[str, Life] = {}
        self._told: dict[str, list[JobStatus]] = {}
        self._followed: dict[str, list[JobStatus]] = {}
        self._failures: Counter[str] = Counter()

    def expect(self, job_id: str, life: Life) -> None:
        """A job that was submitted."""
        assert job_id not in self.lives, f"{job_id} was given twice"
        self.lives[job_id] = life

    def fail(self, job_id: str) -> None:
        """An operation on a job failed for a reason that may pass, and is tried again."""
        self._failures[job_id] += 1

    def tell(self, status: JobStatus) -> None:
        """What the stream of all jobs tells."""
        self._told.setdefault(status.id, []).append(status)

    def follow(self, status: JobStatus) -> None:
        """What the stream of one job tells."""
        self._followed.setdefault(status.id, []).append(status)

    @property
    def ended(self) -> int:
        """How many jobs were told to have ended."""
        return sum(told[-1].state.is_final for told in self._told.values())

    @property
    def inferred(self) -> int:
        """How many transitions were told as inferred."""
        return sum(status.inferred for told in self._told.values() for status in told)

    @property
    def finals(self) -> dict[str, JobStatus]:
        """What was told last of each job."""
        return {job_id: told[-1] for job_id, told in self._told.items()}

    def differences(self, witness: Witness) -> list[str]:
        """What was told and not expected, or the other way round; empty where the books agree."""
        strangers = [f"{job_id}: nobody submitted it" for job_id in self._told.keys() - self.lives.keys()]
        checked = ((job_id, self._difference(job_id, life, witness)) for job_id, life in self.lives.items())
        return strangers + [f"{job_id}: {found}" for job_id, found in checked if found]

    def _difference(self, job_id: str, life: Life, witness: Witness) -> str:
        told = _transitions(self._told.get(job_id, ()))
        states = _without_failures([status.state for status in told], self._failures[job_id])
        # The Pod of a job may be heard of before the Job itself is: then it is told from there on.
        unseen = job_id not in witness.seen_to_wait and states[:1] != life.states[:1]
        if states != life.states[unseen:]:
            return f"{_names(states)} instead of {_names(life.states)}"
        if told[-1].exit_code not in life.exit_codes:
            return f"exit code {told[-1].exit_code}, not one of {life.exit_codes}"
        if found := _wrongly_marked(job_id, told, witness):
            return found
        # It was opened later, perhaps when the job had got on.
        followed = _transitions(self._followed.get(job_id, ()))
        if not followed or _facts(followed) != _facts(told[-len(followed) :]):
            return f"its own stream told {_names(status.state for status in followed)}"
        return ""


def _transitions(told: Sequence[JobStatus]) -> list[JobStatus]:
    """The statuses but those that only tell a new message; one that tells nothing new is one too many."""
    return [
        status
        for number, status in enumerate(told)
        if number == 0 or not _tells_more(told[number - 1], status)
    ]


def _without_failures(states: list[JobState], count: int) -> tuple[JobState, ...]:
    """The states, less those of suspensions that failed: declared, and taken back before the next attempt."""
    again = [JobState.SUSPENDED, JobState.RUNNING, JobState.SUSPENDED]
    for _ in range(count):
        at = next((at for at in range(len(states)) if states[at : at + 3] == again), len(states))
        states = states[:at] + states[at + 2 :]
    return tuple(states)


def _tells_more(before: JobStatus, status: JobStatus) -> bool:
    """Whether only the message is another one; of a job that has ended it never is."""
    same = status.state is before.state and not status.state.is_final
    return same and status.status_message != before.status_message


def _facts(told: Sequence[JobStatus]) -> list[tuple[object, ...]]:
    """What a transition is; a message may have changed between two looks at one state."""
    return [(each.state, each.exit_code, each.start_time, each.end_time, each.inferred) for each in told]


def _wrongly_marked(job_id: str, told: Sequence[JobStatus], witness: Witness) -> str:
    """Inferred is what was not shown: the first Running and nothing else, unless it was seen."""
    starts = [status for status in told if status.state is JobState.RUNNING]
    if any(status.inferred for status in told if status not in starts[:1]):
        return "inferred what is no start"
    if not starts:
        return ""
    if starts[0].inferred and job_id in witness.seen_to_run:
        return "inferred a start that was shown"
    if not starts[0].inferred and job_id not in witness.ran:
        return "told a start that was never shown as seen"
    return ""


def _names(states: Iterable[JobState]) -> str:
    return ", ".join(state.value for state in states) or "nothing"
