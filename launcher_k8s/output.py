"""What a job printed, as it arrives: chunks of bytes, and gaps where bytes are gone."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs

from launcher_k8s.brevity import brief


class GapReason(Enum):
    """Why bytes of an output can no longer be had."""

    ROTATED = "rotated"
    POD_DELETED = "pod deleted"
    NODE_LOST = "node lost"
    LOG_LOST = "log lost"


@attrs.frozen
class OutputChunk:
    """Bytes of the output, in order, each byte once. Where a chunk ends has no meaning.

    A chunk that a backend gives never ends inside a UTF-8 character that goes on in the next one.
    """

    data: bytes

    @property
    def text(self) -> str:
        """The bytes as text, read as UTF-8; what is none is replaced by U+FFFD."""
        return self.data.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<OutputChunk {len(self.data)} bytes>"


@attrs.frozen
class OutputGap:
    """Bytes are missing here: the cluster no longer has them.

    Args:
        after: Time of the last line delivered before the gap, aware UTC; None when nothing was.
        before: Time of the first line after it; None when nothing more can come.
        reason: Why they are gone.
    """

    __repr__ = brief

    after: datetime | None
    before: datetime | None
    reason: GapReason
