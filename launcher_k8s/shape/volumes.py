"""How a mount's source stands in a pod's volume (domain, section 5, "Mounts to volumes").

One table, :data:`VOLUME_KINDS`, is read in both directions: by the rule that makes volumes of a job's
mounts, and here, where mounts are read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from launcher_k8s.job import (
    AZURE_FILE_MOUNT,
    CEPH_FS_MOUNT,
    CLAIM_MOUNT,
    GLUSTER_FS_MOUNT,
    HOST_MOUNT,
    NFS_MOUNT,
    PASSTHROUGH_MOUNT,
    Mount,
    MountSource,
)
from launcher_k8s.shape.fact import POD_SPEC, Object, look_for

SUB_PATH: Final = "SubPath"
"""The parameter of a claim that stands in the container's mount, not in the volume."""


@attrs.frozen
class VolumeKind:
    """One type of mount: the key of its volume, and the volume's field for each of its parameters."""

    mount_type: str
    key: str
    fields: Mapping[str, str]


VOLUME_KINDS: Final[tuple[VolumeKind, ...]] = (
    VolumeKind(HOST_MOUNT, "hostPath", {"path": "path"}),
    VolumeKind(NFS_MOUNT, "nfs", {"host": "server", "path": "path"}),
    VolumeKind(AZURE_FILE_MOUNT, "azureFile", {"secretName": "secretName", "shareName": "shareName"}),
    VolumeKind(
        CEPH_FS_MOUNT,
        "cephfs",
        {name: name for name in ("monitors", "path", "user", "secretFile", "secretRef")},
    ),
    VolumeKind(GLUSTER_FS_MOUNT, "glusterfs", {"endpoints": "endpoints", "path": "path"}),
    VolumeKind(CLAIM_MOUNT, "persistentVolumeClaim", {"ClaimName": "claimName"}),
)


def read_mounts(volume_mounts: Any, whole: Object) -> Mapping[str, Any]:
    """The job's mounts, from the container's mounts and the pod's volumes."""
    volumes = {volume.get("name"): volume for volume in look_for(whole, (*POD_SPEC, "volumes"), list)}
    return {
        "mounts": tuple(
            Mount(
                item.get("mountPath", ""),
                read_source(volumes[item["name"]], sub_path=item.get("subPath", "")),
                item.get("readOnly", False),
            )
            for item in volume_mounts
            if item.get("name") in volumes
        )
    }


def read_source(volume: Mapping[str, Any], *, sub_path: str = "") -> MountSource:
    """What a volume mounts; a kind of volume that no mount type makes was passed through."""
    for kind in VOLUME_KINDS:
        if kind.key in volume:
            found = look_for(volume, (kind.key,), dict)
            source = {name: _read_parameter(found[key]) for name, key in kind.fields.items() if key in found}
            if kind.mount_type == CLAIM_MOUNT and sub_path:
                source[SUB_PATH] = sub_path
            return MountSource(kind.mount_type, source)
    return MountSource(PASSTHROUGH_MOUNT, {key: value for key, value in volume.items() if key != "name"})


def _read_parameter(value: Any) -> Any:
    """A parameter as jobs state it: a reference to a secret is its name."""
    return value["name"] if isinstance(value, dict) and list(value) == ["name"] else value
