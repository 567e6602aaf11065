from __future__ import annotations

from datetime import UTC, datetime, timedelta

from launcher_k8s.connection import LogOptions
from launcher_k8s.testing.scripted.logs import LONGEST_PART, ContainerLog

START = datetime(2026, 1, 1, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def read(log: ContainerLog, **options: object) -> bytes:
    return log.reader(LogOptions("main", **options), lambda: None).take()  # type: ignore[arg-type]


def test_lines_are_there_as_soon_as_they_are_whole() -> None:
    log = ContainerLog(now=Time())
    log.write(b"one\ntw")
    assert read(log) == b"one\n"
    log.write(b"o\n")
    assert read(log) == b"one\ntwo\n"


def test_the_rest_of_a_line_is_there_when_the_container_has_ended() -> None:
    log = ContainerLog(now=Time())
    log.write(b"one\ntw")
    log.end()
    assert read(log) == b"one\ntw"


def test_timestamps_have_nine_digits_and_grow() -> None:
    log = ContainerLog(now=Time())
    log.write(b"a\nb\n")
    assert read(log, timestamps=True) == (
        b"2026-01-01T00:00:00.000000000Z a\n2026-01-01T00:00:00.000000001Z b\n"
    )


def test_only_the_first_part_of_a_long_line_has_a_timestamp() -> None:
    log = ContainerLog(now=Time())
    log.write(b"x" * (LONGEST_PART + 1) + b"\n")
    assert (
        read(log, timestamps=True) == b"2026-01-01T00:00:00.000000000Z " + b"x" * (LONGEST_PART + 1) + b"\n"
    )
    assert len(log.entries) == 2


def test_since_time_is_cut_to_whole_seconds() -> None:
    time = Time()
    log = ContainerLog(now=time)
    log.write(b"before\n")
    time.now += timedelta(seconds=5.2)
    log.write(b"within\n")
    since = START + timedelta(seconds=5.9)
    assert read(log, since_time=since) == b"within\n"


def test_a_limit_cuts_anywhere() -> None:
    log = ContainerLog(now=Time())
    log.write(b"abcdef\n")
    assert read(log, limit_bytes=3) == b"abc"


def test_after_a_rotation_only_the_new_file_is_read_but_readers_go_on() -> None:
    log = ContainerLog(now=Time())
    follower = log.reader(LogOptions("main", follow=True), lambda: None)
    log.write(b"old\n")
    log.rotate()
    log.write(b"new\n")
    assert read(log) == b"new\n"
    assert follower.take() == b"old\nnew\n"


def test_a_file_that_is_full_is_rotated() -> None:
    log = ContainerLog(now=Time(), file_size=60)
    log.write(b"0123456789\n" * 2)
    assert read(log) == b"0123456789\n"
    assert log.text == b"0123456789\n" * 2


def test_a_follower_is_woken_and_is_over_when_the_container_has_ended() -> None:
    woken = list[str]()
    log = ContainerLog(now=Time())
    follower = log.reader(LogOptions("main", follow=True), lambda: woken.append("woken"))
    log.write(b"x\n")
    assert woken == ["woken"]
    log.end()
    assert (follower.is_over, follower.take(), follower.is_over) == (False, b"x\n", True)
    follower.close()
    log.close()
    assert woken == ["woken", "woken"]
