"""The files of a pod's volumes.

ConfigMaps, Secrets, the downward API and projections of them become files in the pod's directory, as the
kubelet's ``AtomicWriter`` lays them out (``..data`` and links into it); ``emptyDir`` is an empty directory
and ``hostPath`` a path of this machine. Other types need a storage driver: there is none, and mounting
fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.local.container import Mount
from launcher_k8s.testing.local.environment import Find, entries, expand, missing
from launcher_k8s.testing.local.fields import read_field, read_resource
from launcher_k8s.testing.local.machine import Capacity

DEFAULT_MODE: Final = 0o644
Files = dict[str, tuple[bytes, int]]
"""Relative path to content and mode."""


class MountError(Exception):
    """A volume that cannot be set up, for now: the event's message."""


@attrs.frozen
class Volumes:
    """A pod's volumes.

    Args:
        pod: The pod, its status up to date.
        directory: The pod's own; made if it is not there.
        find: Finds ConfigMaps and Secrets.
        capacity: What the node has.
        sign: Makes a token of the pod's service account.
    """

    pod: Object
    directory: Path
    find: Find
    capacity: Capacity
    sign: Callable[[Object], str]

    def set_up(self) -> dict[str, Path]:
        """Make every volume: name to place.

        Raises:
            MountError: One of them cannot be made.
        """
        return {volume["name"]: self._make(volume) for volume in self.pod["spec"].get("volumes", [])}

    def _make(self, volume: Mapping[str, Any]) -> Path:
        place = self.directory / "volumes" / str(volume["name"])
        if "hostPath" in volume:
            return _host_path(volume)
        place.mkdir(parents=True, exist_ok=True)
        if "emptyDir" not in volume:
            _lay_out(place, self._files(volume))
        return place

    def _files(self, volume: Mapping[str, Any]) -> Files:
        if "projected" in volume:
            projected = volume["projected"]
            mode, sources = projected.get("defaultMode", DEFAULT_MODE), projected.get("sources") or []
        else:
            mode, sources = None, [volume]
        files: Files = {}
        for source in sources:
            files |= self._source(volume["name"], source, mode)
        return files

    def _source(self, volume: str, source: Mapping[str, Any], mode: int | None) -> Files:
        for key, kind in (("configMap", kinds.CONFIG_MAP), ("secret", kinds.SECRET)):
            if key in source:
                return self._data(volume, kind, source[key], mode)
        if "downwardAPI" in source:
            return self._downward(source["downwardAPI"], mode)
        if "serviceAccountToken" in source:
            path = source["serviceAccountToken"]["path"]
            return {path: (self.sign(self.pod).encode(), DEFAULT_MODE if mode is None else mode)}
        type_ = next((key for key in source if key != "name"), "")
        raise MountError(_failed(volume, f"a local cluster has no volumes of type {quoted(type_)}"))

    def _data(self, volume: str, kind: Kind, source: Mapping[str, Any], mode: int | None) -> Files:
        name = source.get("secretName") or source.get("name", "")
        found = self.find(kind, name)
        if found is None and not source.get("optional"):
            raise MountError(_failed(volume, missing(kind, name)))
        data = entries(found or {})
        default = mode if mode is not None else source.get("defaultMode", DEFAULT_MODE)
        if not source.get("items"):
            return {key: (content, default) for key, content in data.items()}
        files: Files = {}
        for item in source["items"]:
            if item["key"] in data:
                files[item["path"]] = (data[item["key"]], item.get("mode", default))
            elif not source.get("optional"):
                where = "configmap" if kind is kinds.CONFIG_MAP else "secret"
                raise MountError(_failed(volume, f"references non-existent {where} key: {item['key']}"))
        return files

    def _downward(self, source: Mapping[str, Any], mode: int | None) -> Files:
        default = mode if mode is not None else source.get("defaultMode", DEFAULT_MODE)
        return {
            item["path"]: (self._item(item).encode(), item.get("mode", default))
            for item in source.get("items", [])
        }

    def _item(self, item: Mapping[str, Any]) -> str:
        if reference := item.get("fieldRef"):
            return read_field(self.pod, reference["fieldPath"])
        reference = item["resourceFieldRef"]
        containers = self.pod["spec"]["containers"]
        named = [each for each in containers if each["name"] == reference.get("containerName")]
        return read_resource(named[0] if named else {}, reference, self.capacity)


def container_mounts(
    container: Mapping[str, Any], places: Mapping[str, Path], env: Mapping[str, str]
) -> list[Mount]:
    """Where one container sees the pod's volumes; ``subPathExpr`` is expanded with its environment."""
    return [
        Mount(
            str(places[mount["name"]]),
            mount["mountPath"],
            read_only=bool(mount.get("readOnly")),
            sub_path=mount.get("subPath") or expand(mount.get("subPathExpr", ""), env),
        )
        for mount in container.get("volumeMounts", [])
    ]


def _failed(volume: str, problem: str) -> str:
    return f"MountVolume.SetUp failed for volume {quoted(volume)} : {problem}"


def _lay_out(place: Path, files: Files) -> None:
    data = place / "..files"
    for name, (content, mode) in files.items():
        file = data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(content)
        file.chmod(mode)
    data.mkdir(exist_ok=True)
    _link(place / "..data", data.name)
    for top in sorted({name.split("/")[0] for name in files}):
        _link(place / top, f"..data/{top}")


def _link(path: Path, target: str) -> None:
    if not path.is_symlink():
        path.symlink_to(target)


_HOST_PATH_CHECKS: Final = {
    "Directory": (os.path.isdir, "is not a directory"),
    "File": (os.path.isfile, "is not a file"),
}


def _host_path(volume: Mapping[str, Any]) -> Path:
    path, kind = Path(volume["hostPath"]["path"]), volume["hostPath"].get("type", "")
    if kind == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif kind == "FileOrCreate":
        path.touch()
    elif kind in _HOST_PATH_CHECKS:
        check, problem = _HOST_PATH_CHECKS[kind]
        if not check(path):
            raise MountError(_failed(volume["name"], f"hostPath type check failed: {path} {problem}"))
    return path
