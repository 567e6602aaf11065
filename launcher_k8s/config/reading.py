"""How the readers are handed files: as values, through one function that is passed in.

The pure rooms open nothing (design, "Rooms"): whoever calls them says how a path is read, as which
account, and what is known of the file's owner and mode.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from launcher_k8s.config.access import Account, Step


def _no_account(_: str) -> Account | None:
    return None


@attrs.frozen
class FileText:
    """A file that was read.

    Args:
        path: The path as it was asked for.
        data: The file's bytes.
        mode: Permission bits, where known.
        owner: Name of the account that owns the file, where known.
        way: Tells the directories that lead to the file, and last the file itself; nothing where unknown.
        account: Finds an account of the file's host by its name, if its access is to be judged.
    """

    path: str
    data: bytes = attrs.field(repr=False)
    mode: int | None = None
    owner: str | None = None
    way: Callable[[], Sequence[Step]] = attrs.field(default=tuple, eq=False, repr=False)
    account: Callable[[str], Account | None] = attrs.field(default=_no_account, eq=False, repr=False)


@attrs.frozen
class ReadFailure:
    """A file that could not be read.

    Args:
        path: The path as it was asked for.
        reason: Why, as the operating system says it.
        absent: Whether there is no such file, rather than one that may not be read.
        hint: What to do, where that is neither to create the file nor to give access to it.
    """

    path: str
    reason: str
    absent: bool = False
    hint: str = ""


class FileReader(Protocol):
    """Reads one path and answers with the file or with the failure; it does not raise for files."""

    def __call__(self, path: str, /) -> FileText | ReadFailure:
        """Read ``path``, absolute or relative as the configuration directory is."""
        ...


class ReadOnce:
    """A reader that asks another one once for each path: whoever reads a file sees the same text."""

    def __init__(self, read: FileReader) -> None:
        self._read = read
        self._answers: dict[str, FileText | ReadFailure] = {}

    def __call__(self, path: str, /) -> FileText | ReadFailure:
        """The first answer for this path."""
        if path not in self._answers:
            self._answers[path] = self._read(path)
        return self._answers[path]
