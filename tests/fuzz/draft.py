"""A configuration directory on its way to ruin, and the host around it."""

from __future__ import annotations

import posixpath
from typing import Any

import attrs

from launcher_k8s.config import FileText, ReadFailure
from launcher_k8s.config.access import Step
from tests.memory_files import DIRECTORY, accounts_of, some_account

ABSENT = "No such file or directory"
REFUSALS = ("Permission denied", "it is not a regular file", "Too many levels of symbolic links")
TOKEN_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"


@attrs.define
class Draft:
    """Files by path, relative to the directory or absolute, and what is known of the host.

    A text's bytes that are not UTF-8 are escaped, as `surrogateescape` does; a tuple of one text is why a
    file cannot be read.
    """

    files: dict[str, str | tuple[str]]
    environ: dict[str, str] = attrs.field(factory=dict)
    groups: frozenset[str] | None = None
    mode: int = 0o600
    owner: str = "rstudio-server"
    strict: bool = True

    def copy(self) -> Draft:
        """A draft that may be changed."""
        return attrs.evolve(self, files=dict(self.files), environ=dict(self.environ))

    def texts(self) -> list[str]:
        """The paths of the files that hold a text."""
        return [path for path, text in self.files.items() if isinstance(text, str)]

    def read(self, path: str, /) -> FileText | ReadFailure:
        """What a reader of configuration is handed for a path."""
        asked = path.removeprefix(f"{DIRECTORY}/")
        text = self.files.get(asked)
        if text is None:
            return ReadFailure(path, ABSENT, absent=True)
        if isinstance(text, tuple):
            return ReadFailure(path, text[0])
        return FileText(path, encode(text), self.mode, self.owner, self._way, some_account)

    def _way(self) -> tuple[Step, ...]:
        return (Step(DIRECTORY, 0, 0, 0o755 if self.mode else 0o700), Step("file", 0, 0, 0o644))

    @property
    def options(self) -> dict[str, Any]:
        """What the reader of a directory is told besides."""
        return {"environ": self.environ, "strict": self.strict, "accounts": accounts_of(self.groups)}

    @property
    def size(self) -> int:
        """Characters in all files."""
        return sum(len(text) for text in self.files.values() if isinstance(text, str))


def encode(text: str) -> bytes:
    """The bytes of a text; half characters that no byte stands for become bytes that are not UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """The text whose bytes these are."""
    return data.decode("utf-8", "surrogateescape")


def kind_of(path: str) -> str:
    """What kind of file a path, or another place that a diagnostic names, is."""
    name = posixpath.basename(path)
    for ending, kind in _KINDS:
        if name.endswith(ending):
            return kind
    return "other"


_KINDS = (
    ("launcher.conf", "launcher"),
    (".profiles.conf", "profiles"),
    ("users.conf", "profiles"),
    (".resources.conf", "resources"),
    (".conf", "main"),
    (".json", "override"),
    (".gcfg", "connect"),
    (".yaml", "definition"),
    ("environment", "environment"),
    ("token", "token"),
    ("ca.crt", "certificate"),
)
