from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from launcher_k8s.errors import InvalidJobError
from launcher_k8s.job import Job, Mount, MountSource
from launcher_k8s.output import GapReason, OutputGap
from launcher_k8s.plan import JobPlan
from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.wire import from_wire, to_wire

EVERY_FIELD: dict[str, Any] = {
    "id": "hello-abcdefgh",
    "cluster": "Kubernetes",
    "name": "hello",
    "user": "jsmith",
    "group": "staff",
    "queues": ["q"],
    "workingDirectory": "/home",
    "container": {
        "image": "r:4",
        "runAsUserId": 1000,
        "runAsGroupId": 100,
        "runAsUser": "jsmith",
        "runAsGroup": "staff",
        "supplementalGroupIds": [5, 6],
        "capabilitiesAdd": ["SYS_ADMIN"],
        "capabilitiesDrop": ["NET_RAW"],
    },
    "initContainers": [{"name": "first", "image": "busybox"}],
    "host": "node-1",
    "status": "Finished",
    "statusMessage": "done",
    "statusCode": "0",
    "pid": 17,
    "exitCode": 3,
    "exe": "/usr/bin/R",
    "stdoutFile": "/out",
    "stderrFile": "/err",
    "stdin": "1 + 1",
    "args": ["--slave"],
    "environment": [{"name": "A", "value": "1"}],
    "placementConstraints": [{"name": "region", "value": "us"}],
    "lastUpdateTime": "2026-01-02T03:04:05Z",
    "submissionTime": "2026-01-02T03:04:05.250000Z",
    "exposedPorts": [{"targetPort": 80, "protocol": "UDP", "publishedPort": 8080}],
    "mounts": [
        {
            "mountPath": "/data",
            "mountSource": {"type": "nfs", "source": {"host": "h", "path": "/p"}},
            "readOnly": True,
        }
    ],
    "config": [{"name": "secret", "valueType": "string", "value": "s:k:E"}],
    "resourceLimits": [{"type": "cpuCount", "value": "2", "defaultValue": "1", "maxValue": "4"}],
    "tags": ["t"],
    "metadata": {"job": {"labels": {"a": "b"}}},
    "resourceProfile": "small",
    "instanceId": "i",
}


def test_every_field_of_the_job_object_is_read_and_written() -> None:
    assert to_wire(from_wire(Job, EVERY_FIELD)) == EVERY_FIELD


def test_the_wire_form_is_json() -> None:
    assert json.loads(json.dumps(to_wire(from_wire(Job, EVERY_FIELD)))) == EVERY_FIELD


def test_the_older_form_of_a_mount_reads_as_the_present_one() -> None:
    older = {"mountPath": "/data", "type": "host", "source": {"path": "/p"}, "readOnly": True}
    expected = Mount("/data", MountSource("host", {"path": "/p"}), read_only=True)
    assert from_wire(Mount, older) == expected


@pytest.mark.parametrize(
    "path", [(), ("container",), ("environment", 0), ("mounts", 0), ("mounts", 0, "mountSource")]
)
def test_unknown_fields_are_kept_at_every_depth(path: tuple[str | int, ...]) -> None:
    data = json.loads(json.dumps(EVERY_FIELD))
    place = data
    for step in path:
        place = place[step]
    place["later"] = {"x": [1, None]}
    assert to_wire(from_wire(Job, data)) == data


def test_null_reads_as_absent() -> None:
    assert from_wire(Job, {"name": "a", "exitCode": None, "tags": None}) == Job(name="a")


def test_all_misfits_are_told_at_once_each_with_its_path() -> None:
    data = {
        "name": 1,
        "tags": "x",
        "environment": [{"name": "A"}, {"value": "1"}],
        "mounts": [{"mountPath": "/", "readOnly": "yes", "mountSource": {"type": 3}}],
        "submissionTime": "yesterday",
    }
    with pytest.raises(InvalidJobError) as caught:
        from_wire(Job, data)
    assert {refusal.what for refusal in caught.value.refusals} == {
        "name",
        "tags",
        "environment[1].name",
        "mounts[0].readOnly",
        "mounts[0].mountSource.type",
        "submissionTime",
    }


def test_a_misfit_says_what_was_expected() -> None:
    with pytest.raises(InvalidJobError, match="name: expected a string, not an integer"):
        from_wire(Job, {"name": 1})


@pytest.mark.parametrize("data", [None, [], "job", 3])
def test_something_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(InvalidJobError, match="expected an object"):
        from_wire(Job, data)


def test_a_true_false_is_no_number() -> None:
    with pytest.raises(InvalidJobError, match="expected a whole number, not a boolean"):
        from_wire(Job, {"exitCode": True})


def test_times_without_a_zone_are_utc() -> None:
    status = from_wire(JobStatus, {"id": "a", "state": "Running", "startTime": "2026-01-02T03:04:05"})
    assert status.start_time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_filter_goes_over_the_wire_and_back() -> None:
    chosen = JobFilter(tags=["a"], states=[JobState.RUNNING], start_time=datetime(2026, 1, 1, tzinfo=UTC))
    assert from_wire(JobFilter, to_wire(chosen)) == chosen


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize("moment", [None, datetime(2026, 3, 1, tzinfo=UTC)])
def test_what_is_none_is_none_again(moment: datetime | None) -> None:
    gap = OutputGap(moment, None, GapReason.ROTATED)
    assert from_wire(OutputGap, to_wire(gap)) == gap


def test_a_hundred_levels_are_taken() -> None:
    assert to_wire(from_wire(Job, {"metadata": nested(99)})) == {"metadata": nested(99)}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"metadata": nested(100)}, "metadata: nested more than 100 levels deep"),
        ({"later": [nested(900)]}, "later: nested more than 100 levels deep"),
        ({"pid": 10**5000}, "pid: the number is outside the range of 64 bits"),
        ({"metadata": {"a": [1, 2**63]}}, "metadata.a[1]: the number is outside the range of 64 bits"),
        ({"metadata": {"x/y": -(2**63) - 1}}, "metadata['x/y']: the number is outside the range of 64 bits"),
        (
            {"submissionTime": "0001-01-01T00:00:00+23:59"},
            "submissionTime: the time '0001-01-01T00:00:00+23:59' is out of range in UTC",
        ),
        (
            {"submissionTime": "yesterday"},
            "submissionTime: expected a time such as 2026-01-02T03:04:05Z, not 'yesterday'",
        ),
        ({"metadata": "x"}, "metadata: expected an object, not a string"),
        ({"initContainers": [["x"]]}, "initContainers[0]: expected an object, not a list"),
        (
            {"mounts": [{"mountPath": "/", "mountSource": {"type": "host", "source": 3}}]},
            "mounts[0].mountSource.source: expected an object, not an integer",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_plain_words(data: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidJobError) as caught:
        from_wire(Job, data)
    assert [refusal.message for refusal in caught.value.refusals] == [message]


def test_the_ends_of_64_bits_are_taken() -> None:
    ends = {"ends": [-(2**63), 2**63 - 1]}
    assert from_wire(Job, {"metadata": ends}).metadata == ends


def test_excesses_and_misfits_are_told_at_once() -> None:
    with pytest.raises(InvalidJobError) as caught:
        from_wire(Job, {"name": 1, "pid": 2**63})
    assert {refusal.what for refusal in caught.value.refusals} == {"name", "pid"}


def test_of_a_value_that_cannot_be_read_that_is_said() -> None:
    with pytest.raises(InvalidJobError, match="JobPlan"):
        from_wire(JobPlan, {"jobId": "x"})
