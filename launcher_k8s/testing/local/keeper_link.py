"""The event loop's end of the keeper's socket: wishes, answers, and what it tells unasked."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable, Sequence
from typing import Any

from launcher_k8s.testing.local.container import ContainerRefused, KeeperLost
from launcher_k8s.testing.local.keeper.framing import Inbox, Outbox


class KeeperLink:
    """One connection to a keeper, used from one event loop.

    Args:
        connection: our end of the socket pair; closed by `close`.
        hear: called with each message that is no answer.
        lose: called once when the other end is gone; not after `close`.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        hear: Callable[[dict[str, Any]], None],
        lose: Callable[[], None],
    ) -> None:
        connection.setblocking(False)
        self._socket, self._hear, self._lose = connection, hear, lose
        self._inbox, self._outbox = Inbox(connection), Outbox(connection)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        self._loop.add_reader(connection, self._receive)

    async def ask(
        self, op: str, *, timeout_s: float, descriptors: Sequence[int] = (), **wish: object
    ) -> dict[str, Any]:
        """Send a wish and wait for its answer.

        Raises:
            ContainerRefused: it was not granted.
            KeeperLost: the keeper is gone, or did not answer in time.
        """
        number, answer = self._put(op, descriptors, wish)
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise KeeperLost(f"the keeper did not answer {op!r} within {timeout_s:g} s") from None
        finally:
            self._answers.pop(number, None)

    def tell(self, op: str, **wish: object) -> None:
        """Send a wish whose answer nobody waits for.

        Raises:
            KeeperLost: the keeper is gone.
        """
        number, _ = self._put(op, (), wish)
        self._answers.pop(number, None)

    @property
    def is_open(self) -> bool:
        """Whether there is somebody to talk to."""
        return self._is_open

    def _put(
        self, op: str, descriptors: Sequence[int], wish: dict[str, object]
    ) -> tuple[int, asyncio.Future[dict[str, Any]]]:
        if not self._is_open:
            raise KeeperLost("the keeper is gone")
        number = next(self._numbers)
        self._outbox.put({"id": number, "op": op, **wish}, descriptors)
        answer = self._answers[number] = self._loop.create_future()
        self._flush()
        return number, answer

    def close(self) -> None:
        """Let go of the socket; the keeper ends when it notices. What was not answered is lost."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._outbox.close()
        self._inbox.close()
        self._socket.close()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(KeeperLost("the keeper is gone"))
                answer.exception()  # somebody may have stopped waiting
        self._answers.clear()

    def _flush(self) -> None:
        try:
            if self._outbox.send():
                self._loop.remove_writer(self._socket)
            else:
                self._loop.add_writer(self._socket, self._flush)
        except OSError:
            self._fail()

    def _receive(self) -> None:
        try:
            for message, _ in self._inbox.receive():
                self._take(message)
        except EOFError:
            self._fail()

    def _take(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            self._hear(message)
            return
        answer = self._answers.pop(message["id"], None)
        if answer is None or answer.done():
            return  # whoever asked was cancelled
        if "ok" in message:
            answer.set_result(message["ok"])
        else:
            answer.set_exception(ContainerRefused(message["error"]["reason"], message["error"]["text"]))

    def _fail(self) -> None:
        if self._is_open:
            self.close()
            self._lose()
