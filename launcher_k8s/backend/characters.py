"""Chunks of an output that end between characters, so that each is right as text by itself.

A node cuts a log wherever a buffer is full. The beginning of a UTF-8 character at a chunk's end, of three
bytes at most, waits for the rest of it: for the next chunk, a gap, or the end. Bytes that are no UTF-8 are
never waited with. Source: Unicode, section 3.9, "Well-Formed UTF-8 Byte Sequences".
"""

from __future__ import annotations

import codecs
from collections.abc import AsyncGenerator
from contextlib import aclosing

from launcher_k8s.errors import LauncherError
from launcher_k8s.output import OutputChunk, OutputGap

_LONGEST_BEGINNING = 3
_ASCII = 0x80

_utf8 = codecs.getincrementaldecoder("utf-8")


async def whole_characters(
    pieces: AsyncGenerator[OutputChunk | OutputGap],
) -> AsyncGenerator[OutputChunk | OutputGap]:
    """The same bytes in the same order, with no chunk that ends inside a character that goes on.

    Args:
        pieces: The output as it was cut; closed at the end.
    """
    held = b""
    async with aclosing(pieces):
        try:
            async for piece in pieces:
                if isinstance(piece, OutputChunk):
                    data = held + piece.data
                    held = begun_character(data)
                    if whole := data.removesuffix(held):
                        yield OutputChunk(whole)
                    continue
                if held:
                    yield OutputChunk(held)
                    held = b""
                yield piece
        except LauncherError:
            if held:
                yield OutputChunk(held)
            raise
        if held:
            yield OutputChunk(held)


def begun_character(data: bytes) -> bytes:
    """What stands at the end of some bytes of a UTF-8 character that is not complete; often nothing."""
    if not data or data[-1] < _ASCII:
        return b""
    decoder = _utf8("replace")
    # A character's first byte is never one of its others: starting inside of one does no harm.
    decoder.decode(data[-_LONGEST_BEGINNING:])
    return decoder.getstate()[0]
