"""A configuration directory as settings: which files there are, in which order they are read.

``launcher.conf`` names the clusters; each has a main file, beside it a profiles file (unless
``profile-config`` names one) and a resources file under the main file's stem (domain, section 1). A directory
that has none of these and Posit Connect's file is read as Connect's.
All problems of all files are told at once.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from itertools import chain
from types import MappingProxyType

import attrs

from launcher_k8s.config.accounts import Accounts
from launcher_k8s.config.checks import check_cluster
from launcher_k8s.config.connect.reader import find_connect_file, read_connect_cluster
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.in_pod import fill_in
from launcher_k8s.config.launcher_file import ClusterPlace, only_cluster, read_launcher_file
from launcher_k8s.config.main_file import MainFile, read_main_file
from launcher_k8s.config.opening import Opener, report_failure
from launcher_k8s.config.profiles_file import read_profiles_file
from launcher_k8s.config.reading import FileReader, FileText, ReadOnce
from launcher_k8s.config.resources_file import read_resources_file
from launcher_k8s.config.sources import Sources
from launcher_k8s.config.table import CLUSTER_KEYS
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.settings import (
    DEFAULT_DIRECTORY,
    ClusterSettings,
    ProfileSection,
    ResourceProfile,
    Settings,
)
from launcher_k8s.settings.cluster import amend

LAUNCHER_FILE = "launcher.conf"
PROFILES_FILE = "launcher.kubernetes.profiles.conf"


def parse_settings(
    directory: str,
    read: FileReader,
    *,
    environ: Mapping[str, str] = MappingProxyType({}),
    strict: bool = True,
    accounts: Accounts | None = None,
    scratch_path: str | None = None,
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read a configuration directory through a function; nothing is raised for what the files say.

    Args:
        directory: Where the files are, or Connect's own file; paths in origins and diagnostics begin with it.
        read: Reads a path.
        environ: The environment, which inside a pod fills in what the files leave unset.
        strict: Whether unknown keys are errors; otherwise they are warnings.
        accounts: What the host knows of users and groups; not asked where None.
        scratch_path: The directory of templates that the command line gives; it wins over all files.

    Returns:
        The settings, None where there is an error; and every diagnostic, by file and line.
    """
    clusters, diagnostics = parse_clusters(
        directory, read, environ=environ, strict=strict, accounts=accounts, scratch_path=scratch_path
    )
    return sound_settings(clusters, diagnostics), diagnostics


def sound_settings(
    clusters: tuple[ClusterSettings, ...], diagnostics: tuple[Diagnostic, ...]
) -> Settings | None:
    """Clusters as the settings of a directory; None where one of its diagnostics is an error."""
    if any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
        return None
    return Settings(clusters, diagnostics)


def parse_clusters(
    directory: str,
    read: FileReader,
    *,
    environ: Mapping[str, str] = MappingProxyType({}),
    strict: bool = True,
    accounts: Accounts | None = None,
    scratch_path: str | None = None,
) -> tuple[tuple[ClusterSettings, ...], tuple[Diagnostic, ...]]:
    """Read a configuration directory for more checks of it: also where there are errors.

    Args: as for :func:`parse_settings`.

    Returns:
        The clusters as far as they could be read, which no job is to be planned with where there is an error;
        and every diagnostic, by file and line.
    """
    read = ReadOnce(read)
    findings = Findings(strict=strict)
    clusters: list[ClusterSettings] = []
    connect_file = find_connect_file(directory, read)
    if connect_file is not None:
        cluster = read_connect_cluster(
            connect_file,
            read,
            directory=directory,
            environ=environ,
            findings=Findings(strict=strict),
            accounts=accounts,
        )
        clusters.append(cluster)
    for place in _clusters(directory, read, findings) if connect_file is None else ():
        reader = _ClusterReader(place, read, Findings(strict=strict))
        clusters.append(reader.read_cluster(directory, environ, accounts))
    _check_scratch_paths(clusters, findings)
    if scratch_path is not None:
        clusters = [_with_scratch_path(cluster, scratch_path) for cluster in clusters]
    # Clusters may share a profiles file, whose findings are then told once.
    found = chain(findings.diagnostics(), *(cluster.diagnostics for cluster in clusters))
    return tuple(clusters), tuple(dict.fromkeys(found))


def _clusters(directory: str, read: FileReader, findings: Findings) -> tuple[ClusterPlace, ...]:
    path = posixpath.join(directory, LAUNCHER_FILE)
    file = read(path)
    if isinstance(file, FileText):
        return read_launcher_file(file, directory, findings)
    if not file.absent:
        report_failure(file, Location(path), findings)
    return (only_cluster(directory),)


class _ClusterReader:
    """Reads the files of one cluster, one after the other."""

    def __init__(self, place: ClusterPlace, read: FileReader, findings: Findings) -> None:
        self._place = place
        self._read = read
        self._findings = findings
        self._sources = Sources()
        self._files = Opener(read, self._sources, findings)
        if isinstance(launcher_file := read(place.location.file), FileText):
            self._sources.remember(launcher_file)

    def read_cluster(
        self, directory: str, environ: Mapping[str, str], accounts: Accounts | None
    ) -> ClusterSettings:
        """The cluster's settings, as far as its files can be read, with everything said about them."""
        main = fill_in(self._main_file(), self._read, environ=environ, findings=self._findings)
        if self._place.scratch_path and not main.sets("scratch_path"):
            main = main.with_value("scratch_path", *self._place.scratch_path)
        cluster = ClusterSettings(
            name=self._place.name,
            profiles=self._profiles(main, directory),
            resources=self._resources(),
            directory=directory,
            origins=main.origins,
            **main.values,
        )
        check_cluster(
            cluster,
            main,
            self._read,
            sources=self._sources,
            findings=self._findings,
            accounts=accounts,
        )
        return amend(cluster, diagnostics=self._diagnostics())

    def _diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found: of the main file, of profiles, of resources, and then of others."""
        opened = (file.path for file in self._sources.files())
        order = dict.fromkeys((self._place.location.file, self._place.main_file, *opened))
        ranks = {path: rank for rank, path in enumerate(order)}
        found = self._findings.diagnostics()
        return tuple(sorted(found, key=lambda each: ranks.get(each.location.file, len(ranks))))

    def _main_file(self) -> MainFile:
        path = self._place.main_file
        file = self._files.open(path, self._place.file_location)
        if file is None:
            return MainFile(path, unread=frozenset(setting.field for setting in CLUSTER_KEYS.values()))
        return read_main_file(file, self._findings)

    def _profiles(self, main: MainFile, directory: str) -> tuple[ProfileSection, ...]:
        stated = main.values.get("profile_config")
        where = self._sources.at(main.origins["profile_config"]) if stated else Location(main.path)
        # The key's default is a path of its own, which need not lie beside the main file.
        is_default = not stated and posixpath.normpath(directory) == DEFAULT_DIRECTORY
        beside = DEFAULT_DIRECTORY if is_default else posixpath.dirname(main.path)
        file = self._files.open(
            posixpath.join(beside, stated or PROFILES_FILE), where, is_required=bool(stated)
        )
        return read_profiles_file(file, self._read, self._findings) if file else ()

    def _resources(self) -> tuple[ResourceProfile, ...]:
        path = f"{self._place.main_file.removesuffix('.conf')}.resources.conf"
        file = self._files.open(path, Location(path), is_required=False)
        return read_resources_file(file, self._findings) if file else ()


def _check_scratch_paths(clusters: Iterable[ClusterSettings], findings: Findings) -> None:
    """Report clusters whose templates the files put into one directory."""
    first: dict[str, ClusterSettings] = {}
    for cluster in clusters:
        other = first.setdefault(posixpath.normpath(cluster.scratch_directory), cluster)
        # Two of one name are told as such.
        if other is not cluster and other.name != cluster.name:
            origin = cluster.origin("plugin_name" if cluster.scratch_path is None else "scratch_path")
            where = Location(origin.file, origin.line, 0, origin.section, origin.key)
            message = f"the clusters {other.name} and {cluster.name} share {cluster.scratch_directory}"
            hint = "give each cluster a scratch-path of its own"
            findings.report("shared-scratch-path", where, message, hint)


def _with_scratch_path(cluster: ClusterSettings, path: str) -> ClusterSettings:
    origin = Origin(OriginKind.CODE, key="scratch-path")
    return attrs.evolve(cluster, scratch_path=path, origins={**cluster.origins, "scratch_path": origin})
