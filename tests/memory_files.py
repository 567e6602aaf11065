"""A directory of files that exists only in memory, read through the readers' own protocol."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.config.access import Account, Step
from launcher_k8s.config.accounts import Accounts
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.settings import ClusterSettings, Settings

DIRECTORY = "/conf"
LAUNCHER = "launcher.conf"
MAIN = "launcher.kubernetes.conf"
PROFILES = "launcher.kubernetes.profiles.conf"
RESOURCES = "launcher.kubernetes.resources.conf"
CONNECT = "rstudio-connect.gcfg"
CONNECT_CONNECTION = (
    "[Launcher]\nEnabled = true\nKubernetes = true\n"
    "KubernetesAPIURL = https://10.0.0.1:6443\nKubernetesAuthToken = opaque\n"
)
CONNECTION = "api-url=https://10.0.0.1:6443\nauth-token=opaque\n"


class MemoryFiles:
    """Reads from a mapping of names to texts; None stands for a file that may not be read.

    Names that are not absolute are in the directory.
    """

    def __init__(
        self, files: Mapping[str, str | bytes | None], *, mode: int = 0o600, owner: str = "rstudio-server"
    ) -> None:
        self._files = {posixpath.join(DIRECTORY, name): text for name, text in files.items()}
        self._mode = mode
        self._owner = owner

    def __call__(self, path: str, /) -> FileText | ReadFailure:
        path = posixpath.join(DIRECTORY, path)
        if path not in self._files:
            return ReadFailure(path, "No such file or directory", absent=True)
        text = self._files[path]
        if text is None:
            return ReadFailure(path, "Permission denied")
        data = text if isinstance(text, bytes) else text.encode()
        return FileText(path, data, self._mode, self._owner, self._way, some_account)

    def _way(self) -> tuple[Step, ...]:
        """Files of mode 0000 are in a directory that nobody but root may enter; the others may be read."""
        return (Step(DIRECTORY, 0, 0, 0o755 if self._mode else 0o700), Step("file", 0, 0, 0o644))


def some_account(name: str) -> Account:
    """The account of the name, on a host that has all."""
    return Account(name, 998, frozenset({998}))


def with_main_file(files: Mapping[str, str | bytes | None]) -> Mapping[str, str | bytes | None]:
    """These files, and a main file with only a connection where there is neither that nor Connect's."""
    return files if CONNECT in files else {MAIN: CONNECTION, **files}


def accounts_of(groups: frozenset[str] | None, *, users: Iterable[str] = ("jsmith",)) -> Accounts | None:
    """A host with these groups and users; one that is not asked, where None."""
    if groups is None:
        return None
    known = frozenset(users)
    return Accounts(groups.__contains__, known.__contains__, lambda: sorted(groups), lambda: sorted(known))


def read_texts(
    files: Mapping[str, str | bytes | None],
    *,
    environ: Mapping[str, str] | None = None,
    strict: bool = True,
    accounts: Accounts | None = None,
    scratch_path: str | None = None,
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read a directory of these files; a main file with only a connection is added where there is none."""
    files = with_main_file(files)
    return parse_settings(
        DIRECTORY,
        MemoryFiles(files),
        environ=environ or {},
        strict=strict,
        accounts=accounts,
        scratch_path=scratch_path,
    )


def read_cluster(
    files: Mapping[str, str | bytes | None], *, environ: Mapping[str, str] | None = None
) -> ClusterSettings:
    """The one cluster of a directory that must have no errors."""
    settings, diagnostics = read_texts(files, environ=environ)
    assert settings is not None, "\n".join(map(str, diagnostics))
    return settings.cluster()


def findings_of(files: Mapping[str, str | bytes | None], **options: Any) -> dict[str, list[Diagnostic]]:
    """Everything said about a directory of these files, by code; options as of :func:`read_texts`."""
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in read_texts(files, **options)[1]:
        found.setdefault(diagnostic.code, []).append(diagnostic)
    return found


def only_finding(files: Mapping[str, str | bytes | None], **options: Any) -> Diagnostic:
    """The one thing said about a directory of these files; options as of :func:`read_texts`."""
    _, diagnostics = read_texts(files, **options)
    assert len(diagnostics) == 1, "\n".join(map(str, diagnostics))
    return diagnostics[0]
