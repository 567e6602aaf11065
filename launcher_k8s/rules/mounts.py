"""The volumes of a job's mounts, and where its container mounts them.

Volumes are named ``mount0``, ``mount1`` and so on; equal sources share one. Which parameter stands where
in a volume is told by :data:`~launcher_k8s.shape.volumes.VOLUME_KINDS`. What the settings mount in every job
comes first; a job may repeat such a mount, and may not mount anything else at its path. Sources: domain,
section 4, "Mounts to volumes"; section 1, "Connect", for the data directory.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import Job, Mount
from launcher_k8s.origin import CODE, JOB, Origin
from launcher_k8s.rules.mount_sources import read_source
from launcher_k8s.wording import quote

SUBJECT = "mount"
_KEY = json.JSONEncoder(sort_keys=True, default=dict)


class Mounts(msgspec.Struct, frozen=True):
    """The pod's volumes, and the container's mounts of them, as Kubernetes writes both.

    ``mounts`` are all that the container has, as jobs state them: the settings' first, none twice.
    """

    volumes: tuple[Mapping[str, Any], ...] = ()
    volume_mounts: tuple[Mapping[str, Any], ...] = ()
    mounts: tuple[Mount, ...] = ()


def plan_mounts(
    job: Job, *, user: str, trail: Trail, everyone: Sequence[Mount] = (), origin: Origin = CODE
) -> Mounts:
    """Make volumes and mounts of what the settings mount in every job, and of a job's mounts, in their order.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of every mount, and of those refused.
        everyone: What every job has mounted.
        origin: Where that is stated.
    """
    if not everyone and not job.mounts:
        return Mounts()
    planner = _Planner(user, trail)
    for mount in everyone:
        planner.add(mount, origin, DecisionKind.DEFAULTED)
    for mount in job.mounts:
        if not planner.has(mount, origin):
            planner.add(mount, JOB, DecisionKind.STATED)
    return Mounts(tuple(planner.volumes.values()), tuple(planner.mounted.values()), tuple(planner.mounts))


class _Planner:
    """Volumes by what they are made of, and mounts by their paths, as they are added."""

    def __init__(self, user: str, trail: Trail) -> None:
        self.volumes: dict[str, dict[str, Any]] = {}
        self.mounted: dict[str, dict[str, Any]] = {}
        self.mounts: list[Mount] = []
        self._of_everyone: dict[str, Mount] = {}
        self._user = user
        self._trail = trail

    def has(self, mount: Mount, origin: Origin) -> bool:
        """Whether every job has a mount at this path, which another one is then refused at."""
        path = _normal(mount.mount_path)
        given = self._of_everyone.get(path)
        if given is None:
            return False
        if (given.mount_source, given.read_only) != (mount.mount_source, mount.read_only):
            message = (
                f"user {quote(self._user)} may not mount {_kind(mount)} at {quote(mount.mount_path)}: "
                f"every job has {_kind(given)} mounted there ({origin})"
            )
            hint = "leave the mount out of the job, or choose another path"
            self._trail.refuse(
                SUBJECT, message, value=mount.mount_path, limit=_kind(given), origin=origin, hint=hint
            )
        return True

    def add(self, mount: Mount, origin: Origin, how: DecisionKind) -> None:
        """Add a mount, if it is sound."""
        path = _path(mount, self.mounted, self._user, origin, self._trail)
        found = read_source(
            mount.mount_source, mount.mount_path, user=self._user, trail=self._trail, origin=origin
        )
        if path is None or found is None:
            return
        source, sub_path = found
        name = f"mount{len(self.volumes)}"
        key = _KEY.encode(source)
        volume = self.volumes.setdefault(key, {"name": name, **source})
        self.mounted[path] = {
            "name": volume["name"],
            "mountPath": mount.mount_path,
            "readOnly": mount.read_only,
        }
        if sub_path:
            self.mounted[path]["subPath"] = sub_path
        self.mounts.append(mount)
        if how is DecisionKind.DEFAULTED:
            self._of_everyone[path] = mount
        self._trail.decide(SUBJECT, f"{mount.mount_path} = {volume['name']}", how, origin, _kind(mount))


def _normal(path: str) -> str:
    # normpath keeps a leading double slash.
    return posixpath.normpath(path).replace("//", "/")


def _path(mount: Mount, mounted: Mapping[str, object], user: str, origin: Origin, trail: Trail) -> str | None:
    """The path without redundant slashes; None where it cannot be mounted at."""
    path = _normal(mount.mount_path)
    shown = f"the mount path {quote(mount.mount_path)} of user {quote(user)}"
    if not mount.mount_path.startswith("/") or ".." in mount.mount_path.split("/"):
        message, hint = f"{shown} is no absolute path without ..", "write a path from / on"
    elif ":" in mount.mount_path:
        message, hint = f"{shown} holds a colon, which Kubernetes does not take", "choose another path"
    elif path in mounted:
        message, hint = f"{shown} is mounted at twice", "mount each source at a path of its own"
    else:
        return path
    trail.refuse(SUBJECT, message, value=mount.mount_path, origin=origin, hint=hint)
    return None


def _kind(mount: Mount) -> str:
    return f"{mount.mount_source.type}, read only" if mount.read_only else mount.mount_source.type
