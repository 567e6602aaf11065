"""What a job is made of, field for field (plugin API 3.7), and the words that its fields may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from launcher_k8s.brevity import brief

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


def extra_fields() -> Mapping[str, Json]:
    """A field for what came over the wire and this version does not know."""
    # Out of the hash, as a dict has none: equal values still have equal hashes.
    return attrs.field(factory=dict, kw_only=True, hash=False)


@attrs.frozen
class Container:
    """The image a job runs in and the identity it runs as.

    Args:
        image: As ``name:tag``; the user's default image if empty.
        run_as_user_id: A number from 1 on; None and 0 leave it to the image.
        run_as_group_id: The same of the primary group.
        run_as_user: The user's name, which only templates see.
        run_as_group: The group's name, which only templates see.
        supplemental_group_ids: Numbers of further groups.
        capabilities_add: Linux capabilities to add, such as ``SYS_PTRACE``.
        capabilities_drop: Linux capabilities to take away.
        extra: Fields that this version does not know, as in every class of this module.
    """

    __repr__ = brief

    image: str = ""
    run_as_user_id: int | None = None
    run_as_group_id: int | None = None
    run_as_user: str = ""
    run_as_group: str = ""
    supplemental_group_ids: tuple[int, ...] = ()
    capabilities_add: tuple[str, ...] = ()
    capabilities_drop: tuple[str, ...] = ()
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class EnvVar:
    """One environment variable; the value is always a string."""

    __repr__ = brief

    name: str
    value: str = attrs.field(default="", repr=False)
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class PlacementConstraint:
    """A node label that the job asks for; ``str()`` gives ``name:value``, or the bare name.

    In a profile's list a bare name, one without value, offers every value of that label.
    """

    __repr__ = brief

    name: str
    value: str = ""
    extra: Mapping[str, Json] = extra_fields()

    @classmethod
    def parse(cls, text: str) -> PlacementConstraint:
        """Read ``name:value`` or a bare ``name``, split at the first ``:``."""
        name, _, value = text.partition(":")
        return cls(name.strip(), value.strip())

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if self.value else self.name


@attrs.frozen
class ExposedPort:
    """A port of the container; without ``published_port`` it is reached through the job's Service.

    Args:
        target_port: The container's port, from 1 to 65535.
        protocol: ``TCP``, ``UDP`` or ``SCTP``.
        published_port: The node's port, from 1 to 65535.
    """

    __repr__ = brief

    target_port: int
    protocol: str = "TCP"
    published_port: int | None = None
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class MountSource:
    """What is mounted.

    Args:
        type: ``host``, ``nfs``, ``azureFile``, ``cephFs``, ``glusterFs`` or
            ``KubernetesPersistentVolumeClaim``; ``passthrough`` for a volume as Kubernetes writes it.
        source: The type's own parameters, such as ``{"path": "/home"}`` of ``host``.
    """

    __repr__ = brief

    type: str
    source: Mapping[str, Json] = attrs.field(factory=dict)
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class Mount:
    """A source mounted at a path of the container, which is absolute and without ``..``."""

    __repr__ = brief

    mount_path: str
    mount_source: MountSource
    read_only: bool = False
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class ConfigItem:
    """A cluster-specific value: ``secret`` (``secretName:key:ENVNAME``) or ``serviceAccountName``."""

    __repr__ = brief

    name: str
    value: str = ""
    value_type: str = ""
    extra: Mapping[str, Json] = extra_fields()


@attrs.frozen
class ResourceLimit:
    """One resource, its amounts as strings.

    Args:
        type: ``cpuCount`` or ``CPU Request`` (cores), ``memory`` or ``Memory Request`` (MB, 10^6 bytes),
            ``NVIDIA GPUs`` or ``AMD GPUs`` (whole numbers).
        value: The amount; empty states nothing, 0 means no limit.
        default_value: What a job gets that states none; in what a cluster offers only.
        max_value: The most that may be asked for, 0 for no maximum; in what a cluster offers only.
    """

    __repr__ = brief

    type: str
    value: str = ""
    default_value: str = ""
    max_value: str = ""
    extra: Mapping[str, Json] = extra_fields()
