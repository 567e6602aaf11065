"""A model of what a kubelet serves as a container's log (cri-client's ``ReadLogs``, Kubernetes 1.36).

A container's file holds entries: a time, whether it is a part of a line, and bytes. Only the newest file
is served, from a whole second on, entry by entry; a time is written before an entry only where the
entry before it, served or not, ended its line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from launcher_k8s.kube.stamps import _EPOCH

NS = 1_000_000_000
START_S = 1_790_000_000


@attrs.frozen
class Entry:
    """One entry of the file; ``data`` ends with a newline unless it is a part of a line."""

    time_ns: int
    data: bytes


def stamp(time_ns: int) -> bytes:
    seconds, rest = divmod(time_ns, NS)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z".encode()


def render(entries: Iterable[Entry], since: datetime | None) -> bytes:
    """What a request with ``timestamps=true`` gets."""
    since_ns = 0 if since is None else int((since - _EPOCH).total_seconds()) * NS
    served, at_beginning = [], True
    for entry in entries:
        if entry.time_ns >= since_ns:
            served.append(stamp(entry.time_ns) + b" " + entry.data if at_beginning else entry.data)
        at_beginning = entry.data.endswith(b"\n")
    return b"".join(served)


def written(text: bytes, *, part: int) -> list[bytes]:
    """How a runtime cuts a text into entries: at newlines, and after so many bytes."""
    pieces = []
    for line in text.splitlines(keepends=True) if b"\r" not in text else [text]:
        body = line.removesuffix(b"\n")
        cuts = [body[at : at + part] for at in range(0, len(body), part)] or [b""]
        if line.endswith(b"\n"):
            cuts[-1] += b"\n"
        pieces += [cut for cut in cuts if cut]
    return pieces


@attrs.define
class Container:
    """A container that has written ``upto`` of its entries; its newest file begins at ``file_start``."""

    entries: list[Entry]
    upto: int = 0
    file_start: int = 0

    @property
    def truth(self) -> bytes:
        return b"".join(entry.data for entry in self.entries)

    def offset(self, index: int) -> int:
        return sum(len(entry.data) for entry in self.entries[:index])

    def write(self, count: int) -> None:
        self.upto = min(len(self.entries), self.upto + count)

    def rotate(self) -> None:
        self.file_start = self.upto
