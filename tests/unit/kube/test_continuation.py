from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.kube.continuation import OverlapSearch

LINE = b"".join(b"%05d " % number for number in range(2000))
TAIL = LINE[4000:8000]


def search(half: bytes, *, tail: bytes = TAIL, chunk: int = 1 << 20, whole: bool = False) -> OverlapSearch:
    overlap = OverlapSearch(tail, is_whole=whole)
    for at in range(0, len(half), chunk):
        overlap.feed(half[at : at + chunk])
    overlap.conclude(ended=whole)
    return overlap


@given(begin=st.integers(0, 7936), end=st.integers(8000, 12_000), chunk=st.integers(1, 9000))
def test_the_place_is_found_wherever_the_half_and_the_chunks_begin(begin: int, end: int, chunk: int) -> None:
    overlap = search(LINE[begin:end], chunk=chunk)
    assert (overlap.found, overlap.size, overlap.length) == (True, 8000 - begin, end - begin)
    assert overlap.checksum == crc32(LINE[begin:8000])
    assert not overlap.is_ambiguous


@pytest.mark.parametrize("begin", [8000, 9000])
def test_a_half_that_begins_after_the_place_does_not_hold_it(begin: int) -> None:
    assert not search(LINE[begin:]).found


def test_a_few_bytes_that_are_the_same_by_chance_are_no_place() -> None:
    assert not search(TAIL[-5:] + LINE[9000:]).found


def test_a_few_bytes_that_are_all_there_is_are_the_end() -> None:
    assert search(TAIL[-5:]).size == 5


def test_the_last_of_several_places_counts() -> None:
    overlap = search(bytes(9000), tail=bytes(100))
    assert (overlap.size, overlap.is_ambiguous) == (9000, True)


def test_a_line_that_was_delivered_wholly_does_not_go_on() -> None:
    assert search(LINE[2000:8000], whole=True).size == 6000
    assert not search(LINE[2000:8001], whole=True).found
