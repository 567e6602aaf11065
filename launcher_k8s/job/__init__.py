"""The Launcher's job object, field for field (plugin API 3.7), as frozen values.

The wire form (camelCase) is read and written by :mod:`launcher_k8s.wire`; fields that this version
does not know are kept in ``extra``, never lost.
"""

from launcher_k8s.job.job import Job, JobOptions
from launcher_k8s.job.parts import (
    AMD_GPUS,
    AZURE_FILE_MOUNT,
    CEPH_FS_MOUNT,
    CLAIM_MOUNT,
    CPU_COUNT,
    CPU_REQUEST,
    GLUSTER_FS_MOUNT,
    HOST_MOUNT,
    MEMORY,
    MEMORY_REQUEST,
    NFS_MOUNT,
    NVIDIA_GPUS,
    PASSTHROUGH_MOUNT,
    SECRET_CONFIG,
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Json,
    Mount,
    MountSource,
    PlacementConstraint,
    ResourceLimit,
)

__all__ = [
    "AMD_GPUS",
    "AZURE_FILE_MOUNT",
    "CEPH_FS_MOUNT",
    "CLAIM_MOUNT",
    "CPU_COUNT",
    "CPU_REQUEST",
    "GLUSTER_FS_MOUNT",
    "HOST_MOUNT",
    "MEMORY",
    "MEMORY_REQUEST",
    "NFS_MOUNT",
    "NVIDIA_GPUS",
    "PASSTHROUGH_MOUNT",
    "SECRET_CONFIG",
    "SERVICE_ACCOUNT_CONFIG",
    "ConfigItem",
    "Container",
    "EnvVar",
    "ExposedPort",
    "Job",
    "JobOptions",
    "Json",
    "Mount",
    "MountSource",
    "PlacementConstraint",
    "ResourceLimit",
]
