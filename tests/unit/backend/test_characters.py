from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.backend.characters import begun_character, whole_characters
from launcher_k8s.errors import UnavailableError
from launcher_k8s.output import GapReason, OutputChunk, OutputGap

Piece = OutputChunk | OutputGap

GAP = OutputGap(None, None, GapReason.ROTATED)
SOME_BYTES = st.one_of(
    st.binary(max_size=6),
    st.text(max_size=6).map(str.encode),
    st.lists(st.sampled_from([0xF0, 0x9F, 0x98, 0x80, 0xE2, 0x82, 0xAC, 0xC3, 0xED, 0xA0, 0x41])).map(bytes),
)


async def give(pieces: Sequence[Piece], error: Exception | None = None) -> AsyncGenerator[Piece]:
    for piece in pieces:
        yield piece
    if error is not None:
        raise error


async def joined(*pieces: Piece) -> list[Piece]:
    return [piece async for piece in whole_characters(give(pieces))]


def chunks(*data: bytes) -> list[OutputChunk]:
    return [OutputChunk(each) for each in data]


async def test_a_character_that_was_cut_comes_whole() -> None:
    assert await joined(*chunks(b"5 \xe2", b"\x82", b"\xac!")) == chunks(b"5 ", b"\xe2\x82\xac!")


async def test_what_comes_before_a_begun_character_does_not_wait() -> None:
    pieces = whole_characters(give(chunks(b"caf\xc3", b"\xa9")))
    async with aclosing(pieces):
        assert await anext(pieces) == OutputChunk(b"caf")


async def test_a_character_that_is_never_finished_comes_at_the_end() -> None:
    assert await joined(*chunks(b"a\xf0\x9f\x98")) == chunks(b"a", b"\xf0\x9f\x98")


async def test_a_begun_character_comes_before_a_gap() -> None:
    pieces: list[Piece] = [OutputChunk(b"\xc3"), GAP, OutputChunk(b"\xa9")]
    assert await joined(*pieces) == pieces


async def test_a_begun_character_comes_before_an_error() -> None:
    pieces = whole_characters(give(chunks(b"\xc3"), UnavailableError("down")))
    assert await anext(pieces) == OutputChunk(b"\xc3")
    with pytest.raises(UnavailableError):
        await anext(pieces)


async def test_leaving_early_closes_what_is_behind() -> None:
    source = give(chunks(b"a", b"b"))
    async with aclosing(whole_characters(source)) as pieces:
        await anext(pieces)
    with pytest.raises(StopAsyncIteration):
        await anext(source)


@given(st.lists(SOME_BYTES))
async def test_bytes_stay_and_the_text_of_chunks_is_that_of_the_whole(cuts: list[bytes]) -> None:
    given_bytes = b"".join(cuts)
    got = [piece for piece in await joined(*chunks(*cuts)) if isinstance(piece, OutputChunk)]
    assert b"".join(chunk.data for chunk in got) == given_bytes
    assert "".join(chunk.text for chunk in got) == given_bytes.decode("utf-8", "replace")
    assert all(chunk.data for chunk in got)


@given(st.text(), st.data())
async def test_text_is_never_replaced_wherever_it_is_cut(text: str, data: st.DataObject) -> None:
    encoded = text.encode()
    at = sorted(data.draw(st.lists(st.integers(0, len(encoded)))))
    cuts = [encoded[a:b] for a, b in zip([0, *at], [*at, len(encoded)], strict=True)]
    got = [piece.text for piece in await joined(*chunks(*cuts)) if isinstance(piece, OutputChunk)]
    assert "".join(got) == text


@given(SOME_BYTES)
def test_never_more_than_three_bytes_wait(data: bytes) -> None:
    begun = begun_character(data)
    assert len(begun) <= 3
    assert data.endswith(begun)
