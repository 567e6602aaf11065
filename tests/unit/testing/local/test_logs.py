"""Log files and how they are read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.local.logfiles import PART_BYTES, Entry, LogFile
from launcher_k8s.testing.local.logreading import LogQuery, LogReader, parse_log_query

NOW = datetime(2026, 11, 21, 7, 45, 30, 500_000, tzinfo=UTC)


def _log(folder: Path, *, rotate_bytes: int = 1 << 20) -> LogFile:
    return LogFile(folder / "0.log", rotate_bytes=rotate_bytes)


def _written(folder: Path, data: bytes) -> LogFile:
    log = _log(folder)
    stream = log.stream("stdout")
    stream.feed(data)
    stream.close()
    return log


async def _read(log: LogFile, **query: Any) -> bytes:
    return b"".join([chunk async for chunk in LogReader(log, LogQuery(**query)).chunks()])


async def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert await _read(_written(tmp_path, b"one\n\ntwo")) == b"one\n\ntwo"


@given(pieces=st.lists(st.binary(max_size=40_000), max_size=4))
async def test_every_byte_is_kept_however_it_came(
    pieces: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = _log(tmp_path_factory.mktemp("log"))
    stream = log.stream("stdout")
    for piece in pieces:
        stream.feed(piece)
    stream.close()
    assert await _read(log) == b"".join(pieces)


async def test_a_long_line_is_stored_in_parts_and_bears_one_time(tmp_path: Path) -> None:
    log = _written(tmp_path, b"x" * (2 * PART_BYTES + 1) + b"\n")
    entries = [Entry.parse(line) for line in log.path.read_bytes().splitlines(keepends=True)]
    assert [(len(each.content), each.ends_line) for each in entries] == [
        (PART_BYTES, False),
        (PART_BYTES, False),
        (1, True),
    ]
    assert (await _read(log, timestamps=True)).count(b"Z ") == 1


@pytest.mark.parametrize(("tail", "expected"), [(0, b""), (1, b"c\n"), (2, b"b\nc\n"), (9, b"a\nb\nc\n")])
async def test_the_last_lines_can_be_had(tmp_path: Path, tail: int, expected: bytes) -> None:
    assert await _read(_written(tmp_path, b"a\nb\nc\n"), tail=tail) == expected


async def test_the_tail_of_a_long_file_is_found(tmp_path: Path) -> None:
    lines = [b"line %d\n" % number for number in range(10_000)]
    assert await _read(_written(tmp_path, b"".join(lines)), tail=4_000) == b"".join(lines[-4_000:])


async def test_bytes_are_limited_with_the_times_counted(tmp_path: Path) -> None:
    read = await _read(_written(tmp_path, b"a\nb\n"), limit_bytes=10, timestamps=True)
    assert len(read) == 10
    assert read.count(b"-") == 2


async def test_entries_before_a_time_are_skipped(tmp_path: Path) -> None:
    log = _written(tmp_path, b"a\n")
    assert await _read(log, since=datetime.now(UTC) + timedelta(hours=1)) == b""
    assert await _read(log, since=datetime.now(UTC) - timedelta(hours=1)) == b"a\n"


async def test_the_rest_of_a_line_whose_beginning_is_skipped_bears_no_time(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.append(b"2026-11-21T07:00:00.000000000Z stdout P be\n2026-11-21T07:00:05.000000000Z stdout F gun\n")
    log.close()
    since = datetime(2026, 11, 21, 7, 0, 3, tzinfo=UTC)
    assert await _read(log, since=since, timestamps=True) == b"gun\n"


async def test_a_file_that_begins_inside_a_line_begins_with_a_time(tmp_path: Path) -> None:
    log = _log(tmp_path, rotate_bytes=PART_BYTES)
    stream = log.stream("stdout")
    stream.feed(b"x" * (PART_BYTES + 1))
    stream.close()
    assert (await _read(log, timestamps=True)).endswith(b"Z x")


async def test_a_follower_sees_what_comes_and_ends_with_the_log(tmp_path: Path) -> None:
    log = _log(tmp_path)
    stream = log.stream("stdout")
    reading = asyncio.create_task(_read(log, follow=True))
    for line in (b"one\n", b"two\n"):
        await asyncio.sleep(0)
        stream.feed(line)
    await asyncio.sleep(0)
    assert not reading.done()
    stream.close()
    assert await reading == b"one\ntwo\n"


async def test_only_the_newest_file_is_served_after_a_rotation(tmp_path: Path) -> None:
    log = _log(tmp_path, rotate_bytes=150)
    stream = log.stream("stdout")
    for number in range(10):
        stream.feed(b"%d" % number * 60 + b"\n")
    stream.close()
    assert await _read(log) == b"8" * 60 + b"\n" + b"9" * 60 + b"\n"


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"tailLines": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        (
            {"tailLines": "-1"},
            422,
            'PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
        ),
        (
            {"sinceSeconds": "0"},
            422,
            'PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
        ),
        (
            {"sinceTime": "xx"},
            400,
            'parsing time "xx" as "2006-01-02T15:04:05Z07:00": cannot parse "xx" as "2006"',
        ),
        ({"stream": "Stdout"}, 422, 'PodLogOptions "p" is invalid: stream: Forbidden: may not be specified'),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_servers_words(
    params: dict[str, str], code: int, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        parse_log_query(params, "p", NOW)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_time_is_cut_to_whole_seconds() -> None:
    query = parse_log_query({"sinceTime": "2026-11-21T07:45:21.9Z"}, "p", NOW)
    assert query.since == datetime(2026, 11, 21, 7, 45, 21, tzinfo=UTC)
    assert parse_log_query({"sinceSeconds": "10"}, "p", NOW).since == NOW - timedelta(seconds=10)
