from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.local.keeper.framing import Inbox, Outbox


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        yield left, right


def pump(outbox: Outbox, inbox: Inbox) -> list[tuple[dict[str, Any], list[int]]]:
    """Send and receive in turns until all has come over."""
    came: list[tuple[dict[str, Any], list[int]]] = []
    while not outbox.send():
        came.extend(inbox.receive())
    while more := list(inbox.receive()):
        came.extend(more)
    return came


@given(st.lists(st.tuples(st.text(max_size=40), st.integers(0, 3)), max_size=6), st.integers(0, 300_000))
def test_each_message_comes_whole_with_its_own_descriptors(sent: list[tuple[str, int]], filler: int) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        outbox, inbox = Outbox(left), Inbox(right)
        for number, (text, count) in enumerate(sent):
            pipes = [os.pipe() for _ in range(count)]
            for place, (_, writer) in enumerate(pipes):
                os.write(writer, bytes([number, place]))
            filling = "x" * (filler if number == 1 else 0)
            outbox.put({"text": text, "filler": filling}, [reader for reader, _ in pipes])
            for ends in pipes:
                for end in ends:
                    os.close(end)

        came: list[tuple[dict[str, Any], list[int]]] = []
        while len(came) < len(sent):
            outbox.send()
            came.extend(inbox.receive())

        for number, ((text, count), (message, descriptors)) in enumerate(zip(sent, came, strict=True)):
            assert message["text"] == text
            assert [os.read(each, 2) for each in descriptors] == [bytes([number, i]) for i in range(count)]
            for each in descriptors:
                assert not os.get_inheritable(each)
                os.close(each)


def test_what_is_put_may_be_closed_at_once(pair: tuple[socket.socket, socket.socket]) -> None:
    reader, writer = os.pipe()
    outbox = Outbox(pair[0])
    outbox.put({}, [reader])
    os.close(reader)

    ((_, (received,)),) = pump(outbox, Inbox(pair[1]))

    os.write(writer, b"x")
    assert os.read(received, 1) == b"x"
    os.close(received)
    os.close(writer)


def test_tells_the_end_of_the_other_side(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[0].close()

    with pytest.raises(EOFError):
        list(Inbox(pair[1]).receive())


def test_keeps_what_the_socket_does_not_take(pair: tuple[socket.socket, socket.socket]) -> None:
    outbox, inbox = Outbox(pair[0]), Inbox(pair[1])
    for number in range(50):
        outbox.put({"number": number, "filler": "x" * 20_000})

    assert not outbox.send()
    assert [message["number"] for message, _ in pump(outbox, inbox)] == list(range(50))


def test_closing_drops_what_is_queued(pair: tuple[socket.socket, socket.socket]) -> None:
    reader, writer = os.pipe()
    outbox = Outbox(pair[0])
    outbox.put({}, [writer])
    os.close(writer)

    outbox.close()

    assert os.read(reader, 1) == b""  # nobody has the other end any more
    os.close(reader)
