"""Files that were read here, and that the server user could not read: it does so at every reload.

Source: domain, section 3, "readability judged for the server user". One directory that it may not enter is
told once, however many files are below it.
"""

from __future__ import annotations

from collections.abc import Iterator

from launcher_k8s.config.access import find_obstacle
from launcher_k8s.config.checks.overrides import FIELD
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileReader, FileText
from launcher_k8s.config.sources import Sources
from launcher_k8s.diagnostics import Location
from launcher_k8s.settings import ClusterSettings


def check_access(cluster: ClusterSettings, read: FileReader, sources: Sources, findings: Findings) -> None:
    """Report what will fail once the Launcher runs as its server user; an unprivileged one never does."""
    if cluster.unprivileged:
        return
    files = list(_files_of(cluster, read, sources))
    account = files[0].account(cluster.server_user) if files else None
    if account is None:
        return
    blocked: dict[str, list[str]] = {}
    for file in files:
        way = file.way()
        if way and (obstacle := find_obstacle(way, account)):
            blocked.setdefault(obstacle, []).append(file.path)
    for obstacle, (first, *others) in blocked.items():
        more = f", and so not {len(others)} more of these files" if others else ""
        message = f"{cluster.server_user} ({cluster.origin('server_user')}) {obstacle}{more}"
        hint = "give it access by owner, group or mode; access control lists are not looked at"
        findings.report("unreadable-for-server-user", Location(first), message, hint)


def _files_of(cluster: ClusterSettings, read: FileReader, sources: Sources) -> Iterator[FileText]:
    """The files that stand behind a cluster's settings, each once."""
    yield from sources.files()
    overrides = (
        override
        for section in cluster.profiles
        if FIELD in section.values
        for override in section.values[FIELD].value
    )
    paths = dict.fromkeys(override.file for override in overrides)
    if cluster.auth_token_path:
        paths[cluster.auth_token_path] = None
    for path in paths:
        if isinstance(file := read(path), FileText):
            yield file
