"""A directory of files that exists only in memory, read through the readers' own protocol."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.settings import ClusterSettings, Settings

DIRECTORY = "/conf"
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
        return FileText(path, text if isinstance(text, bytes) else text.encode(), self._mode, self._owner)


def read_texts(
    files: Mapping[str, str | bytes | None],
    *,
    environ: Mapping[str, str] | None = None,
    strict: bool = True,
    knows_group: Callable[[str], bool] | None = None,
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read a directory of these files; a main file with only a connection is added where there is none."""
    files = {"launcher.kubernetes.conf": CONNECTION, **files}
    return parse_settings(
        DIRECTORY, MemoryFiles(files), environ=environ or {}, strict=strict, knows_group=knows_group
    )


def read_cluster(files: Mapping[str, str | bytes | None], **options: str) -> ClusterSettings:
    """The one cluster of a directory that must have no errors."""
    settings, diagnostics = read_texts(files)
    assert settings is not None, "\n".join(map(str, diagnostics))
    return settings.cluster()
