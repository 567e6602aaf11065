from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import stored


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (1, 1, 6)),
        ({"parallelism": 3}, (3, None, 6)),
        ({"completions": 3}, (1, 3, 6)),
        ({"completionMode": "Indexed", "completions": 2, "backoffLimitPerIndex": 1}, (1, 2, 2**31 - 1)),
    ],
)
def test_a_job_gets_its_counts(given: dict[str, Any], expected: tuple[Any, ...]) -> None:
    spec = stored(kinds.JOB, objects.job(**given))["spec"]
    assert (spec["parallelism"], spec.get("completions"), spec["backoffLimit"]) == expected


def test_a_job_gets_a_selector_of_its_uid_and_labels_for_its_pods() -> None:
    made = stored(kinds.JOB, objects.job())
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": objects.UID}}
    assert labels["job-name"] == labels["batch.kubernetes.io/job-name"] == "one"
    assert made["metadata"]["labels"] == labels


def test_a_job_with_labels_keeps_them() -> None:
    new = objects.job()
    new["metadata"]["labels"] = {"own": "1"}
    assert stored(kinds.JOB, new)["metadata"]["labels"] == {"own": "1"}


def test_a_manual_selector_is_left_alone() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": objects.pod()["spec"]}
    selector = {"matchLabels": {"a": "b"}}
    made = stored(kinds.JOB, objects.job(manualSelector=True, selector=selector, template=template))
    assert made["spec"]["selector"] == selector
    assert made["spec"]["template"]["metadata"]["labels"] == {"a": "b"}


def test_a_policy_on_failures_replaces_only_failed_pods() -> None:
    policy = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}
    spec = stored(kinds.JOB, objects.job(podFailurePolicy=policy))["spec"]
    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["podFailurePolicy"]["rules"][0]["onPodConditions"][0]["status"] == "True"
