"""How the two sides of the keeper's socket speak: frames of JSON, some with file descriptors.

A frame is its length, the number of its file descriptors, and a JSON object. The descriptors travel with
the frame's first byte (SCM_RIGHTS), and the kernel ends a read where descriptors of the next frame would
begin, so that queueing them in the order of their arrival gives each frame its own.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Message = dict[str, Any]

HEADER = struct.Struct("!IB")
MOST_DESCRIPTORS = 8
_READ_BYTES = 1 << 16


class Outbox:
    """Frames not yet sent; it owns the descriptors put into it."""

    __slots__ = ("_frames", "_socket")

    def __init__(self, link: socket.socket) -> None:
        self._socket = link
        self._frames: deque[tuple[memoryview, list[int]]] = deque()

    def put(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Queue a message; its descriptors are duplicated, so that the caller may close them at any time."""
        body = json.dumps(message).encode()
        frame = HEADER.pack(len(body), len(descriptors)) + body
        self._frames.append((memoryview(frame), [os.dup(each) for each in descriptors]))

    def send(self) -> bool:
        """Send what the socket takes now; False: something is left.

        Raises:
            OSError: the other side is gone.
        """
        while self._frames:
            frame, descriptors = self._frames[0]
            try:
                sent = self._socket.sendmsg([frame], _rights(descriptors))
            except BlockingIOError:
                return False
            _close(descriptors)
            if sent < len(frame):
                self._frames[0] = (frame[sent:], [])
            else:
                self._frames.popleft()
        return True

    def close(self) -> None:
        """Drop what is queued."""
        for _, descriptors in self._frames:
            _close(descriptors)
        self._frames.clear()


class Inbox:
    """Bytes and descriptors as they came, cut into messages."""

    __slots__ = ("_bytes", "_descriptors", "_socket")

    def __init__(self, link: socket.socket) -> None:
        self._socket = link
        self._bytes = bytearray()
        self._descriptors: deque[int] = deque()

    def receive(self) -> Iterator[tuple[Message, list[int]]]:
        """Read once and give each message that is whole now, with the descriptors that are now the caller's.

        Raises:
            EOFError: the other side closed, or died.
        """
        room = socket.CMSG_SPACE(MOST_DESCRIPTORS * array.array("i").itemsize)
        try:
            data, rights, _, _ = self._socket.recvmsg(_READ_BYTES, room, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except ConnectionError:
            data, rights = b"", []
        if not data:
            raise EOFError
        for _, _, numbers in rights:
            self._descriptors.extend(array.array("i", numbers))
        self._bytes += data
        yield from self._cut()

    def close(self) -> None:
        """Close the descriptors of a message that will never be whole."""
        _close(list(self._descriptors))
        self._descriptors.clear()

    def _cut(self) -> Iterator[tuple[Message, list[int]]]:
        while len(self._bytes) >= HEADER.size:
            length, count = HEADER.unpack_from(self._bytes)
            end = HEADER.size + length
            if len(self._bytes) < end:
                return
            message = json.loads(self._bytes[HEADER.size : end])
            del self._bytes[:end]
            yield message, [self._descriptors.popleft() for _ in range(count)]


def _rights(descriptors: list[int]) -> list[tuple[int, int, array.array[int]]]:
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []


def _close(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())
