"""What is known of one job: its rows, and what was told of it.

The watches on Jobs and Pods are two streams, and one may lag. An end is believed only where the other
stream has come as far, or where it would not matter: a pod killed by another process must not be told as
Finished because that process's intent, written before on the Job, has not arrived here yet; a Job that
failed must not be told as "pod gone" because its Pod has not arrived. Resource versions tell, being one
count for both.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from launcher_k8s.rows import Final, JobRow, PodRow
from launcher_k8s.state import PULL_FAILED, PULL_PAUSED, Verdict, judge, latest
from launcher_k8s.status import JobState, Operation

_FIRST_SIGNAL_EXIT = 128
_LAST_WORDS = (Operation.STOP, Operation.KILL, Operation.CANCEL)


class Entry(msgspec.Struct, gc=False):
    """One tracked job. Pods may come before their Job; then ``job`` is None and nothing is told.

    Args:
        job: The Job's row; once a final state was told, with that state in it, whatever the cluster says.
        newest: The newest Pod under the job's name.
        told: The state told last.
        message: The message told last.
    """

    job: JobRow | None = None
    newest: PodRow | None = None
    told: JobState | None = None
    message: str = ""

    @property
    def pod(self) -> PodRow | None:
        """The newest Pod, unless it belongs to an earlier job of the same name."""
        pod, job = self.newest, self.job
        if pod is None or (job is not None and pod.job_key not in ("", job.key)):
            return None
        return pod

    @property
    def is_final(self) -> bool:
        """Whether a final state was told."""
        return self.told is not None and self.told.is_final

    def take_job(self, row: JobRow) -> None:
        """Replace the Job's row; a final state that was told stays."""
        known = self.job
        if known is not None:
            if row.id is not known.id or row.key is not known.key:
                row = replace(row, id=known.id, key=known.key)
            if known.final is not None and self.is_final:
                row = _concluded(row, known.final)
        self.job = row
        self.newest = self.newest and _share(row, self.newest)

    def take_pod(self, row: PodRow) -> None:
        """Replace the Pod's row, unless it is that of an older Pod."""
        known, job = self.newest, self.job
        is_same = known is not None and row.name == known.name
        if known is None or (row.version >= known.version if is_same else _age(row) > _age(known)):
            row = _share(job, row) if job else row
            self.newest = _tidied(row) if self.is_final else row

    def lose_pod(self) -> None:
        """Note that the Pod is no longer in the cluster."""
        if self.newest is not None and not self.newest.gone:
            self.newest = replace(self.newest, gone=True)

    def settle(self, final: Final) -> None:
        """Hold on to a final state that is told now."""
        assert self.job is not None
        self.job = _concluded(self.job, final)
        self.newest = self.newest and _tidied(self.newest)


def _share(job: JobRow, pod: PodRow) -> PodRow:
    """The Pod's row with the Job's id and uid themselves, not copies."""
    if pod.job_key != job.key or (pod.job_id is job.id and pod.job_key is job.key):
        return pod
    return replace(pod, job_id=job.id, job_key=job.key)


def _concluded(row: JobRow, final: Final) -> JobRow:
    """A Job's row with the final state that was told; what only led to it is let go."""
    return replace(row, final=final, ended=None, intent=None)


def _tidied(row: PodRow) -> PodRow:
    """The row of a Pod whose job is final: its times stand in the final state."""
    return replace(row, version=0, created=None, started=None, finished=None)


def _age(pod: PodRow) -> tuple[float, bool, str]:
    """What makes a Pod the newer one; of the same second, the one that stays, then any, but always that."""
    return (pod.created or 0.0, pod.deleted is None and not pod.gone, pod.name)


def verdict_of(entry: Entry, job: JobRow, pod: PodRow | None) -> Verdict:
    """The verdict to tell: what the rows say, but never back to Pending, nor to a lesser reason to wait.

    A Job whose Pod has vanished shows nothing that ran; until it says what became of it, it is running
    for all we know. Before Kubernetes 1.31 a pause between pulls does not say why there is one; the
    failure told before it does.
    """
    verdict = judge(job, pod)
    if verdict.state is not JobState.PENDING or entry.told is None:
        return verdict
    if entry.told is not JobState.PENDING:
        return held(entry, verdict)
    if verdict.message.startswith(PULL_PAUSED) and entry.message.startswith(PULL_FAILED):
        return replace(verdict, message=entry.message)
    return verdict


def held(entry: Entry, verdict: Verdict) -> Verdict:
    """The verdict to show while another one must not be told yet: the state stays as it was told."""
    first = JobState.PENDING if verdict.start is None else JobState.RUNNING
    state = entry.told or first
    start = None if state is JobState.PENDING else verdict.start
    updated = latest(start, entry.pod.deleted if start is not None and entry.pod else None)
    return Verdict(state, entry.message, start=start, updated=updated)


def is_doubtful(job: JobRow, pod: PodRow | None, verdict: Verdict, *, jobs_seen: int, pods_seen: int) -> bool:
    """Whether a final verdict rests on one stream where the other, once it catches up, may say otherwise.

    Args:
        job: The Job's row.
        pod: The Pod's row.
        verdict: What the two say.
        jobs_seen: The version up to which all Jobs are known.
        pods_seen: The version up to which all Pods are known.
    """
    intent = job.intent.operation if job.intent else None
    if job.final is not None or intent is Operation.CANCEL:
        return False
    if pod is None or job.retries:
        return not 0 < job.version <= pods_seen
    if intent in _LAST_WORDS or _ended_by_itself(verdict):
        return False
    return not 0 < pod.version <= jobs_seen


def _ended_by_itself(verdict: Verdict) -> bool:
    code = verdict.exit_code
    return verdict.state is JobState.FINISHED and code is not None and code < _FIRST_SIGNAL_EXIT
