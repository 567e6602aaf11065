from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.manifest.metadata import check_metadata
from tests.strategies import jobs


def refusals_of(metadata: dict[str, Any]) -> list[str]:
    trail = Trail()
    check_metadata(metadata, trail=trail)
    return [refusal.message for refusal in trail.refusals]


@given(job=jobs())
def test_metadata_that_follows_the_conventions_is_taken(job: Job) -> None:
    assert refusals_of(dict(job.metadata)) == []


def test_free_metadata_is_free() -> None:
    assert refusals_of({"jobs": 1, "labels": [1], "pod": {"anything": 5}, "job": None}) == []


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"job": "x"}, "metadata.job is a string, it must be an object"),
        ({"pod": {"labels": ["a"]}}, "metadata.pod.labels is a list, it must be an object"),
        (
            {"job": {"annotations": {"cost": 4711}}},
            "metadata.job.annotations.cost is an integer, it must be a string",
        ),
        ({"service": {"labels": {"a": None}}}, "metadata.service.labels.a is null, it must be a string"),
        ({"pod": {"initContainers": {}}}, "metadata.pod.initContainers is an object, it must be a list"),
        (
            {"pod": {"initContainers": ["a"]}},
            "metadata.pod.initContainers[0] is a string, it must be an object",
        ),
    ],
)
def test_a_part_of_the_wrong_type_is_refused(metadata: dict[str, Any], message: str) -> None:
    assert refusals_of(metadata) == [message]


@pytest.mark.parametrize(
    ("part", "key", "name"),
    [
        ("pod", "annotations", "user"),
        ("pod", "annotations", "name"),
        ("pod", "annotations", "stdin"),
        ("pod", "annotations", "service_ports"),
        ("pod", "annotations", "user_metadata"),
        ("pod", "annotations", "USER_TAG_0"),
        ("job", "annotations", "launcher-k8s/submission"),
        ("job", "annotations", "launcher-k8s/intent"),
        ("job", "annotations", "launcher-k8s/final"),
        ("job", "labels", "app.kubernetes.io/managed-by"),
        ("job", "labels", "launcher-instance-id"),
        ("pod", "labels", "launcher-instance-id"),
        ("pod", "labels", "job-name"),
        ("service", "labels", "job-name"),
    ],
)
def test_a_key_of_the_launcher_is_refused(part: str, key: str, name: str) -> None:
    [message] = refusals_of({part: {key: {name: "x"}}})
    assert message == f"metadata.{part}.{key}.{name} is refused: the Launcher writes {name} itself"


def test_every_problem_is_told_at_once() -> None:
    assert len(refusals_of({"job": 1, "pod": {"labels": {"a": 1, "job-name": "x"}}, "service": []})) == 4


@pytest.mark.parametrize(
    ("value", "hint"), [(4711, 'write "4711"'), (True, 'write "true"'), ([], "make it a string")]
)
def test_a_scalar_gets_the_string_to_write_as_a_hint(value: Any, hint: str) -> None:
    trail = Trail()
    check_metadata({"job": {"labels": {"cost": value}}}, trail=trail)
    assert trail.refusals[0].hint == hint
