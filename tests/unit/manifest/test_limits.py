from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Container, Job
from launcher_k8s.manifest import build_job, job_data
from launcher_k8s.manifest.limits import ROOM_FOR_OWN_BYTES, check_annotations, check_texts
from launcher_k8s.shape import ANNOTATIONS_LIMIT_BYTES
from tests.strategies import jobs, json_values


def text_problems(job: Job) -> list[str]:
    trail = Trail()
    check_texts(job_data(job), trail=trail)
    return [refusal.message for refusal in trail.refusals]


def size_problems(job: Job) -> list[str]:
    trail = Trail()
    check_annotations(build_job(job_data(job)), trail=trail)
    return [refusal.message for refusal in trail.refusals]


@given(job=jobs())
def test_any_text_but_nul_is_taken(job: Job) -> None:
    assert text_problems(job) == []


@given(before=json_values, after=json_values, text=st.text(max_size=3), bad=st.sampled_from(["\0", "\ud800"]))
def test_nul_and_half_characters_are_found_wherever_they_hide(
    before: Any, after: Any, text: str, bad: str
) -> None:
    metadata = {"a": [before, {"b": [f"{text}{bad}", after]}]}
    assert len(text_problems(Job.shell("x", metadata=metadata))) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stdin": "a\0b"}, "stdin holds a NUL character"),
        ({"stdin": "\udcff"}, "stdin is no text: '\\udcff' is half a character"),
        ({"metadata": {"a": {"b": ["\0"]}}}, "metadata.a.b[0] holds a NUL character"),
        ({"metadata": {"\0": 1}}, "metadata has a key that holds a NUL character"),
        ({"metadata": {"a": float("nan")}}, "metadata.a is nan, which JSON cannot say"),
        ({"metadata": {"a": float("inf")}}, "metadata.a is inf, which JSON cannot say"),
        ({"init_containers": ({"name": "a", "args": ["\0"]},)}, "initContainers[0].args[0] holds a NUL"),
        ({"container": Container(capabilities_add=("\0",))}, "container.capabilitiesAdd[0] holds a NUL"),
    ],
)
def test_a_refusal_names_the_jobs_field(options: dict[str, Any], message: str) -> None:
    [problem] = text_problems(Job(name="x", exe="x", **options))
    assert problem.startswith(message)


def test_a_backslash_before_digits_is_no_nul() -> None:
    assert text_problems(Job.shell("x", stdin="\\u0000")) == []


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
