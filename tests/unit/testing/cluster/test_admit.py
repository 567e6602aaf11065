from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import admit
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, JOB, POD
from launcher_k8s.testing.cluster.refusals import Refusal
from tests.unit.testing.cluster import objects


def test_an_object_says_what_it_is() -> None:
    made = admit.prepare(CONFIG_MAP, {"metadata": objects.metadata()})
    assert (made["apiVersion"], made["kind"]) == ("v1", "ConfigMap")


def test_all_causes_come_in_one_refusal() -> None:
    with pytest.raises(Refusal) as caught:
        admit.prepare(JOB, objects.job(parallelism=-1, backoffLimit=-2))
    assert caught.value.message == (
        'Job.batch "one" is invalid: ['
        "spec.parallelism: Invalid value: -1: must be greater than or equal to 0, "
        "spec.backoffLimit: Invalid value: -2: must be greater than or equal to 0]"
    )
    assert [each["field"] for each in caught.value.status["details"]["causes"]] == [
        "spec.parallelism",
        "spec.backoffLimit",
    ]


def test_a_stored_object_goes_through_unchanged() -> None:
    made = admit.prepare(JOB, objects.job())
    assert admit.prepare(JOB, made, made) == made


def test_a_pod_from_a_jobs_template_shares_what_needs_no_change() -> None:
    template = admit.prepare(JOB, objects.job())["spec"]["template"]["spec"]
    made = admit.prepare(POD, {"metadata": objects.metadata(), "spec": template})
    assert made["spec"]["containers"] is template["containers"]


def test_nothing_is_written_into() -> None:
    assert objects.complaint(POD, objects.container(ports=[{"containerPort": 1}], env=[{"name": "A"}])) == ""
