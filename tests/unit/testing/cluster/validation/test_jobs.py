# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Object
from tests.unit.testing.cluster.objects import (
    changed,
    complaint,
    job,
    metadata,
    pod,
    stored,
)

NOT_NEGATIVE = "must be greater than or equal to 0"
JOBS = [
    (job(completionMode="Random"), 'spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"'),
    (job(completionMode="Indexed", parallelism=1), "spec.completions: Required value: when completion mode is Indexed"),
    (job(backoffLimitPerIndex=1), "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"),
    (job(managedBy="nobody"), 'spec.managedBy: Invalid value: "nobody": must be a domain-prefixed path (such as "acme.io/foo")'),
    (job(podReplacementPolicy="Never"), 'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"'),
    (job(template={"spec": pod(restartPolicy="Always")["spec"]}), 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'),
    (job(template={"spec": {**pod()["spec"], "containers": []}}), "spec.template.spec.containers: Required value"),
    (job(podFailurePolicy={"rules": [{"action": "Ignore"}]}), "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"),
    (job(podFailurePolicy={"rules": [{"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [2, 1]}}]}), "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered"),
    (job(completionMode="Indexed", completions=2) | {"metadata": metadata(name="a.b")}, 'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-1'),
]  # fmt: skip


@pytest.mark.parametrize(("new", "said"), JOBS)
def test_a_wrong_job_is_refused(new: Object, said: str) -> None:
    assert complaint(kinds.JOB, new) == said


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"parallelism": 5, "activeDeadlineSeconds": 3, "suspend": True}, ""),
        ({"completions": 5}, "spec.completions: Invalid value: 5: field is immutable"),
        ({"managedBy": "a.b/c"}, 'spec.managedBy: Invalid value: "a.b/c": field is immutable'),
        ({"backoffLimit": -1}, f"spec.backoffLimit: Invalid value: -1: {NOT_NEGATIVE}"),
    ],
)
def test_what_may_change_of_a_job(spec: Any, said: str) -> None:
    assert changed(kinds.JOB, job(), **spec) == said


def test_the_selector_of_a_job_is_not_taken_away() -> None:
    made = stored(kinds.JOB, job())
    without = {key: value for key, value in made["spec"].items() if key != "selector"}
    said = complaint(kinds.JOB, {**made, "spec": without}, made)
    assert "spec.selector: Required value" in said
    assert "spec.selector: Invalid value: null: field is immutable" in said


def test_the_template_of_a_job_stays() -> None:
    made = stored(kinds.JOB, job())
    template = {**made["spec"]["template"], "spec": {**made["spec"]["template"]["spec"], "hostNetwork": True}}
    assert changed(kinds.JOB, job(), template=template).endswith(": field is immutable")


def test_a_suspended_job_may_get_another_place_and_other_resources() -> None:
    made = stored(kinds.JOB, job(suspend=True))
    spec = made["spec"]["template"]["spec"]
    containers = [{**spec["containers"][0], "resources": {"limits": {"cpu": "1"}}}]
    template = {
        **made["spec"]["template"],
        "spec": {**spec, "nodeSelector": {"a": "b"}, "containers": containers},
    }
    assert changed(kinds.JOB, job(suspend=True), template=template) == ""
