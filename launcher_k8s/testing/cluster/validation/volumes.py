"""Volumes of pods (``ValidateVolumes``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.amounts import amount_value
from launcher_k8s.testing.cluster.causes import Cause, duplicate, forbidden, invalid, not_supported, required
from launcher_k8s.testing.cluster.validation import checks

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "configMap": ("name",),
    "secret": ("secretName",),
    "hostPath": ("path",),
    "persistentVolumeClaim": ("claimName",),
    "nfs": ("server", "path"),
    "csi": ("driver",),
    "cephfs": ("monitors",),
    "azureFile": ("secretName", "shareName"),
    "glusterfs": ("endpoints", "path"),
}
_ORDER: Final = (
    "emptyDir",
    "hostPath",
    "nfs",
    "secret",
    "persistentVolumeClaim",
    "configMap",
    "projected",
    "csi",
)
_HOST_PATHS: Final = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_ONE: Final = "may not specify more than 1 volume type"
_MODE: Final = "must be a number between 0 and 0777 (octal), both inclusive"
_PROJECTIONS: Final = ("secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle")
_ONE_PROJECTION: Final = "may not specify more than 1 volume type per source"


def check_volumes(where: str, given: Sequence[Mapping[str, Any]]) -> tuple[set[str], list[Cause]]:
    """The names of the volumes that are good, and what is wrong with the others."""
    names: set[str] = set()
    found: list[Cause] = []
    for index, volume in enumerate(given):
        place = f"{where}[{index}]"
        name = volume.get("name", "")
        problems = _check_source(place, volume)
        problems += checks.named(f"{place}.name", name, checks.label) if name else [required(f"{place}.name")]
        if name in names:
            problems.append(duplicate(f"{place}.name", name))
        if problems:
            found += problems
        else:
            names.add(name)
    return names, found


def _check_source(where: str, volume: Mapping[str, Any]) -> list[Cause]:
    given = [each for each in volume if each != "name"]
    given.sort(key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    kind = given[0]
    return _check_kind(f"{where}.{kind}", kind, volume[kind]) + [
        forbidden(f"{where}.{other}", _ONE) for other in given[1:]
    ]


def _check_kind(where: str, kind: str, source: Mapping[str, Any]) -> list[Cause]:
    found = [required(f"{where}.{name}") for name in _REQUIRED.get(kind, ()) if not source.get(name)]
    match kind:
        case "emptyDir" if "sizeLimit" in source and amount_value(source["sizeLimit"]) < 0:
            found.append(forbidden(f"{where}.sizeLimit", "SizeLimit field must be a valid resource quantity"))
        case "hostPath" if source.get("path"):
            if ".." in source["path"].split("/"):
                found.append(invalid(f"{where}.path", source["path"], "must not contain '..'"))
            if source.get("type", "") not in _HOST_PATHS:
                found.append(not_supported(f"{where}.type", source["type"], _HOST_PATHS[1:]))
        case "nfs" if not source.get("path", "").startswith("/"):
            found.append(invalid(f"{where}.path", source.get("path", ""), "must be an absolute path"))
        case "projected":
            found += _check_projected(where, source)
        case "configMap" | "secret":
            found += _check_items(where, source)
        case _:
            pass
    return found


def _check_items(where: str, source: Mapping[str, Any]) -> list[Cause]:
    found = _check_mode(f"{where}.defaultMode", source.get("defaultMode"))
    for index, item in enumerate(source.get("items", ())):
        place = f"{where}.items[{index}]"
        found += [required(f"{place}.{name}") for name in ("key", "path") if not item.get(name)]
        found += checks.named(f"{place}.path", item.get("path", ""), checks.local_path_problems)
        found += _check_mode(f"{place}.mode", item.get("mode"))
    return found


def _check_projected(where: str, source: Mapping[str, Any]) -> list[Cause]:
    found: list[Cause] = []
    for index, each in enumerate(source.get("sources", ())):
        place = f"{where}.sources[{index}]"
        given = [name for name in _PROJECTIONS if name in each]
        if not given:
            options = '"secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle"'
            found.append(required(place, f"specify one of {options}"))
        found += [
            required(f"{place}.{name}.name")
            for name in ("configMap", "secret")
            if name in each and not each[name].get("name")
        ]
        found += checks.only_one(place, given, _ONE_PROJECTION)
    return found + _check_mode(f"{where}.defaultMode", source.get("defaultMode"))


def _check_mode(where: str, mode: int | None) -> list[Cause]:
    return [] if mode is None or 0 <= mode <= 0o777 else [invalid(where, mode, _MODE)]
