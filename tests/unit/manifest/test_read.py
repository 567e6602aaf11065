from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.decisions import Trail
from launcher_k8s.job import (
    SECRET_CONFIG,
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Job,
    Mount,
    MountSource,
    PlacementConstraint,
    ResourceLimit,
)
from launcher_k8s.manifest import RECOVERED_FIELDS, build_job, job_data, read_job
from launcher_k8s.rules.mounts import plan_mounts
from launcher_k8s.shape.fact import Path
from launcher_k8s.shape.table import JOB_FACTS
from tests.strategies import jobs


def as_read(job: Job) -> Job:
    """The normal form that RECOVERED_FIELDS documents, by what a job means rather than by how it is read."""
    account = [
        ConfigItem(SERVICE_ACCOUNT_CONFIG, i.value, "enum") for i in job.config if i.name != SECRET_CONFIG
    ]
    secrets = [ConfigItem(SECRET_CONFIG, i.value, "string") for i in job.config if i.name == SECRET_CONFIG]
    served = [port for port in job.exposed_ports if port.published_port is None]
    published = [port for port in job.exposed_ports if port.published_port is not None]
    shell: dict[str, Any] = {
        "command": f"{job.command} {' '.join(job.args)}" if job.args else job.command,
        "args": (),
    }
    return attrs.evolve(
        job,
        **(shell if job.command else {}),
        placement_constraints=tuple(sorted(job.placement_constraints, key=lambda item: item.name)),
        config=(*account, *secrets),
        exposed_ports=(*served, *published),
    )


def recover(job: Job, **options: Any) -> Job:
    """Build, send through JSON as the cluster would, and read."""
    mounts = plan_mounts(job, user=job.user, trail=Trail())
    data = job_data(job, volumes=mounts.volumes, volume_mounts=mounts.volume_mounts)
    built = build_job(data, **options)
    return read_job(json.loads(msgspec.json.encode(built)))


@given(job=jobs())
def test_a_built_job_reads_back_as_it_was(job: Job) -> None:
    owned = attrs.evolve(job, user="jsmith", instance_id="inst-1")
    assert recover(owned) == as_read(owned)


def test_every_recovered_field_is_a_field_of_the_job() -> None:
    fields = {field.name for field in attrs.fields(Job)}
    container = {f"container.{field.name}" for field in attrs.fields(Container)}
    assert set(RECOVERED_FIELDS) <= fields | container


def test_all_that_defines_a_run_is_recovered() -> None:
    fields = {field.partition(".")[0] for field in RECOVERED_FIELDS}
    unknown = {field.name for field in attrs.fields(Job)} - fields
    state = {"status", "status_message", "status_code", "pid", "exit_code", "last_update_time"}
    assert unknown - state == {
        "cluster",
        "extra",
        "group",
        "queues",
        "resource_profile",
        "stderr_file",
        "stdout_file",
    }


def test_without_its_annotation_the_standard_input_is_not_recovered() -> None:
    assert recover(Job.shell("cat", stdin="secret"), stdin_annotation=False).stdin == ""


def test_id_cluster_and_submission_time_come_from_the_object() -> None:
    built = build_job(job_data(Job.shell("true")))
    built["metadata"] |= {"name": "true-abcdefgh", "creationTimestamp": "2026-01-02T03:04:05Z"}
    job = read_job(built, cluster="Kubernetes")
    assert (job.id, job.cluster, job.submission_time) == (
        "true-abcdefgh",
        "Kubernetes",
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def test_quantities_are_read_however_kubernetes_writes_them() -> None:
    built = build_job(job_data(Job.shell("true", cpus=1, mem_mb=1)))
    container = built["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {
        "limits": {"cpu": "1500m", "memory": "1Gi", "nvidia.com/gpu": "2"},
        "requests": {"cpu": "250m", "memory": "2G"},
    }
    assert read_job(built).resource_limits == (
        ResourceLimit("cpuCount", "1.5"),
        ResourceLimit("CPU Request", "0.25"),
        ResourceLimit("memory", "1073.741824"),
        ResourceLimit("Memory Request", "2000"),
        ResourceLimit("NVIDIA GPUs", "2"),
    )


def test_values_the_api_server_leaves_out_are_empty() -> None:
    built = build_job(job_data(Job.shell("true", env={"EMPTY": ""})))
    container = built["spec"]["template"]["spec"]["containers"][0]
    del container["stdin"], container["env"][0]["value"]
    assert read_job(built).environment == (EnvVar("EMPTY", ""),)


def test_tags_come_in_the_order_of_their_numbers() -> None:
    built = build_job(job_data(Job.shell("true", tags=[str(i) for i in range(12)])))
    annotations = built["spec"]["template"]["metadata"]["annotations"]
    built["spec"]["template"]["metadata"]["annotations"] = dict(sorted(annotations.items())) | {
        "USER_TAG_x": "no"
    }
    assert read_job(built).tags == tuple(str(i) for i in range(12))


def test_mounts_are_joined_from_volumes_and_mounts() -> None:
    data = job_data(
        Job.shell("true"),
        volumes=[
            {"name": "mount0", "nfs": {"server": "nfs01", "path": "/home"}},
            {"name": "mount1", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "mount2", "emptyDir": {}},
            {"name": "mount3", "cephfs": {"monitors": ["m1"], "secretRef": {"name": "ceph"}}},
        ],
        volume_mounts=[
            {"name": "mount0", "mountPath": "/home", "readOnly": True},
            {"name": "mount1", "mountPath": "/data", "subPath": "jsmith"},
            {"name": "mount2", "mountPath": "/tmp"},
            {"name": "mount3", "mountPath": "/ceph"},
            {"name": "gone", "mountPath": "/gone"},
        ],
    )
    assert read_job(build_job(data)).mounts == (
        Mount("/home", MountSource("nfs", {"host": "nfs01", "path": "/home"}), read_only=True),
        Mount(
            "/data",
            MountSource("KubernetesPersistentVolumeClaim", {"ClaimName": "data", "SubPath": "jsmith"}),
        ),
        Mount("/tmp", MountSource("passthrough", {"emptyDir": {}})),
        Mount("/ceph", MountSource("cephFs", {"monitors": ["m1"], "secretRef": "ceph"})),
    )


def test_an_object_of_the_oldest_templates_is_read_as_far_as_it_tells() -> None:
    version_2 = {
        "metadata": {"name": "x-1", "generateName": "x-"},
        "spec": {
            "template": {
                "metadata": {"annotations": {"user": "me", "name": "x", "stdin": "", "service_ports": "[]"}},
                "spec": {
                    "nodeSelector": {"zone": "b", "arch": "amd64"},
                    "containers": [{"name": "rs-launcher-container", "image": "i", "command": ["/bin/ls"]}],
                },
            }
        },
    }
    assert read_job(version_2) == Job(
        id="x-1",
        name="x",
        user="me",
        exe="/bin/ls",
        container=Container(image="i"),
        placement_constraints=(PlacementConstraint("arch", "amd64"), PlacementConstraint("zone", "b")),
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metadata", "annotations", "service_ports"), "nonsense"),
        (("metadata", "annotations", "service_ports"), '{"targetPort": 1}'),
        (("metadata", "annotations", "service_ports"), '[1, {"targetPort": "http"}]'),
        (("metadata", "annotations", "user_metadata"), "[1]"),
        (("metadata", "annotations", "user_metadata"), "{"),
        (("spec", "nodeSelector"), ["a"]),
        (("spec", "containers", 0, "env"), "A=1"),
        (("spec", "containers", 0, "resources"), {"limits": {"cpu": "lots"}}),
        (("spec", "containers", 0, "ports"), [{"name": "metrics", "containerPort": 9090}]),
        (("spec", "containers", 0, "command"), []),
    ],
)
def test_what_others_spoilt_stays_empty(path: tuple[str | int, ...], value: Any) -> None:
    built = build_job(
        job_data(Job(name="x", user="me", container=Container(image="i"), working_directory="/w"))
    )
    node: Any = built["spec"]["template"]
    for token in path[:-1]:
        node = node[token]
    node[path[-1]] = value
    recovered = read_job(built)
    assert (recovered.name, recovered.user, recovered.working_directory) == ("x", "me", "/w")
    spoilt = (*recovered.exposed_ports, *recovered.environment, *recovered.resource_limits)
    assert spoilt == ()


_spoilt: st.SearchStrategy[Any] = (
    st.none() | st.text(max_size=3) | st.integers() | st.just([]) | st.just({}) | st.just([{}]) | st.just([3])
)


@given(path=st.sampled_from([fact.path for fact in JOB_FACTS]), cut=st.integers(0, 4), value=_spoilt)
def test_no_foreign_change_makes_reading_fail(path: Path, cut: int, value: Any) -> None:
    built = build_job(job_data(Job.shell("true", env={"A": "1"}, ports=[80], mounts=[], metadata={"a": 1})))
    spoilt_at = path[: max(1, len(path) - cut)]
    node: Any = built
    for token in spoilt_at[:-1]:
        node = node[token] if isinstance(token, int) else node.setdefault(token, {})
    node[spoilt_at[-1]] = value
    assert isinstance(read_job(built), Job)


def test_an_init_container_asked_for_by_metadata_is_not_the_jobs_own() -> None:
    own, conventional = {"name": "own", "image": "a"}, {"name": "meta", "image": "b"}
    job = Job(name="x", exe="x", init_containers=(own,), metadata={"pod": {"initContainers": [conventional]}})
    assert recover(job).init_containers == (own,)


def test_secrets_and_ports_keep_every_part() -> None:
    job = Job.shell("x", secrets=["s:k:NAME"], ports=[80, ExposedPort(53, "UDP", 5353)])
    recovered = recover(job)
    assert recovered.config == (ConfigItem("secret", "s:k:NAME", "string"),)
    assert recovered.exposed_ports == (ExposedPort(80), ExposedPort(53, "UDP", 5353))
