"""The volumes of a job's mounts, and where its container mounts them.

Volumes are named ``mount0``, ``mount1`` and so on; equal sources share one. Which parameter stands where
in a volume is told by :data:`~launcher_k8s.shape.volumes.VOLUME_KINDS`. Source: domain, section 4,
"Mounts to volumes".
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import Any

import attrs

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import Job, Mount
from launcher_k8s.origin import JOB
from launcher_k8s.rules.mount_sources import read_source
from launcher_k8s.wording import quote

SUBJECT = "mount"


@attrs.frozen
class Mounts:
    """The pod's volumes, and the container's mounts of them, as Kubernetes writes both."""

    volumes: tuple[Mapping[str, Any], ...] = ()
    volume_mounts: tuple[Mapping[str, Any], ...] = ()


def plan_mounts(job: Job, *, user: str, trail: Trail) -> Mounts:
    """Make volumes and mounts of a job's mounts, in their order.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of every mount, and of those refused.
    """
    if not job.mounts:
        return Mounts()
    volumes: dict[str, dict[str, Any]] = {}
    mounted: dict[str, dict[str, Any]] = {}
    for mount in job.mounts:
        path = _path(mount, mounted, user, trail)
        found = read_source(mount.mount_source, mount.mount_path, user=user, trail=trail)
        if path is None or found is None:
            continue
        source, sub_path = found
        name = f"mount{len(volumes)}"
        volume = volumes.setdefault(
            json.dumps(source, sort_keys=True, default=dict), {"name": name, **source}
        )
        mounted[path] = {"name": volume["name"], "mountPath": mount.mount_path, "readOnly": mount.read_only}
        if sub_path:
            mounted[path]["subPath"] = sub_path
        trail.decide(
            SUBJECT, f"{mount.mount_path} = {volume['name']}", DecisionKind.STATED, JOB, _kind(mount)
        )
    return Mounts(tuple(volumes.values()), tuple(mounted.values()))


def _path(mount: Mount, mounted: Mapping[str, object], user: str, trail: Trail) -> str | None:
    """The path without redundant slashes; None where it cannot be mounted at."""
    # normpath keeps a leading double slash.
    path = posixpath.normpath(mount.mount_path).replace("//", "/")
    shown = f"the mount path {quote(mount.mount_path)} of user {quote(user)}"
    if not mount.mount_path.startswith("/") or ".." in mount.mount_path.split("/"):
        message, hint = f"{shown} is no absolute path without ..", "write a path from / on"
    elif ":" in mount.mount_path:
        message, hint = f"{shown} holds a colon, which Kubernetes does not take", "choose another path"
    elif path in mounted:
        message, hint = f"{shown} is mounted at twice", "mount each source at a path of its own"
    else:
        return path
    trail.refuse(SUBJECT, message, value=mount.mount_path, origin=JOB, hint=hint)
    return None


def _kind(mount: Mount) -> str:
    return f"{mount.mount_source.type}, read only" if mount.read_only else mount.mount_source.type
