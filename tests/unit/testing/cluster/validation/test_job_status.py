# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from tests.unit.testing.cluster.objects import (
    START,
    job,
    with_status,
)

NOT_NEGATIVE = "must be greater than or equal to 0"


def held(*types: str) -> list[dict[str, str]]:
    return [{"type": each, "status": "True"} for each in types]


DONE = {"startTime": START, "completionTime": START, "conditions": held("SuccessCriteriaMet", "Complete")}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"active": 1, "ready": 1, "startTime": START}, ""),
        ({}, DONE, ""),
        ({}, {"startTime": START, "conditions": held("FailureTarget", "Failed")}, ""),
        ({}, {"active": -1}, f"status.active: Invalid value: -1: {NOT_NEGATIVE}"),
        ({"failed": 2}, {"failed": 1}, "status.failed: Invalid value: 1: cannot decrease the failed counter"),
        ({}, {"active": 1, "ready": 2}, "status.ready: Invalid value: 2: cannot set more ready pods than active"),
        ({}, {**DONE, "active": 1}, "status.active: Invalid value: 1: active>0 is invalid for finished job"),
        ({}, {"startTime": START, "conditions": held("Failed")}, "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"),
        (DONE, {"conditions": held("SuccessCriteriaMet"), "completionTime": None}, "status.conditions: Invalid value: cannot disable the terminal Complete=True condition"),
        ({"startTime": START}, {"startTime": "2026-02-02T03:04:05Z"}, 'status.startTime: Invalid value: "2026-02-02T03:04:05Z": field is immutable for unsuspended job once set'),
    ],
)  # fmt: skip
def test_the_status_of_a_job_goes_forward(before: Any, after: Any, said: str) -> None:
    assert with_status(kinds.JOB, job(), before, after) == said
