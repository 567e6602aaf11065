"""What the scheduler says, read and put into words; messages of Kubernetes 1.36 unless another is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.cause import Cause
from launcher_k8s.diagnosis.scheduling import Obstacle, Refused, explain_refusal, parse_refusal
from launcher_k8s.rows.asked import AskedRow

UNHELPFUL = "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
ASKED = AskedRow(
    requests={"memory": "500Gi", "cpu": "2", "nvidia.com/gpu": "2"}, node_selector={"kind": "gpu-big"}
)
NOTHING = AskedRow()

SUMMARIES = {
    f"0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, {UNHELPFUL}": (
        "The only node cannot take the job: too little free memory (the job asks for 500Gi)."
    ),
    f"0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, {UNHELPFUL}": (
        "The only node cannot take the job: too little free NVIDIA GPUs (the job asks for 2)."
    ),
    # 1.34
    f"0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. {UNHELPFUL}": (
        "The only node cannot take the job: the label that the job asks for (kind=gpu-big) is missing."
    ),
    "0/3 nodes are available: 1 Insufficient memory, 2 node(s) didn't match Pod's node affinity/selector. "
    "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is "
    "not helpful for scheduling.": (
        "None of the 3 nodes can take the job: too little free memory (the job asks for 500Gi) on 1, "
        "the label that the job asks for (kind=gpu-big) is missing on 2."
    ),
    "0/2 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, "
    "1 node(s) were unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for "
    "scheduling.": (
        "None of the 2 nodes can take the job: a taint that the job does not tolerate "
        "(node.kubernetes.io/unreachable) on 1, closed to new pods on 1."
    ),
    # 1.36
    "0/2 nodes are available: 2 node(s) had untolerated taint(s).": (
        "None of the 2 nodes can take the job: a taint that the job does not tolerate."
    ),
    'persistentvolumeclaim "no-claim" not found': (
        "No node can take the job: there is no persistent volume claim no-claim."
    ),
    "no nodes available to schedule pods": "The cluster has no node.",
    "0/2 nodes are available: 2 something new": "None of the 2 nodes can take the job: something new.",
}


@pytest.mark.parametrize(("message", "summary"), SUMMARIES.items(), ids=range(len(SUMMARIES)))
def test_a_message_becomes_a_sentence(message: str, summary: str) -> None:
    assert explain_refusal(message, ASKED)[1] == summary


def test_without_what_the_job_asks_for_the_resource_is_named_alone() -> None:
    _, summary, resolution = explain_refusal("0/2 nodes are available: 2 Insufficient cpu.", NOTHING)
    assert summary == "None of the 2 nodes can take the job: too little free CPU."
    assert resolution.startswith("ask for less cpu")


def test_a_volume_that_stands_in_the_way_is_a_volume() -> None:
    message = '0/1 nodes are available: persistentvolumeclaim "c" not found. not found'
    assert explain_refusal(message, NOTHING)[0] is Cause.VOLUME
    unbound = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    assert explain_refusal(unbound, NOTHING)[0] is Cause.VOLUME


def test_a_volume_among_other_obstacles_is_no_volume() -> None:
    message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had volume node affinity conflict."
    assert explain_refusal(message, NOTHING)[0] is Cause.UNSCHEDULABLE


def test_obstacles_are_counted() -> None:
    message = "0/5 nodes are available: 2 Too many pods, 3 Insufficient cpu. preemption: none."
    assert parse_refusal(message) == Refused(
        5, (Obstacle("Too many pods", 2), Obstacle("Insufficient cpu", 3))
    )


@given(st.text() | st.from_regex(r"\d+/\d+ nodes are available: (\d+ [^.]*, )*.*", fullmatch=True))
def test_no_message_is_too_odd(message: str) -> None:
    parse_refusal(message)
    _, summary, resolution = explain_refusal(message, ASKED)
    assert summary
    assert resolution
