"""What the tracker asks of the backend: ends to write down, doubts to settle, jobs to see to or to remove."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from launcher_k8s.rows import Final, JobRow


class Unrecorded(msgspec.Struct, frozen=True, gc=False):
    """A job of ours whose final state was told and is not yet on its Job.

    Args:
        row: The Job's row as the cluster has it, but for the final state.
        final: The final state to write.
        suspend: Whether the Job must be suspended too, so that Kubernetes starts nothing for it later.
    """

    row: JobRow
    final: Final
    suspend: bool


class Upkeep:
    """The ids of the jobs that await any of it; each is handed out once."""

    def __init__(self) -> None:
        self._unrecorded: dict[str, None] = {}
        self._recorded: dict[str, None] = {}
        self._doubted: dict[str, bool] = {}  # whether it was handed out
        self._turned: list[str] = []
        self._declared: list[str] = []

    @property
    def awaits_any(self) -> bool:
        """Whether there may be something to hand out."""
        return bool(self._turned or self._unrecorded or self._recorded or self._doubted or self._declared)

    def doubted(self) -> Sequence[str]:
        """The jobs in doubt, handed out or not."""
        return tuple(self._doubted) if self._doubted else ()

    def is_doubted(self, job_id: str) -> bool:
        """Whether a job is in doubt."""
        return job_id in self._doubted

    def ask_to_record(self, job_id: str) -> None:
        """A final state was told that nobody has written down."""
        self._unrecorded[job_id] = None

    def note_turn(self, job_id: str) -> None:
        """A job has come to run, or has ended."""
        self._turned.append(job_id)

    def note_declared(self, job_id: str) -> None:
        """A control of the job was declared that nobody has said to be carried out."""
        self._declared.append(job_id)

    def note_recorded(self, job_id: str) -> None:
        """A final state was told that stands on its Job."""
        self._recorded[job_id] = None

    def doubt(self, job_id: str) -> None:
        """An end cannot be told yet."""
        self._doubted.setdefault(job_id, False)

    def trust(self, job_id: str) -> None:
        """What is known of the job can be told."""
        self._doubted.pop(job_id, None)

    def forget(self, job_id: str) -> None:
        """The job was removed."""
        self._doubted.pop(job_id, None)
        self._unrecorded.pop(job_id, None)
        self._recorded.pop(job_id, None)

    def take_unrecorded(self) -> list[str]:
        """The jobs to record, since last asked."""
        if not self._unrecorded:
            return []
        taken, self._unrecorded = list(self._unrecorded), {}
        return taken

    def take_turned(self) -> list[str]:
        """The jobs that were told to run, or to have ended, since last asked: the first may want input."""
        if not self._turned:
            return []
        taken, self._turned = self._turned, []
        return taken

    def take_declared(self) -> list[str]:
        """The jobs of our instance id with a control that was declared, and not said to be carried out."""
        if not self._declared:
            return []
        taken, self._declared = self._declared, []
        return taken

    def take_recorded(self) -> list[str]:
        """Jobs of our instance id whose final state was told and stood on them when it was; each once."""
        if not self._recorded:
            return []
        taken, self._recorded = list(self._recorded), {}
        return taken

    def take_doubts(self) -> list[str]:
        """Jobs whose end cannot be told yet, because one of the two streams may lag; each once.

        Most settle within a second, when the other stream has caught up. For one that is still in doubt then
        (:meth:`is_doubted`), the backend reads the Pods, then the Job, and calls :meth:`Tracker.settle`.
        """
        if not self._doubted:
            return []
        fresh = [job_id for job_id, handed_out in self._doubted.items() if not handed_out]
        self._doubted.update(dict.fromkeys(fresh, True))
        return fresh
