"""Connect's file, and the files that it names, as one cluster's settings.

The file wins over the environment, and the environment over what a pod knows of its own cluster. The images
of the cluster definitions are offered to everyone, before the sections of the profiles file apply (domain,
section 1, "Connect").
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from launcher_k8s.config.accounts import Accounts
from launcher_k8s.config.checks import check_cluster
from launcher_k8s.config.connect.connect_file import (
    SECTIONS,
    ConnectFile,
    Reading,
    SectionReadings,
    read_connect_file,
)
from launcher_k8s.config.connect.data_directory import read_data_mount
from launcher_k8s.config.connect.definition_file import read_definition_file
from launcher_k8s.config.connect.environment import fill_in_variables
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.in_pod import fill_in
from launcher_k8s.config.launcher_file import MAIN_FILE
from launcher_k8s.config.main_file import MainFile
from launcher_k8s.config.opening import Opener
from launcher_k8s.config.profiles_file import read_profiles_file
from launcher_k8s.config.reading import FileReader, ReadFailure
from launcher_k8s.config.sources import Sources
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import DEFAULT, Sourced
from launcher_k8s.settings import ClusterDefinition, ClusterSettings, ProfileSection, SubjectKind
from launcher_k8s.settings.cluster import amend
from launcher_k8s.settings.connect import CONNECT_NAMESPACE
from launcher_k8s.tokens import decode_token
from launcher_k8s.wording import quote

CONNECT_FILE = "rstudio-connect.gcfg"
SUFFIX = ".gcfg"
_GATES = ("Enabled", "Kubernetes")
_LAUNCHER_FILES = ("launcher.conf", MAIN_FILE)
_LAUNCHER_NAMESPACE = ClusterSettings().namespace

_CLUSTER_FIELDS = attrs.fields_dict(ClusterSettings).keys()
_KEYS: Mapping[str, str] = MappingProxyType(
    {setting.field: key for key, setting in SECTIONS["Launcher"].items() if setting.field in _CLUSTER_FIELDS}
)


def find_connect_file(directory: str, read: FileReader) -> str | None:
    """Connect's file, where a directory is Connect's, or is that file; None where it is the Launcher's."""
    if directory.endswith(SUFFIX):
        return directory
    path = posixpath.join(directory, CONNECT_FILE)
    others = (posixpath.join(directory, name) for name in _LAUNCHER_FILES)
    return path if not _is_absent(path, read) and all(_is_absent(other, read) for other in others) else None


def _is_absent(path: str, read: FileReader) -> bool:
    file = read(path)
    return isinstance(file, ReadFailure) and file.absent


def read_connect_cluster(
    path: str,
    read: FileReader,
    *,
    directory: str,
    environ: Mapping[str, str],
    findings: Findings,
    accounts: Accounts | None,
) -> ClusterSettings:
    """The cluster's settings, as far as its files can be read, with everything said about them.

    Args:
        path: Connect's file.
        read: Reads a path.
        directory: What was asked for, to be remembered.
        environ: The environment.
        findings: Told of every problem.
        accounts: What the host knows of users and groups; not asked where None.
    """
    sources = Sources()
    opener = Opener(read, sources, findings)
    file = _read_file(path, opener, findings)
    for reading in _readings_of(file):
        sources.remember_place(reading.origin, reading.location)
    main = fill_in_variables(_main_of(file, findings), environ, findings)
    main = fill_in(main, read, environ=environ, findings=findings)
    definitions = _definitions(file, opener, findings)
    cluster = ClusterSettings(
        profiles=(*_offer(definitions), *_profiles(main, opener, read, sources, findings)),
        definitions=definitions,
        directory=directory,
        origins=main.origins,
        **main.values,
    )
    _check_namespace(cluster, sources, findings)
    check_cluster(cluster, main, read, sources=sources, findings=findings, accounts=accounts)
    return amend(cluster, diagnostics=findings.diagnostics())


def _read_file(path: str, opener: Opener, findings: Findings) -> ConnectFile:
    file = opener.open(path, Location(path))
    if file is None:
        # Nothing of it is known, so nothing of it is missing either.
        nothing = SectionReadings(
            unread=frozenset(setting.field for setting in SECTIONS["Launcher"].values())
        )
        return ConnectFile(path, nothing, SectionReadings())
    connect_file = read_connect_file(file, findings)
    _check_gates(connect_file, findings)
    return connect_file


def _readings_of(file: ConnectFile) -> Iterable[Reading]:
    for section in (file.launcher, file.server):
        yield from section.values.values()


def _check_gates(file: ConnectFile, findings: Findings) -> None:
    # A line whose value is not closed has been told: that it sets nothing would be noise.
    broken = {key.lower() for key in findings.broken()[1]}
    for key in _GATES:
        field = SECTIONS["Launcher"][key].field
        stated = file.launcher.values.get(field)
        if field in file.launcher.unread or (stated and stated.value) or key.lower() in broken:
            continue
        where = stated.location if stated else Location(file.path, section="Launcher", key=key)
        message = f"{key} is not {'true' if stated else 'set'}: Connect would not run content on Kubernetes"
        findings.report("connect-not-off-host", where, message, f"write {key} = true below [Launcher]")


def _main_of(file: ConnectFile, findings: Findings) -> MainFile:
    """What the file sets, as a Launcher's main file would."""
    stated = {field: reading for field, reading in file.launcher.values.items() if field in _KEYS}
    values = {field: reading.value for field, reading in stated.items()}
    origins = {field: reading.origin for field, reading in stated.items()}
    if "auth_token" in values:
        values["auth_token"] = decode_token(values["auth_token"])
    if "scratch_path" in values:
        values["scratch_path"] = posixpath.join(posixpath.dirname(file.path), values["scratch_path"])
    main = MainFile(file.path, values, origins, file.launcher.unread & _KEYS.keys(), _KEYS)
    if "namespace" not in main.values:
        main = main.with_value("namespace", CONNECT_NAMESPACE, DEFAULT)
    mount = read_data_mount(file, findings)
    return main.with_value("mounts", (mount[0],), mount[1]) if mount else main


def _definitions(file: ConnectFile, opener: Opener, findings: Findings) -> tuple[ClusterDefinition, ...]:
    stated = file.launcher.items.get("cluster_definitions", ())
    beside = posixpath.dirname(file.path)
    texts = [opener.open(posixpath.join(beside, reading.value), reading.location) for reading in stated]
    return tuple(read_definition_file(text, findings) for text in texts if text)


def _offer(definitions: Iterable[ClusterDefinition]) -> Iterable[ProfileSection]:
    """The known images, in order, as a section for everyone; none where no image is defined."""
    images = [(image.name, definition) for definition in definitions for image in definition.images]
    if images:
        origin = images[0][1].origin
        names = tuple(dict.fromkeys(name for name, _ in images))
        yield ProfileSection(SubjectKind.EVERYONE, "", {"container_images": Sourced(names, origin)}, origin)


def _profiles(
    main: MainFile, opener: Opener, read: FileReader, sources: Sources, findings: Findings
) -> tuple[ProfileSection, ...]:
    stated = main.values.get("profile_config")
    if stated is None:
        return ()
    path = posixpath.join(posixpath.dirname(main.path), stated)
    file = opener.open(path, sources.at(main.origins["profile_config"]))
    return read_profiles_file(file, read, findings) if file else ()


def _check_namespace(cluster: ClusterSettings, sources: Sources, findings: Findings) -> None:
    if cluster.namespace == _LAUNCHER_NAMESPACE:
        where = sources.at(cluster.origin("namespace"))
        message = f"{quote(cluster.namespace)} is where the Workbench Launcher runs its jobs by default"
        findings.report("launcher-namespace", where, message, "give Connect a namespace of its own")
