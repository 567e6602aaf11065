# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from tests.unit.testing.cluster.objects import (
    changed,
    pod,
    stored,
    with_status,
)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"activeDeadlineSeconds": 5}, ""),
        ({"activeDeadlineSeconds": 50}, "spec.activeDeadlineSeconds: Invalid value: 50: must be less than or equal to previous value"),
        ({"tolerations": []}, ""),
        ({"containers": []}, "[spec.containers: Required value, spec.containers: Forbidden: pod updates may not add or remove containers]"),
    ],
)  # fmt: skip
def test_what_may_change_of_a_pod(spec: Any, said: str) -> None:
    assert changed(kinds.POD, pod(activeDeadlineSeconds=10), **spec) == said


def test_the_node_of_a_pod_does_not_change_by_itself() -> None:
    said = changed(kinds.POD, pod(), nodeName="there")
    assert said.startswith("spec: Forbidden: pod updates may not change fields other than")


def test_the_image_of_a_container_may_change() -> None:
    made = stored(kinds.POD, pod())
    assert changed(kinds.POD, pod(), containers=[{**made["spec"]["containers"][0], "image": "other:2"}]) == ""


def ended(code: int) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "main", "state": {"terminated": {"exitCode": code}}}]}


RUNNING = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}


@pytest.mark.parametrize(
    ("policy", "code", "allowed"), [("Never", 1, False), ("OnFailure", 1, True), ("OnFailure", 0, False), ("Always", 0, True)]
)  # fmt: skip
def test_a_container_returns_only_where_it_is_restarted(policy: str, code: int, allowed: bool) -> None:
    said = with_status(kinds.POD, pod(restartPolicy=policy), ended(code), RUNNING)
    assert (said == "") is allowed
