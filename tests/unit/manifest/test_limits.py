from __future__ import annotations

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.manifest import build_job, job_data
from launcher_k8s.manifest.limits import ROOM_FOR_OWN_BYTES, check_annotations
from launcher_k8s.shape.names import ANNOTATIONS_LIMIT_BYTES


def size_problems(job: Job) -> list[str]:
    trail = Trail()
    check_annotations(build_job(job_data(job)), trail=trail)
    return [refusal.message for refusal in trail.refusals]


def _stdin_for(total: int) -> str:
    empty = build_job(job_data(Job.shell("x")))["spec"]["template"]["metadata"]["annotations"]
    return "x" * (total - sum(len(key) + len(text) for key, text in empty.items()))


def test_annotations_may_hold_the_limit_and_not_a_byte_more() -> None:
    stdin = _stdin_for(ANNOTATIONS_LIMIT_BYTES)
    assert size_problems(Job.shell("x", stdin=stdin)) == []
    [problem] = size_problems(Job.shell("x", stdin=stdin + "x"))
    assert problem.startswith(f"the pod's annotations hold 262145 bytes, {len(stdin) + 6} of them in stdin")
    assert problem.endswith("; Kubernetes allows 262144")


def test_bytes_count_not_characters() -> None:
    stdin = _stdin_for(ANNOTATIONS_LIMIT_BYTES)
    assert len(size_problems(Job.shell("x", stdin=stdin[:-1] + "é"))) == 1


def test_the_job_keeps_room_for_the_librarys_own_annotations() -> None:
    note = "x" * (ANNOTATIONS_LIMIT_BYTES - ROOM_FOR_OWN_BYTES)
    problems = size_problems(Job.shell("x", metadata={"job": {"annotations": {"n": note}}}))
    assert problems[0].startswith("the job's annotations hold 253953 bytes")
    assert "8192 are kept for launcher-k8s/*" in problems[0]


def test_every_object_is_told_of() -> None:
    note = {"annotations": {"n": "x" * ANNOTATIONS_LIMIT_BYTES}}
    assert len(size_problems(Job.shell("x", metadata={"job": note, "pod": note}))) == 2
