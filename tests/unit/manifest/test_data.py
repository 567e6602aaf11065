from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given

from launcher_k8s.job import (
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    ExposedPort,
    Job,
    Mount,
    MountSource,
)
from launcher_k8s.manifest import job_data
from tests.strategies import jobs

# The contract's fields (domain, section 4), by the type each has in every job.
TEXTS = {
    "id", "cluster", "generateName", "name", "user", "group", "workingDirectory", "host", "command", "exe",
    "stdin", "servicePortsJson", "serviceName", "serviceAccountName", "instanceId", "resourceProfile",
}  # fmt: skip
LISTS = {
    "initContainers", "args", "environment", "placementConstraints", "exposedPorts", "mounts", "config",
    "resourceLimits", "volumes", "volumeMounts", "tags",
}  # fmt: skip
OTHERS = {"container", "metadata", "shareProcessNamespace", "memoryRequestRatio", "cpuRequestRatio"}


@given(job=jobs())
def test_every_field_is_there_and_of_its_type_whatever_the_job(job: Job) -> None:
    data = job_data(job)
    assert set(data) == TEXTS | LISTS | OTHERS
    assert {key for key in data if isinstance(data[key], str)} == TEXTS
    assert {key for key in data if isinstance(data[key], list)} == LISTS
    assert [type(data[key]) for key in ("memoryRequestRatio", "cpuRequestRatio")] == [float, float]


@given(job=jobs())
def test_nothing_is_null_but_what_the_job_itself_says(job: Job) -> None:
    assert not _holds_none(job_data(attrs.evolve(job, metadata={})))


def _holds_none(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_holds_none, items))


@pytest.mark.parametrize("number", [None, 0])
def test_an_unset_or_zero_user_is_left_out(number: int | None) -> None:
    job = Job(name="x", container=Container(run_as_user_id=number, run_as_group_id=number))
    assert not {"runAsUserId", "runAsGroupId"} & set(job_data(job)["container"])


def test_ports_carry_integers_and_no_null() -> None:
    data = job_data(
        Job.shell("x", ports=[ExposedPort(80), ExposedPort(53, "UDP", 5353), ExposedPort(81, "TCP", 0)])
    )
    assert data["exposedPorts"] == [
        {"protocol": "TCP", "targetPort": 80},
        {"protocol": "UDP", "targetPort": 53, "publishedPort": 5353},
        {"protocol": "TCP", "targetPort": 81},
    ]


def test_service_ports_are_those_that_are_not_published() -> None:
    data = job_data(Job.shell("x", ports=[ExposedPort(80), ExposedPort(53, "UDP", 5353), ExposedPort(81)]))
    assert json.loads(data["servicePortsJson"]) == [
        {"protocol": "TCP", "targetPort": 80},
        {"protocol": "TCP", "targetPort": 81},
    ]


def test_the_last_account_counts() -> None:
    config = (ConfigItem(SERVICE_ACCOUNT_CONFIG, "first"), ConfigItem(SERVICE_ACCOUNT_CONFIG, "last"))
    assert job_data(Job(name="x", config=config))["serviceAccountName"] == "last"


def test_mounts_stand_in_wire_form() -> None:
    job = Job.shell("x", mounts=[Mount("/d", MountSource("host", {"path": "/data"}), read_only=True)])
    assert job_data(job)["mounts"] == [
        {"mountPath": "/d", "mountSource": {"type": "host", "source": {"path": "/data"}}, "readOnly": True}
    ]


def test_the_data_are_its_own() -> None:
    metadata: dict[str, Any] = {"pod": {"labels": {"a": "b"}}}
    data = job_data(Job.shell("x", metadata=metadata))
    metadata["pod"]["labels"]["a"] = "changed"
    assert data["metadata"] == {"pod": {"labels": {"a": "b"}}}


def test_id_names_the_service() -> None:
    data = job_data(attrs.evolve(Job.shell("R Session"), id="r-session-abcdefgh"))
    assert (data["id"], data["serviceName"]) == ("r-session-abcdefgh", "r-session-abcdefgh")
