"""Why a job waits, or how it ended, as a value: what :meth:`~launcher_k8s.JobBackend.diagnose` gives.

Values only; which cause is found is decided in :mod:`launcher_k8s.diagnosis`.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs

from launcher_k8s.brevity import brief, brief_words
from launcher_k8s.present import Table, facts_table, moment
from launcher_k8s.status import JobState
from launcher_k8s.wording import visible


class Cause(Enum):
    """Why a job is as it is. The first seven are as they should be; all others are trouble."""

    WAITING = "waiting"
    """Its pod is being made, put on a node, or prepared there."""

    PULLING = "pulling"
    """Its image is being pulled."""

    RUNNING = "running"
    """It runs."""

    SUSPENDED = "suspended"
    """It was suspended, before it started or while it ran."""

    FINISHED = "finished"
    """It ran to an end, with any exit code."""

    KILLED = "killed"
    """It was killed because somebody asked for it."""

    CANCELED = "canceled"
    """It was canceled before it ran."""

    UNSCHEDULABLE = "unschedulable"
    """No node has what it asks for, or can take it now."""

    IMAGE_NOT_FOUND = "image-not-found"
    """The registry has no such image."""

    IMAGE_CREDENTIALS = "image-credentials"
    """The registry wants credentials, or others than it was given."""

    IMAGE_RATE_LIMIT = "image-rate-limit"
    """The registry was asked too often."""

    IMAGE_NAME = "image-name"
    """The image's name cannot be one."""

    IMAGE = "image"
    """The image cannot be had for another reason."""

    CONFIG_MISSING = "config-missing"
    """A config map or a secret, or a key of it, is not there."""

    VOLUME = "volume"
    """A volume cannot be found, attached or mounted."""

    QUOTA = "quota"
    """The namespace's quota has no room for it."""

    LIMIT_RANGE = "limit-range"
    """It asks for more, or less, than the namespace's limit range lets one pod have."""

    ADMISSION = "admission"
    """The cluster does not admit its pod: a webhook, a policy, or a name that is not there."""

    SERVICE_ACCOUNT = "service-account"
    """Its service account is not there."""

    SANDBOX = "sandbox"
    """Its node cannot make a sandbox for its pod: a network plugin or a runtime fails."""

    COMMAND_NOT_FOUND = "command-not-found"
    """There is no such program in the image."""

    NOT_EXECUTABLE = "not-executable"
    """The program may not be executed."""

    EXEC_FORMAT = "exec-format"
    """The program is none that the node can execute: for another architecture, or a text without ``#!``."""

    START_ERROR = "start-error"
    """Its container could not be started for another reason."""

    INIT_CONTAINER = "init-container"
    """An init container failed before it."""

    STDIN_WAITING = "stdin-waiting"
    """It runs, and its standard input has not all been sent."""

    OUT_OF_MEMORY = "out-of-memory"
    """It used more memory than its limit."""

    EVICTED = "evicted"
    """Its node, or somebody who drained it, put it out."""

    PREEMPTED = "preempted"
    """It had to make room for a pod of higher priority."""

    NODE_LOST = "node-lost"
    """Its node does not answer, is shutting down, or is no more."""

    DEADLINE = "deadline"
    """It ran longer than the Job or the pod is allowed to."""

    DELETED = "deleted"
    """Its pod or its Job was deleted by others."""

    ATTEMPT_FAILED = "attempt-failed"
    """An attempt failed, and the Job is tried again."""

    UNKNOWN = "unknown"
    """None of these: the detail tells what Kubernetes says."""


@attrs.frozen
class Evidence:
    """One thing that the cluster says of a job.

    Args:
        source: Who says it: ``Pod``, ``Job``, ``Event on Pod``, ``Node worker-1``, ``output``.
        reason: In one word; may be empty.
        message: In the cluster's own words.
    """

    __repr__ = brief

    source: str
    reason: str
    message: str = ""


@attrs.frozen
class Diagnosis:
    """Why a job waits, how it goes on, or how it ended.

    Args:
        job_id: The job.
        state: Its state.
        cause: The category.
        summary: One sentence for the job's user.
        detail: The cluster's own words: the status message where there is one. Empty where nothing is wrong.
        resolution: What the user or an administrator can do; empty where nothing need be done.
        since: Since when it is so, an aware time of the cluster's; None where the cluster does not tell.
        evidence: What the cluster says, most telling first.
    """

    job_id: str
    state: JobState
    cause: Cause
    summary: str
    detail: str = ""
    resolution: str = ""
    since: datetime | None = None
    evidence: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        hint = f" ({self.resolution})" if self.resolution else ""
        return visible(f"{self.job_id} is {self.state.value}: {self.summary}{hint}")

    def __repr__(self) -> str:
        return brief_words(self, str(self))

    def text(self) -> str:
        """Everything that it says, a row for each thing, for a terminal."""
        return diagnosis_table(self).text()

    def _repr_html_(self) -> str:
        return diagnosis_table(self).html()


def diagnosis_table(diagnosis: Diagnosis) -> Table:
    """A diagnosis, a row for each thing that it says."""
    facts = (
        ("state", diagnosis.state.value),
        ("cause", diagnosis.cause.value),
        ("since", moment(diagnosis.since)),
        ("summary", diagnosis.summary),
        ("what to do", diagnosis.resolution),
        ("detail", diagnosis.detail),
        *((each.source, ": ".join(filter(None, (each.reason, each.message)))) for each in diagnosis.evidence),
    )
    return facts_table(diagnosis.job_id, facts)
