"""The Launcher's job object, field for field (plugin API 3.7), as frozen values.

The wire form (camelCase) is read and written by :mod:`launcher_k8s.wire`; fields that this version
does not know are kept in ``extra``, never lost.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias, TypedDict, Unpack

import attrs

from launcher_k8s.quantity import format_decimal
from launcher_k8s.status import JobState

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

CPU_COUNT = "cpuCount"
CPU_REQUEST = "CPU Request"
MEMORY = "memory"
MEMORY_REQUEST = "Memory Request"
NVIDIA_GPUS = "NVIDIA GPUs"
AMD_GPUS = "AMD GPUs"

HOST_MOUNT = "host"
NFS_MOUNT = "nfs"
AZURE_FILE_MOUNT = "azureFile"
CEPH_FS_MOUNT = "cephFs"
GLUSTER_FS_MOUNT = "glusterFs"
CLAIM_MOUNT = "KubernetesPersistentVolumeClaim"
PASSTHROUGH_MOUNT = "passthrough"

SECRET_CONFIG = "secret"  # noqa: S105 -- the name of a config item
SERVICE_ACCOUNT_CONFIG = "serviceAccountName"


def _extra() -> Mapping[str, Json]:
    # Out of the hash, as a dict has none: equal values still have equal hashes.
    return attrs.field(factory=dict, kw_only=True, hash=False)


@attrs.frozen
class Container:
    """The image a job runs in and the identity it runs as.

    ``run_as_user_id`` and ``run_as_group_id`` are numbers; ``run_as_user`` and ``run_as_group`` are the
    names that the guide lists beside them.
    """

    image: str = ""
    run_as_user_id: int | None = None
    run_as_group_id: int | None = None
    run_as_user: str = ""
    run_as_group: str = ""
    supplemental_group_ids: tuple[int, ...] = ()
    capabilities_add: tuple[str, ...] = ()
    capabilities_drop: tuple[str, ...] = ()
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class EnvVar:
    """One environment variable; the value is always a string."""

    name: str
    value: str = ""
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class PlacementConstraint:
    """A node label that the job asks for; ``str()`` gives ``name:value``, or the bare name."""

    name: str
    value: str = ""
    extra: Mapping[str, Json] = _extra()

    @classmethod
    def parse(cls, text: str) -> PlacementConstraint:
        """Read ``name:value`` or a bare ``name``, split at the first ``:``."""
        name, _, value = text.partition(":")
        return cls(name.strip(), value.strip())

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if self.value else self.name


@attrs.frozen
class ExposedPort:
    """A port of the container; without ``published_port`` it is reached through the job's Service."""

    target_port: int
    protocol: str = "TCP"
    published_port: int | None = None
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class MountSource:
    """What is mounted: a type (``host``, ``nfs``, ...) and its own parameters."""

    type: str
    source: Mapping[str, Json] = attrs.field(factory=dict)
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class Mount:
    """A source mounted at a path of the container."""

    mount_path: str
    mount_source: MountSource
    read_only: bool = False
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class ConfigItem:
    """A cluster-specific value: ``secret`` (``secretName:key:ENVNAME``) or ``serviceAccountName``."""

    name: str
    value: str = ""
    value_type: str = ""
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class ResourceLimit:
    """One resource, its amount as a string: CPUs as a number, memory in MB, GPUs as a count."""

    type: str
    value: str = ""
    default_value: str = ""
    max_value: str = ""
    extra: Mapping[str, Json] = _extra()


@attrs.frozen
class Job:
    """A job, as the Launcher describes it.

    Build one with :meth:`shell` or :meth:`exec`, or read one with ``from_wire(Job, data)``. Fields from
    ``status`` on are filled in by the library when it reads a job back from a cluster.
    """

    name: str = ""
    user: str = ""
    command: str = ""
    exe: str = ""
    args: tuple[str, ...] = ()
    id: str = ""
    cluster: str = ""
    group: str = ""
    queues: tuple[str, ...] = ()
    working_directory: str = ""
    container: Container = attrs.field(factory=Container)
    init_containers: tuple[Mapping[str, Json], ...] = ()
    host: str = ""
    stdin: str = attrs.field(default="", repr=False)
    stdout_file: str = ""
    stderr_file: str = ""
    environment: tuple[EnvVar, ...] = attrs.field(default=(), repr=False)
    placement_constraints: tuple[PlacementConstraint, ...] = ()
    exposed_ports: tuple[ExposedPort, ...] = ()
    mounts: tuple[Mount, ...] = ()
    config: tuple[ConfigItem, ...] = ()
    resource_limits: tuple[ResourceLimit, ...] = ()
    resource_profile: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Json] = attrs.field(factory=dict)
    instance_id: str = ""
    status: JobState | None = None
    status_message: str = ""
    status_code: str = ""
    pid: int | None = None
    exit_code: int | None = None
    submission_time: datetime | None = None
    last_update_time: datetime | None = None
    extra: Mapping[str, Json] = _extra()

    @classmethod
    def shell(cls, command: str, **options: Unpack[JobOptions]) -> Job:
        """A job that runs a command line by ``/bin/sh -c``.

        Args:
            command: The command line.
            **options: See :class:`JobOptions`; ``name`` defaults to the program's base name.
        """
        try:
            words = shlex.split(command, comments=True)
        except ValueError:
            words = command.split()
        return _build(words[0] if words else "job", options, command=command)

    @classmethod
    def exec(cls, argv: Sequence[str], **options: Unpack[JobOptions]) -> Job:
        """A job that runs a program without a shell.

        Args:
            argv: The program and its arguments; at least one element.
            **options: See :class:`JobOptions`; ``name`` defaults to the program's base name.

        Raises:
            ValueError: ``argv`` is empty.
        """
        if not argv:
            raise ValueError("argv is empty: give at least the program to run")
        return _build(argv[0], options, exe=argv[0], args=tuple(argv[1:]))


class JobOptions(TypedDict, total=False):
    """What :meth:`Job.shell` and :meth:`Job.exec` take besides the command.

    ``cpus`` are cores, ``mem_mb`` is in MB (10^6 bytes); all others are the job's fields of that name.
    """

    name: str
    image: str
    user: str
    cpus: float | Decimal
    cpus_request: float | Decimal
    mem_mb: float | Decimal
    mem_mb_request: float | Decimal
    nvidia_gpus: int
    amd_gpus: int
    env: Mapping[str, str]
    resource_profile: str
    placement_constraints: Iterable[str | PlacementConstraint]
    ports: Iterable[int | ExposedPort]
    mounts: Iterable[Mount]
    secrets: Iterable[str]
    service_account: str
    tags: Iterable[str]
    metadata: Mapping[str, Json]
    working_directory: str
    stdin: str
    host: str
    instance_id: str
    run_as_user_id: int
    run_as_group_id: int


def _build(
    program: str, options: JobOptions, *, command: str = "", exe: str = "", args: tuple[str, ...] = ()
) -> Job:
    amounts = {
        CPU_COUNT: options.get("cpus"),
        CPU_REQUEST: options.get("cpus_request"),
        MEMORY: options.get("mem_mb"),
        MEMORY_REQUEST: options.get("mem_mb_request"),
        NVIDIA_GPUS: options.get("nvidia_gpus"),
        AMD_GPUS: options.get("amd_gpus"),
    }
    config = [ConfigItem(SECRET_CONFIG, secret, "string") for secret in options.get("secrets", ())]
    if account := options.get("service_account"):
        config.append(ConfigItem(SERVICE_ACCOUNT_CONFIG, account, "enum"))
    return Job(
        name=options.get("name") or posixpath.basename(program) or "job",
        user=options.get("user", ""),
        command=command,
        exe=exe,
        args=args,
        container=Container(
            image=options.get("image", ""),
            run_as_user_id=options.get("run_as_user_id"),
            run_as_group_id=options.get("run_as_group_id"),
        ),
        resource_limits=tuple(
            ResourceLimit(kind, format_decimal(Decimal(str(amount))))
            for kind, amount in amounts.items()
            if amount is not None
        ),
        environment=tuple(EnvVar(key, value) for key, value in options.get("env", {}).items()),
        placement_constraints=tuple(
            PlacementConstraint.parse(constraint) if isinstance(constraint, str) else constraint
            for constraint in options.get("placement_constraints", ())
        ),
        exposed_ports=tuple(
            ExposedPort(port) if isinstance(port, int) else port for port in options.get("ports", ())
        ),
        mounts=tuple(options.get("mounts", ())),
        config=tuple(config),
        tags=tuple(options.get("tags", ())),
        metadata=options.get("metadata", {}),
        resource_profile=options.get("resource_profile", ""),
        working_directory=options.get("working_directory", ""),
        stdin=options.get("stdin", ""),
        host=options.get("host", ""),
        instance_id=options.get("instance_id", ""),
    )
