"""The jobs that templates are tried with.

One states every field, one has texts that YAML could take for something else, one states next to nothing.
Four more state parts of what a template may ask for together: each part stands in one of them without the
others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from launcher_k8s.job import (
    AMD_GPUS,
    CPU_COUNT,
    CPU_REQUEST,
    HOST_MOUNT,
    MEMORY,
    MEMORY_REQUEST,
    NVIDIA_GPUS,
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
from launcher_k8s.manifest import job_data

SAMPLE_ID: Final = "validate-templates-abcd2345"
_VOLUMES: Final[tuple[dict[str, Any], ...]] = (
    {"name": "mount0", "hostPath": {"path": "/srv/shared"}},
    {"name": "mount1", "nfs": {"server": "nfs.example.org", "path": "/home"}},
)
_VOLUME_MOUNTS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "mount0", "mountPath": "/shared", "readOnly": True},
    {"name": "mount1", "mountPath": "/home", "subPath": "team/a", "readOnly": False},
)
_LIMITS: Final = (
    ResourceLimit(CPU_COUNT, "2.5"),
    ResourceLimit(CPU_REQUEST, "1"),
    ResourceLimit(MEMORY, "2048"),
    ResourceLimit(MEMORY_REQUEST, "512"),
    ResourceLimit(NVIDIA_GPUS, "1"),
    ResourceLimit(AMD_GPUS, "2"),
)


def _notes(part: str) -> dict[str, Any]:
    return {
        "annotations": {f"example.org/{part}-note": "one, two", f"example.org/{part}-plan": "three"},
        "labels": {f"example.org/{part}-team": "analysis", f"example.org/{part}-unit": "east"},
    }


def _tricky_notes(part: str) -> dict[str, Any]:
    texts = {"annotations": "it's: on #\n- off", "labels": "on"}
    return {key: dict.fromkeys(items, texts[key]) for key, items in _notes(part).items()}


def _init(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "busybox:1.36", **more}


_METADATA: Final = {
    "job": _notes("job"),
    "pod": {**_notes("pod"), "initContainers": [_init("prepare"), _init("check")]},
    "service": _notes("service"),
    "cost": {"center": 4711, "shared": True},
}
_CONTAINER: Final = Container(
    image="registry.example.org/r-base:4.4",
    run_as_user_id=1234,
    run_as_group_id=2345,
    run_as_user="jsmith",
    run_as_group="analysts",
    supplemental_group_ids=(3456, 4567),
    capabilities_add=("SYS_PTRACE", "SYS_NICE"),
    capabilities_drop=("NET_RAW", "MKNOD"),
)
_PORTS: Final = (ExposedPort(8787, "TCP"), ExposedPort(5353, "UDP", 30053), ExposedPort(8080, "TCP", 30080))


def sample_data(user: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """What each sample is, with its data.

    Args:
        user: Whose jobs they are.
    """
    every = Job(
        id=SAMPLE_ID,
        cluster="Kubernetes",
        name="Validate templates",
        user=user,
        group="analysts",
        command="Rscript",
        args=("model.R", "it's: fast\n\x7f"),
        working_directory="/home/jsmith",
        container=_CONTAINER,
        init_containers=(
            _init("fetch", command=["true"], stdin=False, ports=[{"containerPort": 80}]),
            _init("unpack", resources={"limits": {"cpu": 0.5}}, tty=None),
        ),
        host="node-7",
        stdin="1 2 3\n",
        environment=(EnvVar("LANG", "C"), EnvVar("COUNT", "3")),
        placement_constraints=(
            PlacementConstraint("example.org/zone", "east"),
            PlacementConstraint("kubernetes.io/arch", "amd64"),
        ),
        exposed_ports=(*_PORTS, ExposedPort(9090, "UDP")),
        mounts=(
            Mount("/shared", MountSource(HOST_MOUNT, {"path": "/srv/shared"}), read_only=True),
            Mount("/home", MountSource("nfs", {"host": "nfs.example.org", "path": "/home"})),
        ),
        config=(
            ConfigItem(SECRET_CONFIG, "database:password:DB_PASSWORD", "string"),
            ConfigItem(SECRET_CONFIG, "license:file:LICENSE", "string"),
            ConfigItem(SERVICE_ACCOUNT_CONFIG, "analysis", "enum"),
        ),
        resource_limits=_LIMITS[::-1],
        resource_profile="large",
        tags=("first tag", "second"),
        metadata=_METADATA,
        instance_id="launcher-1",
    )
    return (
        ("a job that states every field", _data(every)),
        ("a job whose texts YAML could take for something else", _data(_tricky(every))),
        ("a job that states next to nothing", _data(_bare(user), is_bare=True)),
        *(
            (f"a job that states parts of what belongs together ({n})", data)
            for n, data in enumerate(_parts(user), 1)
        ),
    )


def _tricky(every: Job) -> Job:
    """Texts that are numbers, booleans, comments or keys to who does not quote them, and no shell."""
    return attrs.evolve(
        every,
        name="job's: 1 #\n2",
        group="yes",
        command="",
        exe="/opt/a's, b",
        args=("- a", "b: c", "'", '"', "0x1F", "line 1\nline 2"),
        working_directory="/home/a: b",
        stdin="it's: null",
        host="017",
        environment=(EnvVar("y", "no"), EnvVar("B", "a: b\n- c #\x7f"), EnvVar("C", ""), EnvVar("D", "1e3")),
        placement_constraints=(PlacementConstraint("example.org/zone", "true"),),
        exposed_ports=_PORTS[:1],
        config=(ConfigItem(SERVICE_ACCOUNT_CONFIG, "4711", "enum"), ConfigItem(SECRET_CONFIG, "1:2:on")),
        init_containers=({"name": "fetch", "image": "busybox:1.36", "args": ["yes", "1", "", "a: b"]},),
        container=attrs.evolve(every.container, image="012", run_as_group_id=None, capabilities_drop=()),
        resource_limits=_LIMITS[:1] + _LIMITS[2:3],
        tags=("12", "{x}", "it's: #\n- 2"),
        metadata={part: _tricky_notes(part) for part in ("job", "pod", "service")} | {"it's": "\x7f: #"},
        instance_id="1",
    )


def _bare(user: str) -> Job:
    return Job(
        id=SAMPLE_ID, cluster="Kubernetes", name="bare", user=user, exe="/bin/true", container=Container("r")
    )


def _parts(user: str) -> Iterator[dict[str, Any]]:
    """Of the parts that a template asks for together, one in each job."""
    yield _data(
        attrs.evolve(
            _bare(user),
            exe="",
            command="date",
            container=Container("r", run_as_user_id=1234, capabilities_add=("SYS_PTRACE",)),
            environment=(EnvVar("LANG", "C"),),
            exposed_ports=(ExposedPort(8080, "TCP", 30080), ExposedPort(9090)),
            init_containers=(_init("fetch"),),
            resource_limits=(
                ResourceLimit(CPU_COUNT, "2.5"),
                ResourceLimit(NVIDIA_GPUS, "1"),
                ResourceLimit(AMD_GPUS, "2"),
            ),
            metadata={
                "job": {"annotations": {"example.org/a": "1"}},
                "pod": {"labels": {"example.org/b": "2"}},
            },
        ),
        is_bare=True,
    )
    yield _data(
        attrs.evolve(
            _bare(user),
            args=("-v",),
            container=Container("r", run_as_group_id=2345, capabilities_drop=("NET_RAW",)),
            config=(ConfigItem(SECRET_CONFIG, "database:password:DB_PASSWORD", "string"),),
            exposed_ports=(ExposedPort(8787, "TCP"),),
            resource_limits=(ResourceLimit(CPU_REQUEST, "1"), ResourceLimit(AMD_GPUS, "")),
            metadata={
                "job": {"labels": {"example.org/a": "1"}},
                "pod": {"initContainers": [_init("prepare")]},
                "service": {"annotations": {"example.org/c": "3"}},
            },
        ),
        is_bare=True,
    )
    yield _data(
        attrs.evolve(
            _bare(user),
            stdin="x",
            container=Container("r", supplemental_group_ids=(3456,)),
            exposed_ports=(ExposedPort(8787, "UDP"),),
            resource_limits=(ResourceLimit(MEMORY_REQUEST, "512"),),
            metadata={
                "pod": {"annotations": {"example.org/b": "2"}},
                "service": {"labels": {"example.org/c": "3"}},
            },
        ),
    )
    yield _data(attrs.evolve(_bare(user), environment=(EnvVar("LANG", "C"),)))


def _data(job: Job, *, is_bare: bool = False) -> dict[str, Any]:
    if is_bare:
        return job_data(job, share_process_namespace=False)
    return job_data(job, volumes=_VOLUMES, volume_mounts=_VOLUME_MOUNTS)
