"""Facts of a Job that the Launcher never writes, because it counts on what stands there otherwise.

Its state is that of one pod, which runs once; the pod is found by what the API server writes; and this
library's own annotations hold what it recorded (domain, section 4; Kubernetes, API of ``batch/v1``).
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.shape.fact import ABSENT, METADATA, POD_METADATA, SPEC, Fact, constant, only
from launcher_k8s.shape.names import (
    FINAL_ANNOTATION,
    INTENT_ANNOTATION,
    JOB_NAME_LABEL,
    SUBMISSION_ANNOTATION,
)

_JOB_CONTROLLER = "kubernetes.io/job-controller"
_ANNOTATIONS = (*METADATA, "annotations")

FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "namespace",
        (*METADATA, "namespace"),
        constant(ABSENT),
        why="kubernetes-namespace says where jobs go; the API server refuses a Job that names another",
    ),
    Fact(
        "submission",
        (*_ANNOTATIONS, SUBMISSION_ANNOTATION),
        constant(ABSENT),
        is_set_last=True,
        why="the plan writes there whose submission the Job is",
    ),
    Fact(
        "intent",
        (*_ANNOTATIONS, INTENT_ANNOTATION),
        constant(ABSENT),
        why="what was done to the job stands there",
    ),
    Fact("final", (*_ANNOTATIONS, FINAL_ANNOTATION), constant(ABSENT), why="how the job ended stands there"),
    Fact(
        "parallelism",
        (*SPEC, "parallelism"),
        constant(ABSENT),
        allows=only(1),
        why="a job's state and output are those of one pod: others run unseen, and with 0 none starts",
    ),
    Fact(
        "completions",
        (*SPEC, "completions"),
        constant(ABSENT),
        allows=only(1),
        why="Kubernetes would run a job that has succeeded again; its state and output are those of one pod",
    ),
    Fact(
        "pod-failure-policy",
        (*SPEC, "podFailurePolicy"),
        constant(ABSENT),
        why="Kubernetes may run a failed job again by it",
    ),
    Fact(
        "backoff-limit-per-index",
        (*SPEC, "backoffLimitPerIndex"),
        constant(ABSENT),
        allows=only(0),
        why="Kubernetes would run a failed job again",
    ),
    Fact(
        "managed-by",
        (*SPEC, "managedBy"),
        constant(ABSENT),
        allows=only(_JOB_CONTROLLER),
        why="Kubernetes leaves such a job to another controller: it never starts by itself",
    ),
    Fact(
        "manual-selector",
        (*SPEC, "manualSelector"),
        constant(ABSENT),
        allows=lambda found: found is False,
        why="the API server then does not write the label job-name, by which a job's pods are found",
    ),
    Fact(
        "pod-job-name",
        (*POD_METADATA, "labels", JOB_NAME_LABEL),
        constant(ABSENT),
        why="the API server writes the job's id there, and refuses a Job with another value",
    ),
)
