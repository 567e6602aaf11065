"""Reading a container's log as the API serves it: from where, how much, with times, for how long.

Rules: ``pkg/kubelet/kuberuntime/logs/logs.go``. ``tailLines`` counts entries, so parts of a long line each;
entries before ``sinceTime`` are skipped one by one; only what begins a line is sent with its time, and the
file's first entry, which may be a part from inside a line.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO, Final

import attrs

from launcher_k8s.testing.cluster import causes
from launcher_k8s.testing.cluster.causes import Cause, quoted
from launcher_k8s.testing.cluster.refusals import bad_request, invalid
from launcher_k8s.testing.cluster.requests import read_flag, read_integer
from launcher_k8s.testing.local.logfiles import Entry, LogFile

_LAYOUT: Final = "2006-01-02T15:04:05Z07:00"
_READ_BYTES: Final = 64 * 1024


@attrs.frozen
class LogQuery:
    """What of a log is asked for.

    Args:
        container: Of which container; empty for the only one.
        follow: Go on until the container has ended.
        previous: The log of the run before.
        timestamps: A time before each line.
        since: Only entries from then on.
        tail: Only so many of the last entries.
        limit_bytes: Only so many bytes.
    """

    container: str = ""
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    since: datetime | None = None
    tail: int | None = None
    limit_bytes: int | None = None


def parse_log_query(params: Mapping[str, str], pod: str, now: datetime) -> LogQuery:
    """Read a log request's query.

    Args:
        params: The query.
        pod: The pod's name, for complaints.
        now: What ``sinceSeconds`` counts from.

    Raises:
        Refusal: 400 for what cannot be read, 422 for what cannot be.
    """
    seconds = read_integer(params, "sinceSeconds")
    query = LogQuery(
        container=params.get("container", ""),
        follow=read_flag(params, "follow") or False,
        previous=read_flag(params, "previous") or False,
        timestamps=read_flag(params, "timestamps") or False,
        since=_since(params.get("sinceTime", "")),
        tail=read_integer(params, "tailLines"),
        limit_bytes=read_integer(params, "limitBytes"),
    )
    problems = _problems(query, seconds, params)
    if problems:
        raise invalid("PodLogOptions", pod, problems)
    return query if seconds is None else attrs.evolve(query, since=now - timedelta(seconds=seconds))


def _problems(query: LogQuery, seconds: int | None, params: Mapping[str, str]) -> list[Cause]:
    found = []
    if query.tail is not None and query.tail < 0:
        found.append(causes.invalid("tailLines", query.tail, "must be greater than or equal to 0"))
    if query.limit_bytes is not None and query.limit_bytes < 1:
        found.append(causes.invalid("limitBytes", query.limit_bytes, "must be greater than 0"))
    if seconds is not None and query.since is not None:
        found.append(causes.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    elif seconds is not None and seconds < 1:
        found.append(causes.invalid("sinceSeconds", seconds, "must be greater than 0"))
    if params.get("stream"):
        found.append(causes.forbidden("stream", "may not be specified"))
    return found


def _since(text: str) -> datetime | None:
    """``sinceTime``, which the server keeps in whole seconds."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise bad_request(
            f'parsing time {quoted(text)} as "{_LAYOUT}": cannot parse {quoted(text)} as "2006"'
        )
    return moment.astimezone(UTC).replace(microsecond=0)


class LogReader:
    """Serves one log to one client.

    Args:
        log: The log.
        query: What is asked for.
    """

    def __init__(self, log: LogFile, query: LogQuery) -> None:
        self._log = log
        self._query = query
        self._left = query.limit_bytes
        self._since = query.since.strftime("%Y-%m-%dT%H:%M:%S") if query.since else ""
        self._begins_line = True

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The log's bytes; with ``follow`` until the log is complete."""
        file, generation = self._open()
        try:
            _skip_to_tail(file, self._query.tail)
            while True:
                complete, more = self._log.is_complete, False
                for chunk in self._read(file):
                    more = True
                    yield chunk
                if self._left == 0:
                    return
                if more:
                    continue  # while the client took it, more may have come
                if generation != self._log.generation:
                    file.close()
                    file, generation = self._open()
                elif complete or not self._query.follow:
                    return
                else:
                    await self._log.wait()
        finally:
            file.close()

    def _open(self) -> tuple[IO[bytes], int]:
        return self._log.path.open("rb"), self._log.generation

    def _read(self, file: IO[bytes]) -> Iterator[bytes]:
        """What is in the file now, in chunks of some size."""
        waiting: list[bytes] = []
        size = 0
        for line in iter(file.readline, b""):
            told = self._tell(Entry.parse(line))
            waiting.append(told)
            size += len(told)
            if size >= _READ_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
            if self._left == 0:
                break
        if size:
            yield b"".join(waiting)

    def _tell(self, entry: Entry) -> bytes:
        begins_line, self._begins_line = self._begins_line, entry.ends_line
        if entry.time < self._since:
            return b""
        prefix = f"{entry.time} ".encode() if self._query.timestamps and begins_line else b""
        told = prefix + entry.content + (b"\n" if entry.ends_line else b"")
        if self._left is not None:
            told = told[: self._left]
            self._left -= len(told)
        return told


def _skip_to_tail(file: IO[bytes], count: int | None) -> None:
    """Move to where the last ``count`` entries begin."""
    if count is None:
        return
    end = place = file.seek(0, 2)
    found = -1 if end else 0  # the last entry's own end of line begins none
    while place and found < count:
        step = min(_READ_BYTES, place)
        place -= step
        file.seek(place)
        block = file.read(step)
        at = len(block)
        while found < count and (at := block.rfind(b"\n", 0, at)) >= 0:
            found += 1
        if found == count:
            place += at + 1
            break
    file.seek(place if count else end)
