"""Jobs that wait and whose rows do not say why: which they are, and what was found out otherwise.

A note holds for the Pod, or the want of one, that it was asked about. When a Pod comes, when the rows give a
reason, or when the job gets on, it is void.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from launcher_k8s.rows import JobRow, PodRow
from launcher_k8s.state import Verdict
from launcher_k8s.status import JobState


class Unexplained(msgspec.Struct, frozen=True, gc=False):
    """A job that waits without a reason.

    Args:
        job_id: The job.
        uid: The uid of its Job.
        pod: The name of its Pod; empty while it has none.
    """

    job_id: str
    uid: str
    pod: str


class Notes:
    """The jobs that wait unexplained, each handed out once, and the notes on them."""

    def __init__(self) -> None:
        self._unexplained: dict[str, Unexplained] = {}
        self._fresh: dict[str, Unexplained] = {}
        self._texts: dict[str, str] = {}

    def consider(self, job: JobRow, pod: PodRow | None, verdict: Verdict) -> None:
        """Take in what the rows say of a job now."""
        if verdict.state is not JobState.PENDING or verdict.message:
            self.forget(job.id)
            return
        unexplained = Unexplained(job.id, job.uid, pod.name if pod and not pod.gone else "")
        if self._unexplained.get(job.id) != unexplained:
            self._texts.pop(job.id, None)
            self._unexplained[job.id] = self._fresh[job.id] = unexplained

    def forget(self, job_id: str) -> None:
        """The job needs no explanation, or is no more."""
        if self._unexplained.pop(job_id, None):
            self._fresh.pop(job_id, None)
            self._texts.pop(job_id, None)

    @property
    def has_fresh(self) -> bool:
        """Whether there is something to hand out."""
        return bool(self._fresh)

    def take_fresh(self) -> list[Unexplained]:
        """The jobs that have come to wait unexplained since last asked."""
        if not self._fresh:
            return []
        taken, self._fresh = list(self._fresh.values()), {}
        return taken

    def is_unexplained(self, unexplained: Unexplained) -> bool:
        """Whether the rows of a job still do not say why it waits."""
        return self._unexplained.get(unexplained.job_id) == unexplained

    def write(self, job_id: str, text: str) -> None:
        """Note why a job waits that is unexplained."""
        self._texts[job_id] = text

    def explain(self, job_id: str, verdict: Verdict) -> Verdict:
        """A verdict on a job, with the note on it where the verdict has no message."""
        text = self._texts.get(job_id) if self._texts else None
        if not text or verdict.message or verdict.state is not JobState.PENDING:
            return verdict
        return replace(verdict, message=text)
