"""Whether a file that begins inside a line goes on with the line that was last delivered, and from where.

A container's log may be rotated within a line. The newest file then begins with the line's later half,
and a kubelet puts a time before that half as it does before any line that comes first: nothing in it
says that it is no line of its own. Only what it holds does. The end of what was delivered is looked for
in it; the last place counts, since bytes must never come twice.
"""

from __future__ import annotations

from zlib import crc32

KEPT_BYTES = 4096
"""Of a line's delivered end. No runtime cuts a shorter line into parts (conmon 8 KiB, containerd 16)."""

_LEAST_OVERLAP = 64  # fewer bytes may be the same by chance


class OverlapSearch:
    """Finds the last place in a line's later half up to which it was delivered.

    Args:
        tail: The last bytes that were delivered of the line, without its newline.
        is_whole: Whether the line's newline was delivered too: then only the half's own end will do.

    Attributes:
        size: How many bytes of the half were delivered; meaningless unless ``found``.
        checksum: Of these bytes.
        found: Whether there is such a place.
        is_ambiguous: Whether other places look the same.
    """

    def __init__(self, tail: bytes, *, is_whole: bool) -> None:
        self.size = self.checksum = 0
        self.found = self.is_ambiguous = False
        self._tail = tail
        self._is_whole = is_whole
        self._head = b""  # as much of the half as the tail is long
        self._window = b""  # what the tail may yet begin in
        self._passed = self._passed_checksum = 0  # length and checksum of what came before the window

    @property
    def length(self) -> int:
        """How long the half is, as far as it was fed."""
        return self._passed + len(self._window)

    def feed(self, piece: bytes) -> None:
        """More of the half, without its newline."""
        self._head += piece[: len(self._tail) - len(self._head)]
        window = self._window + piece
        last = window.rfind(self._tail)
        if last >= 0:
            self.is_ambiguous = self.found or window.find(self._tail) != last
            self._find(window[: last + len(self._tail)])
        cut = max(0, len(window) - len(self._tail) + 1)
        self._passed_checksum = crc32(window[:cut], self._passed_checksum)
        self._passed += cut
        self._window = window[cut:]

    def conclude(self, *, ended: bool) -> None:
        """The half is over: ``ended`` if by its newline, else because no more of it is there yet."""
        if not self.found:
            self._find_short()
        if self._is_whole:
            self.found = self.found and ended and self.size == self.length
            self.is_ambiguous = False

    def _find(self, upto: bytes) -> None:
        self.found = True
        self.size = self._passed + len(upto)
        self.checksum = crc32(upto, self._passed_checksum)

    def _find_short(self) -> None:
        """The file may begin so near to the place that the tail does not fit between."""
        for size in range(len(self._head), 0, -1):
            if size < _LEAST_OVERLAP and size != self.length:
                return
            if self._tail.endswith(self._head[:size]):
                self.found, self.size, self.checksum = True, size, crc32(self._head[:size])
                return
