"""How the readers are handed files: as values, through one function that is passed in.

The pure rooms open nothing (design, "Rooms"): whoever calls them says how a path is read, as which
account, and what is known of the file's owner and mode.
"""

from __future__ import annotations

from typing import Protocol

import attrs


@attrs.frozen
class FileText:
    """A file that was read.

    Args:
        path: The path as it was asked for.
        data: The file's bytes.
        mode: Permission bits, where known.
        owner: Name of the account that owns the file, where known.
    """

    path: str
    data: bytes = attrs.field(repr=False)
    mode: int | None = None
    owner: str | None = None


@attrs.frozen
class ReadFailure:
    """A file that could not be read.

    Args:
        path: The path as it was asked for.
        reason: Why, as the operating system says it.
        absent: Whether there is no such file, rather than one that may not be read.
    """

    path: str
    reason: str
    absent: bool = False


class FileReader(Protocol):
    """Reads one path and answers with the file or with the failure; it does not raise for files."""

    def __call__(self, path: str, /) -> FileText | ReadFailure:
        """Read ``path``, absolute or relative as the configuration directory is."""
        ...
