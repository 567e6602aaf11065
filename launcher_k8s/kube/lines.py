"""Chunks that end anywhere, as whole lines of any length.

An event of a watch may be larger than an HTTP library's line limit (4 MiB in aiohttp), and may come
in many chunks: pieces are kept apart until their newline arrives, so that each byte is copied once.
"""

from __future__ import annotations


class LineSplitter:
    """Cuts a stream of bytes at its newlines.

    Invariant: ``_pieces`` joined is what was fed since the last newline; none of it holds a newline.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, without their newlines; empty lines are left out."""
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._pieces:
            self._pieces.append(lines[0])
            lines[0] = b"".join(self._pieces)
            self._pieces.clear()
        if rest:
            self._pieces.append(rest)
        return [line for line in lines if line]

    @property
    def rest(self) -> bytes:
        """What was fed since the last newline."""
        return b"".join(self._pieces)
