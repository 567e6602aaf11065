"""A cluster in miniature: Jobs and Pods as rows, one version count, two logs of events.

Both Pods and Jobs are written as Kubernetes writes them: the Job controller sees to the Job some time
after the Pod has ended, and a canceled Job's Pod is deleted.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from launcher_k8s.rows import Event, EventKind, Final, Intent, JobOutcome, JobRow, PodRow
from launcher_k8s.status import Operation


class World:
    """The cluster's own state, and what its watches would say."""

    def __init__(self) -> None:
        self.version = 1
        self.clock = 1000.0
        self.jobs: dict[str, JobRow] = {}
        self.pods: dict[str, PodRow] = {}  # by job id: our Jobs never have two
        self.job_log: list[Event[JobRow]] = []
        self.pod_log: list[Event[PodRow]] = []

    def tick(self) -> float:
        self.clock += 1
        return self.clock

    # --- what people and controllers do

    def submit(self, job_id: str, **fields: Any) -> JobRow:
        number = len(self.job_log)
        row = JobRow(job_id, f"uid-{number}", name=job_id, created=self.tick(), **fields)
        return self._write_job(EventKind.ADDED, row)

    def schedule(self, job_id: str) -> None:
        """The Job controller makes a Pod, if it may."""
        job = self.jobs[job_id]
        if job_id not in self.pods and not job.suspended and job.outcome is None:
            name = f"{job_id}-{self.version:05}"
            self._write_pod(
                EventKind.ADDED, PodRow(name, job_id, job.key, created=self.tick(), phase="Pending")
            )

    def change_pod(self, job_id: str, **fields: Any) -> None:
        self._write_pod(EventKind.MODIFIED, replace(self.pods[job_id], **fields))

    def start(self, job_id: str) -> None:
        self.change_pod(job_id, phase="Running", started=self.tick())

    def end(self, job_id: str, code: int, **fields: Any) -> None:
        phase = "Failed" if code else "Succeeded"
        self.change_pod(job_id, phase=phase, exit_code=code, finished=self.tick(), **fields)

    def delete_pod(self, job_id: str) -> None:
        self.change_pod(job_id, deleted=self.tick())
        if self.pods[job_id].phase == "Running":
            self.end(job_id, 143, reason="Error")
        self._write_pod(EventKind.DELETED, self.pods[job_id])
        del self.pods[job_id]

    def ask(self, job_id: str, operation: Operation) -> JobRow:
        """A control writes its intent; a cancel suspends the Job in the same patch."""
        job = self.jobs[job_id]
        intent = Intent(operation, self.tick(), "jsmith")
        suspended = job.suspended or operation is Operation.CANCEL
        return self._write_job(EventKind.MODIFIED, replace(job, intent=intent, suspended=suspended))

    def see_to(self, job_id: str) -> None:
        """The Job controller draws its conclusion from the Pod's end."""
        job, pod = self.jobs[job_id], self.pods.get(job_id)
        if job.outcome is not None or job.suspended:
            return
        if pod is None or pod.phase == "Failed":
            self._conclude(job, JobOutcome.FAILED, "BackoffLimitExceeded")
        elif pod.phase == "Succeeded":
            self._conclude(job, JobOutcome.COMPLETE, "CompletionsReached")

    def record(self, job_id: str, final: Final) -> None:
        """A backend writes a final state, unless one is there."""
        if job_id in self.jobs and self.jobs[job_id].final is None:
            self._write_job(EventKind.MODIFIED, replace(self.jobs[job_id], final=final))

    def remove(self, job_id: str) -> None:
        """The Job goes first, its Pod after it."""
        self._write_job(EventKind.DELETED, self.jobs[job_id])
        del self.jobs[job_id]
        if job_id in self.pods:
            self.delete_pod(job_id)

    # --- writing

    def _conclude(self, job: JobRow, outcome: JobOutcome, reason: str) -> None:
        self._write_job(EventKind.MODIFIED, replace(job, outcome=outcome, reason=reason, ended=self.tick()))

    def _write_job(self, kind: EventKind, row: JobRow) -> JobRow:
        self.version += 1
        row = self.jobs[row.id] = replace(row, version=self.version)
        self.job_log.append(Event(kind, row, str(self.version)))
        return row

    def _write_pod(self, kind: EventKind, row: PodRow) -> None:
        self.version += 1
        row = self.pods[row.job_id] = replace(row, version=self.version)
        self.pod_log.append(Event(kind, row, str(self.version)))
