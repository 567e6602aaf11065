from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given

from launcher_k8s.job import (
    ConfigItem,
    Container,
    ExposedPort,
    Job,
    Mount,
    MountSource,
    PlacementConstraint,
    ResourceLimit,
)
from launcher_k8s.manifest import build_job, build_service, check, job_data, lost_identification
from tests.strategies import jobs


def pod_of(job: Job, **options: Any) -> Any:
    return build_job(job_data(job, **options))["spec"]["template"]


def container_of(job: Job, **options: Any) -> Any:
    return pod_of(job, **options)["spec"]["containers"][0]


def test_a_whole_job_as_the_default_template_renders_it() -> None:
    job = Job(
        id="r-session-abcdefgh",
        name="R Session",
        user="jsmith",
        cluster="Kubernetes",
        command="rsession",
        args=("--dir", "my dir"),
        working_directory="/home/jsmith",
        container=Container("r:4", 1000, 1001, supplemental_group_ids=(5, 6)),
        host="node-1",
        stdin="yes: no\n",
        init_containers=({"name": "own", "image": "i"},),
        exposed_ports=(ExposedPort(8787), ExposedPort(22, published_port=2222)),
        config=(ConfigItem("secret", "db:password:PGPASSWORD"), ConfigItem("serviceAccountName", "123")),
        placement_constraints=(PlacementConstraint("arch", "amd64"),),
        resource_limits=(
            ResourceLimit("cpuCount", "2"),
            ResourceLimit("CPU Request", "0.5"),
            ResourceLimit("memory", "4096"),
            ResourceLimit("Memory Request", "2048"),
            ResourceLimit("NVIDIA GPUs", "1"),
        ),
        tags=("a", "b"),
        metadata={
            "job": {"annotations": {"team": "x: y"}, "labels": {"cost": "1"}},
            "pod": {
                "annotations": {"note": "n"},
                "labels": {"tier": "web"},
                "initContainers": [{"name": "meta", "image": "i"}],
            },
            "free": "<b>",
        },
        instance_id="inst-1",
    )
    job = attrs.evolve(job, environment=Job.shell("x", env={"HOME": "/home/jsmith"}).environment)
    data = job_data(
        job,
        volumes=[{"name": "mount0", "hostPath": {"path": "/data"}}],
        volume_mounts=[{"name": "mount0", "mountPath": "/d", "readOnly": False}],
    )
    assert build_job(data) == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "generateName": "r-session-",
            "annotations": {"team": "x: y"},
            "labels": {
                "cost": "1",
                "app.kubernetes.io/managed-by": "launcher",
                "launcher-instance-id": "inst-1",
            },
        },
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {
                    "generateName": "r-session-",
                    "annotations": {
                        "note": "n",
                        "USER_TAG_0": "a",
                        "USER_TAG_1": "b",
                        "stdin": "yes: no\n",
                        "user": "jsmith",
                        "name": "R Session",
                        "service_ports": '[{"protocol":"TCP","targetPort":8787}]',
                        "user_metadata": (
                            '{"free":"\\u003cb\\u003e",'
                            '"job":{"annotations":{"team":"x: y"},"labels":{"cost":"1"}},'
                            '"pod":{"annotations":{"note":"n"},"initContainers":[{"image":"i","name":"meta"}],'
                            '"labels":{"tier":"web"}}}'
                        ),
                    },
                    "labels": {
                        "tier": "web",
                        "app.kubernetes.io/managed-by": "launcher",
                        "launcher-instance-id": "inst-1",
                    },
                },
                "spec": {
                    "nodeName": "node-1",
                    "restartPolicy": "Never",
                    "serviceAccountName": "123",
                    "shareProcessNamespace": True,
                    "volumes": [{"name": "mount0", "hostPath": {"path": "/data"}}],
                    "nodeSelector": {"arch": "amd64"},
                    "securityContext": {"runAsUser": 1000, "runAsGroup": 1001, "supplementalGroups": [5, 6]},
                    "initContainers": [{"name": "own", "image": "i"}, {"name": "meta", "image": "i"}],
                    "containers": [
                        {
                            "name": "rs-launcher-container",
                            "image": "r:4",
                            "command": ["/bin/sh"],
                            "args": ["-c", "rsession --dir my dir"],
                            "stdin": True,
                            "stdinOnce": True,
                            "workingDir": "/home/jsmith",
                            "env": [
                                {"name": "HOME", "value": "/home/jsmith"},
                                {
                                    "name": "PGPASSWORD",
                                    "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}},
                                },
                            ],
                            "ports": [{"containerPort": 22, "hostPort": 2222}],
                            "resources": {
                                "limits": {"cpu": "2", "memory": "4096M", "nvidia.com/gpu": 1},
                                "requests": {"cpu": "0.5", "memory": "2048M"},
                            },
                            "volumeMounts": [{"name": "mount0", "mountPath": "/d", "readOnly": False}],
                        }
                    ],
                },
            },
        },
    }
    assert build_service(data) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "r-session-abcdefgh", "labels": {"job-name": "r-session-abcdefgh"}},
        "spec": {
            "ports": [{"name": "port0", "protocol": "TCP", "port": 8787, "targetPort": 8787}],
            "selector": {"job-name": "r-session-abcdefgh"},
            "clusterIP": "",
            "type": "NodePort",
        },
    }


def test_a_bare_program_gets_nothing_it_did_not_ask_for() -> None:
    assert container_of(Job(name="x", exe="/bin/ls", container=Container("i"))) == {
        "name": "rs-launcher-container",
        "image": "i",
        "command": ["/bin/ls"],
        "stdin": False,
        "stdinOnce": True,
    }
    assert set(pod_of(Job(name="x", exe="/bin/ls"))["spec"]) == {
        "restartPolicy",
        "shareProcessNamespace",
        "containers",
    }


@given(job=jobs())
def test_what_is_built_keeps_the_contract(job: Job) -> None:
    data = job_data(attrs.evolve(job, id="x-abcdefgh", user="me"))
    built, service = build_job(data), build_service(data)
    assert check(built, data) == ()
    assert lost_identification(built) == ()
    assert service is None or check(service, data) == ()


@given(job=jobs())
def test_hostile_texts_stay_values(job: Job) -> None:
    """A job's texts change values, never the shape: the same job with plain texts has the same keys."""
    env = tuple(attrs.evolve(item, value="plain") for item in job.environment)
    plain = attrs.evolve(job, tags=("plain",) * len(job.tags), environment=env, working_directory="")
    hostile = attrs.evolve(job, working_directory="")
    assert _keys(build_job(job_data(hostile))) == _keys(build_job(job_data(plain)))


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys(item) for key, item in value.items()}
    return [_keys(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(
    ("key", "part"), [("user", "pod"), ("name", "pod"), ("service_ports", "pod"), ("USER_TAG_0", "pod")]
)
def test_a_jobs_own_annotation_never_takes_the_place_of_the_launchers(key: str, part: str) -> None:
    job = Job.shell("x", user="me", tags=["t"], metadata={part: {"annotations": {key: "somebody else"}}})
    assert pod_of(job)["metadata"]["annotations"][key] != "somebody else"


def test_a_published_port_keeps_its_protocol() -> None:
    job = Job.shell("x", ports=[ExposedPort(53, "UDP", 5353)])
    assert container_of(job)["ports"] == [{"containerPort": 53, "hostPort": 5353, "protocol": "UDP"}]


def test_capabilities_stand_on_the_container() -> None:
    job = Job(
        name="x", exe="x", container=Container(capabilities_add=("NET_ADMIN",), capabilities_drop=("ALL",))
    )
    assert container_of(job)["securityContext"] == {"capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}}


def test_zero_gpus_are_left_out() -> None:
    job = Job(name="x", exe="x", resource_limits=(ResourceLimit("NVIDIA GPUs", "0"),))
    assert "resources" not in container_of(job)


def test_limits_that_nobody_knows_are_left_out() -> None:
    job = Job(name="x", exe="x", resource_limits=(ResourceLimit("walltime", "3600"),))
    assert "resources" not in container_of(job)


def test_the_standard_input_has_no_copy_where_that_is_not_wanted() -> None:
    built = build_job(job_data(Job.shell("cat", stdin="secret")), stdin_annotation=False)
    assert "stdin" not in built["spec"]["template"]["metadata"]["annotations"]
    assert built["spec"]["template"]["spec"]["containers"][0]["stdin"] is True


def test_mounts_without_volumes_are_not_mounted() -> None:
    assert "volumeMounts" not in container_of(
        Job.shell("x"), volume_mounts=[{"name": "a", "mountPath": "/a"}]
    )


def test_no_service_where_every_port_is_published() -> None:
    job = Job.shell("x", ports=[ExposedPort(80, published_port=8080)])
    assert build_service(job_data(job)) is None


def test_a_service_carries_what_its_metadata_asks_for() -> None:
    notes = {"annotations": {"a": "1"}, "labels": {"l": "2", "job-name": "another"}}
    job = attrs.evolve(Job.shell("x", ports=[80], metadata={"service": notes}), id="x-1")
    service = build_service(job_data(job))
    assert service is not None
    assert service["metadata"] == {
        "name": "x-1",
        "annotations": {"a": "1"},
        "labels": {"l": "2", "job-name": "x-1"},
    }


def test_metadata_that_does_not_follow_the_conventions_is_only_kept() -> None:
    metadata: dict[str, Any] = {"job": "free text", "pod": {"annotations": [1], "initContainers": "no"}}
    built = build_job(job_data(Job.shell("x", metadata=metadata)))
    assert "annotations" not in built["metadata"]
    assert "initContainers" not in built["spec"]["template"]["spec"]
    assert "free text" in built["spec"]["template"]["metadata"]["annotations"]["user_metadata"]


def test_mounts_of_a_job_are_its_volumes_business() -> None:
    job = Job.shell("x", mounts=[Mount("/d", MountSource("host", {"path": "/data"}))])
    assert "volumes" not in pod_of(job)["spec"]
