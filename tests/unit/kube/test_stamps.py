from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.kube.stamps import moment, nanoseconds, newest, split_stamped
from tests.unit.kube.kubelet import START_S, stamp

A, B = b"2026-11-21T04:22:00.000000001Z", b"2026-11-21T04:22:00.000000002Z"


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        (b"1970-01-01T00:00:00.000000000Z", 0),
        (b"1970-01-01T00:00:01.000000001Z", 1_000_000_001),
        (b"1970-01-01T02:00:00.5+02:00", 500_000_000),
        (b"1969-12-31T19:00:00.000000000-05:00", 0),
        (b"1970-01-01T00:00:03Z", 3_000_000_000),
    ],
)
def test_stamps_are_read_to_the_nanosecond(text: bytes, expected_ns: int) -> None:
    assert nanoseconds(text) == expected_ns


def test_a_moment_is_in_utc() -> None:
    assert moment(b"2026-11-21T06:22:00.123456789+02:00") == datetime(2026, 11, 21, 4, 22, 0, 123456, UTC)


@given(st.integers(0, 4_000_000_000 * 1_000_000_000))
def test_writing_and_reading_a_stamp_agree(time_ns: int) -> None:
    assert nanoseconds(stamp(time_ns)) == time_ns


@given(st.lists(st.integers(START_S * 10**9, (START_S + 3) * 10**9), min_size=1))
def test_the_newest_is_the_latest(times: list[int]) -> None:
    assert newest([stamp(time) for time in times]) == max(times)


def test_the_newest_across_zones_goes_by_time_not_text() -> None:
    summer, winter = b"2026-10-25T02:59:59.000000000+02:00", b"2026-10-25T02:00:00.000000000+01:00"
    assert newest([summer, winter]) == nanoseconds(winter)


def test_lines_are_split_from_their_stamps() -> None:
    lines = split_stamped(A + b" one\n" + B + b" \n" + B + b" thr")
    assert lines.stamps == [A, B, B]
    assert lines.bodies == [b"one", b"", b"thr"]
    assert lines.is_open
    assert lines.joined() == b"one\n\nthr"
    assert [lines.offset(index) for index in range(3)] == [0, 35, 67]


def test_half_a_stamp_waits_for_the_rest() -> None:
    lines = split_stamped(A + b" one\n" + B[:12])
    assert (lines.stamps, lines.rest, lines.is_foreign) == ([A], B[:12], False)
    assert lines.joined() == b"one\n"


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_text_without_a_stamp_is_foreign(end: bytes) -> None:
    said = b"unable to retrieve container logs for containerd://abc" + end
    lines = split_stamped(A + b" one\n" + said)
    assert (lines.stamps, lines.rest, lines.is_foreign) == ([A], said, True)


def test_stamps_of_several_shapes_are_split_one_by_one() -> None:
    odd = b"2026-11-21T06:22:00.5+02:00"
    lines = split_stamped(A + b" one\n" + odd + b" two\n" + b"2026")
    assert (lines.stamps, lines.bodies, lines.rest) == ([A, odd], [b"one", b"two"], b"2026")


def test_a_body_that_looks_like_a_stamp_stays_a_body() -> None:
    lines = split_stamped(A + b" " + B + b" x\n")
    assert lines.bodies == [B + b" x"]
