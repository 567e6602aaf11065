"""A configuration directory checked before users meet it: everything found, what was read, who gets what.

The findings are those of every load; here they are one value with the files that were read and, for each
section of the profiles file, what its users get: each section together with ``[*]`` alone, because who is in
which groups only ``explain`` can know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePath
from typing import Any

import attrs

from launcher_k8s.brevity import brief_words
from launcher_k8s.config import FileText, ReadFailure, sound_settings
from launcher_k8s.config.sources import Sources
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.files import read_clusters, read_file
from launcher_k8s.present import Table
from launcher_k8s.report import (
    count_severities,
    diagnostic_record,
    diagnostics_table,
    diagnostics_text,
    summary,
)
from launcher_k8s.rules.overview import overview_of
from launcher_k8s.schemas import EXTRA, check_applicable, check_overrides, has_overrides, is_installed
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings, Override, Settings

_MOST_SECTIONS = 100
_OVERRIDES = "job-json-overrides"
_MORE = "more-problems"
# What is wrong with a file that an override names, with a section's title, or with too many lines to go on.
_HIDING = ("bad-json", "bad-bracket", _MORE)


@attrs.frozen(repr=False)
class Checkup:
    """What is to be said about a configuration directory.

    Args:
        directory: The directory.
        files: The files that were read, each once, in order.
        settings: What they say; None where there is an error.
        diagnostics: Every error, warning and info, by file and line.
        cluster: The one cluster whose users are of interest; all if None.
        unchecked: What could not be checked, and why: a sentence each.
    """

    directory: str
    files: tuple[str, ...]
    settings: Settings | None
    diagnostics: tuple[Diagnostic, ...]
    cluster: str | None = None
    unchecked: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return all(diagnostic.severity is Severity.INFO for diagnostic in self.diagnostics)

    def text(self) -> str:
        """For a terminal: findings and their count; for a clean directory what was read and who gets what."""
        findings = [diagnostics_text(self.diagnostics)] if self.diagnostics else []
        if not self.is_clean or self.settings is None:
            return "\n\n".join(["\n".join(findings), *self.unchecked])
        read = "\n".join([f"{self.directory} is clean. Read:", *(f"  {file}" for file in self.files)])
        tables = [self._users_text(cluster) for cluster in self._clusters()]
        return "\n\n".join([*findings, read, *tables, *self.unchecked])

    def records(self) -> dict[str, Any]:
        """JSON types; ``clusters`` is empty where there is an error."""
        return {
            "directory": self.directory,
            "clean": self.is_clean,
            "counts": count_severities(self.diagnostics),
            "diagnostics": [diagnostic_record(diagnostic) for diagnostic in self.diagnostics],
            "unchecked": list(self.unchecked),
            "files": list(self.files),
            "clusters": [
                {"name": cluster.name, "sections": users_table(cluster).records()}
                for cluster in self._clusters()
            ],
        }

    def __repr__(self) -> str:
        return brief_words(self, f"of {self.directory}: {summary(self.diagnostics)}")

    def _repr_html_(self) -> str:
        title = f"{self.directory}: {summary(self.diagnostics)}"
        tables = [diagnostics_table(self.diagnostics, title=title), *map(users_table, self._clusters())]
        return "".join(table.html() for table in tables)

    def _clusters(self) -> Iterator[ClusterSettings]:
        if self.settings is not None:
            yield from (
                self.settings.clusters if self.cluster is None else [self.settings.cluster(self.cluster)]
            )

    def _users_text(self, cluster: ClusterSettings) -> str:
        shown = users_table(cluster, most=_MOST_SECTIONS).text()
        more = len({"*", *(section.title for section in cluster.profiles)}) - _MOST_SECTIONS
        return f"{shown}\nand {more} more sections" if more > 0 else shown


def check_directory(
    directory: str | PurePath = DEFAULT_DIRECTORY,
    *,
    strict: bool = True,
    environ: Mapping[str, str] | None = None,
    cluster: str | None = None,
    kubernetes: str | None = None,
    ask_host: bool = True,
) -> Checkup:
    """Check a configuration directory; nothing is raised for what the files say.

    Args:
        directory: Where the files are.
        strict: Whether unknown keys are errors; otherwise they are warnings.
        environ: The environment that in-pod settings come from; the process's own by default.
        cluster: The one cluster whose users are of interest; all if None. Findings are those of the whole
            directory.
        kubernetes: The version whose schemas the overrides are held against; the newest there is if None.
            Without the extra ``schemas`` only whether they can be applied is checked.
        ask_host: Whether this host is asked which users and groups there are: not where it is another than
            the Launcher's.

    Raises:
        ConfigurationError: The files are sound and name no such cluster.
        NotSupportedError: A version is named, and the extra is not installed or has no schemas of it.
    """
    reader = _RememberingReader()
    clusters, diagnostics = read_clusters(
        directory, strict=strict, environ=environ, read=reader, ask_host=ask_host
    )
    if cluster is not None and (settings := sound_settings(clusters, diagnostics)) is not None:
        settings.cluster(cluster)
    unchecked = tuple(_unchecked(clusters, diagnostics, kubernetes=kubernetes))
    if found := [*_check_overrides(clusters, reader.sources, kubernetes=kubernetes)]:
        diagnostics = _by_place((*diagnostics, *found))
    settings = sound_settings(clusters, diagnostics)
    return Checkup(str(directory), tuple(reader.files), settings, diagnostics, cluster, unchecked)


def _unchecked(
    clusters: Iterable[ClusterSettings], diagnostics: Iterable[Diagnostic], *, kubernetes: str | None
) -> Iterator[str]:
    if any(map(_hides_overrides, diagnostics)):
        yield "Overrides that could not be read are not checked; the others are, as if those were not there."
    if kubernetes is None and not is_installed() and any(map(has_overrides, clusters)):
        install = f'pip install "launcher-k8s[{EXTRA}]"'
        yield f"Names and types that overrides set are not checked: that needs the extra {EXTRA} ({install})"


def _hides_overrides(diagnostic: Diagnostic) -> bool:
    """Whether an error has kept an override, or what may hold one, from being read."""
    is_overrides = diagnostic.location.key == _OVERRIDES or diagnostic.code in _HIDING
    return is_overrides and diagnostic.severity is Severity.ERROR


def _check_overrides(
    clusters: Iterable[ClusterSettings], sources: Sources, *, kubernetes: str | None
) -> Iterator[Diagnostic]:
    """What the overrides of all clusters do wrong; two that share a profiles file share what is found.

    Without the extra only whether they apply is known.
    """

    def locate(override: Override) -> Location:
        return sources.at(override.origin, override.pointer)

    for cluster in clusters:
        if kubernetes is None and not is_installed():
            yield from check_applicable(cluster, locate=locate)
        else:
            yield from check_overrides(cluster, kubernetes=kubernetes, locate=locate)


def _by_place(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each once, the files in the order in which they are first named, each by line."""
    each_once = tuple(dict.fromkeys(diagnostics))
    files = {file: number for number, file in enumerate(dict.fromkeys(d.location.file for d in each_once))}

    def place(diagnostic: Diagnostic) -> tuple[int, bool, int, int]:
        location = diagnostic.location
        return files[location.file], diagnostic.code == _MORE, location.line, location.column

    return tuple(sorted(each_once, key=place))


def users_table(cluster: ClusterSettings, *, most: int | None = None) -> Table:
    """What the users of each section of a cluster's profiles file get, in brief; of the first ones only."""
    columns = (
        "section",
        "job that states nothing",
        "most it may state",
        "images",
        "resource profiles",
        "overrides",
    )
    rows = tuple(
        (
            each.section,
            each.default,
            each.most,
            each.images,
            each.resource_profiles,
            str(each.overrides or ""),
        )
        for each in islice(overview_of(cluster), most)
    )
    return Table(f"What users of {cluster.name} get, each section together with [*] alone", columns, rows)


class _RememberingReader:
    """Reads files as every load does, and remembers which were there."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self.sources = Sources()

    def __call__(self, path: str, /) -> FileText | ReadFailure:
        file = read_file(path)
        if isinstance(file, FileText):
            self.files[path] = None
            self.sources.remember(file)
        return file
