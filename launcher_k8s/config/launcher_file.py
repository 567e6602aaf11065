"""``launcher.conf``, as far as it is ours: which Kubernetes clusters there are, and the scratch directory.

Its other keys, and clusters of other types, belong to the Launcher and are passed over. Section
``[cluster]`` repeats, once for each cluster (domain, section 1, "Files").
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Section, parse_ini
from launcher_k8s.config.launcher_slips import report_slips
from launcher_k8s.config.reading import FileText
from launcher_k8s.config.table import Reading, Setting, read_entries, settings_of
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin
from launcher_k8s.settings import ClusterSettings, LauncherCluster, LauncherServer
from launcher_k8s.wording import quote

MAIN_FILE = "launcher.kubernetes.conf"
PLUGIN_TYPE = "kubernetes"
DEFAULT_NAME = ClusterSettings().name

_CLUSTER_KEYS = settings_of(LauncherCluster)
_SERVER_KEYS = settings_of(LauncherServer)
_KEYS = MappingProxyType({"cluster": tuple(_CLUSTER_KEYS), "server": tuple(_SERVER_KEYS)})


@attrs.frozen
class ClusterPlace:
    """Where a cluster's settings are.

    Args:
        name: The cluster's name.
        main_file: Path of its main file.
        scratch_path: The directory that ``launcher.conf`` gives it, with where that stands.
        location: Where the cluster is named.
        file_location: Where its main file is named; where the cluster is, if nowhere.
    """

    name: str
    main_file: str
    location: Location
    file_location: Location
    scratch_path: tuple[str, Origin] | None = None


def only_cluster(directory: str) -> ClusterPlace:
    """The one cluster of a directory whose ``launcher.conf`` names none, or that has no such file."""
    main_file = posixpath.join(directory, MAIN_FILE)
    return ClusterPlace(DEFAULT_NAME, main_file, Location(main_file), Location(main_file))


def read_launcher_file(file: FileText, directory: str, findings: Findings) -> tuple[ClusterPlace, ...]:
    """The Kubernetes clusters of a ``launcher.conf``; none where it has only others.

    Args:
        file: The file.
        directory: What relative paths are relative to.
        findings: Told of what is wrong in the parts that are ours.
    """
    sections = tuple(parse_ini(file, findings).sections)
    report_slips(sections, _KEYS, PLUGIN_TYPE, findings)
    scratch_path = _scratch_path(sections, directory, findings)
    clusters = [section for section in sections if section.title == "cluster"]
    if not clusters:
        place = only_cluster(directory)
        return (attrs.evolve(place, scratch_path=_of_cluster(scratch_path, place.name)),)
    places: dict[str, ClusterPlace] = {}
    for section in filter(_is_ours, clusters):
        place = _read_cluster(section, directory, scratch_path, findings)
        if place.name in places:
            line = places[place.name].location.line
            message = f"a cluster named {quote(place.name)} stands in line {line} already"
            findings.report("duplicate-cluster", place.location, message, "give each a name of its own")
        places.setdefault(place.name, place)
    if not places:
        message = "no [cluster] here has the type Kubernetes"
        findings.report("no-cluster", Location(file.path), message, "add a [cluster] with type=Kubernetes")
    return tuple(places.values())


def _is_ours(section: Section) -> bool:
    return any(e.key == "type" and e.value.strip('"').lower() == PLUGIN_TYPE for e in section.entries)


def _read_cluster(
    section: Section, directory: str, scratch_path: Reading | None, findings: Findings
) -> ClusterPlace:
    readings = _read_ours(section, _CLUSTER_KEYS, findings)
    values = LauncherCluster(**{field: reading.value for field, reading in readings.items()})
    main_file = posixpath.join(directory, values.config_file or MAIN_FILE)
    _check_name(values.name, readings, findings)
    where = (
        readings["name"].entry.at_value() if "name" in readings else section.line.at(section=section.title)
    )
    asking = readings["config_file"].entry.at_value() if values.config_file else where
    return ClusterPlace(values.name, main_file, where, asking, _of_cluster(scratch_path, values.name))


def _check_name(name: str, readings: Mapping[str, Reading], findings: Findings) -> None:
    """Refuse a name that would lead out of the scratch directory, in which each cluster has its own."""
    if "/" in name or name in (".", ".."):
        message = f"{quote(name)} cannot be a directory's name, which a cluster's name becomes"
        where = readings["name"].entry.at_value()
        findings.report("bad-value", where, message, "write a name without / that is not . or ..")


def _scratch_path(sections: Iterable[Section], directory: str, findings: Findings) -> Reading | None:
    servers = [section for section in sections if section.title == "server"]
    readings = [_read_ours(section, _SERVER_KEYS, findings).get("scratch_path") for section in servers]
    stated = next((reading for reading in reversed(readings) if reading and reading.value), None)
    return stated and stated._replace(value=posixpath.join(directory, stated.value))


def _of_cluster(scratch_path: Reading | None, name: str) -> tuple[str, Origin] | None:
    if scratch_path is None:
        return None
    return f"{scratch_path.value.rstrip('/')}/{name}", scratch_path.entry.origin


def _read_ours(section: Section, keys: Mapping[str, Setting], findings: Findings) -> dict[str, Reading]:
    return read_entries((entry for entry in section.entries if entry.key in keys), keys, findings)
