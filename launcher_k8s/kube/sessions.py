"""Sessions with a container: what the messages of exec and attach say.

Each message begins with the number of a channel: 0 standard input, 1 output, 2 errors, 3 the outcome as a
Status; in v5 a message on channel 255 names a channel that the client closes (kubernetes facts, "The client
library"). Here is the meaning; the messages themselves come and go by a :class:`Wire`.
"""

from __future__ import annotations

from typing import Final, Protocol, Self

import msgspec

from launcher_k8s.connection import ConnectOptions, OutputChannel, Resource
from launcher_k8s.errors import ClusterError, CommandError, UnavailableError
from launcher_k8s.kube.problems import Attempt, Status, error_from_status, read_status

V5: Final = "v5.channel.k8s.io"
V4: Final = "v4.channel.k8s.io"
PROTOCOLS: Final = (V5, V4)

STDIN, OUTCOME, CLOSE = 0, 3, 255
MOST_AT_ONCE: Final = 32 * 1024
_OUTPUT: Final = {each.value: each for each in OutputChannel}
_NON_ZERO: Final = "NonZeroExitCode"


class Wire(Protocol):
    """How messages come and go."""

    async def receive(self) -> bytes:
        """The next message; an empty one when the other side has ended.

        Raises:
            ClusterError: The connection broke, or fell silent.
        """

    async def send(self, message: bytes) -> None:
        """Send one; to somebody who is gone it is lost."""

    async def close(self) -> None:
        """Let what was sent arrive, and end."""


class ChannelSession:
    """A :class:`~launcher_k8s.connection.Session` over the channels of a wire.

    Args:
        wire: How messages come and go.
        attempt: What was asked, for errors.
        closes_stdin: Whether the other side can be told that standard input ends.
    """

    def __init__(self, wire: Wire, attempt: Attempt, *, closes_stdin: bool) -> None:
        self._wire = wire
        self._attempt = attempt
        self._closes_stdin = closes_stdin
        self._outcome: int | ClusterError | None = None

    async def send(self, data: bytes) -> None:
        """Write to standard input; waits while the other side does not take it."""
        view = memoryview(data)
        for start in range(0, len(view), MOST_AT_ONCE):
            await self._wire.send(bytes((STDIN,)) + view[start : start + MOST_AT_ONCE])

    async def close_stdin(self) -> None:
        """Nothing more will be sent."""
        if self._closes_stdin:
            await self._wire.send(bytes((CLOSE, STDIN)))
            return
        await self._wire.close()
        hint = "Kubernetes 1.30 and later can"
        self._end(
            UnavailableError(f"cannot {self._attempt}: the server cannot end only the input", hint=hint)
        )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[OutputChannel, bytes]:
        while self._outcome is None:
            message = await self._wire.receive()
            if not message:
                self._end(_broken_off(self._attempt))
            elif message[0] == OUTCOME:
                self._read_outcome(message[1:])
            elif (channel := _OUTPUT.get(message[0])) is not None and len(message) > 1:
                return channel, message[1:]
        raise StopAsyncIteration

    async def outcome(self) -> int:
        """Read to the end, passing over what comes, and tell the exit code; of an attach it is 0."""
        async for _ in self:
            pass
        assert self._outcome is not None
        if isinstance(self._outcome, ClusterError):
            raise self._outcome
        return self._outcome

    @property
    def is_over(self) -> bool:
        """Whether the other side has told how it ended."""
        return self._outcome is not None

    def _read_outcome(self, body: bytes) -> None:
        if body:  # channels are opened by empty messages
            self._end(outcome_of(self._attempt, body))

    def _end(self, outcome: int | ClusterError) -> None:
        self._outcome = outcome


def outcome_of(attempt: Attempt, body: bytes) -> int | ClusterError:
    """What the last message says: an exit code, or why there is none.

    Args:
        attempt: What was asked.
        body: A Status.
    """
    try:
        told = msgspec.json.decode(body, type=_Outcome)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnavailableError(f"cannot {attempt}: how it ended cannot be read", transient=True)
    if told.status == "Success":
        return 0
    causes = told.details.causes if told.details else None
    codes = [each.message for each in causes or () if each.reason == "ExitCode"]
    if told.reason == _NON_ZERO and codes and codes[0].isdecimal():
        return int(codes[0])
    status = read_status(body) or Status(message=told.message, reason=told.reason, code=told.code)
    return _failure(attempt, status)


class _Cause(msgspec.Struct):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None


class _Outcome(msgspec.Struct):
    """A Status, without its kind as servers send it here."""

    status: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: _Details | None = None


def _failure(attempt: Attempt, status: Status) -> ClusterError:
    """What the node says is its last word on this container: the request as such went well."""
    error = error_from_status(attempt, status)
    if error.status and error.status < 500:
        return error
    return CommandError(error.message, status=error.status, reason=error.reason)


def _broken_off(attempt: Attempt) -> UnavailableError:
    return UnavailableError(f"cannot {attempt}: the connection broke off before its end", transient=True)


def session_query(options: ConnectOptions) -> list[tuple[str, str]]:
    """The query of an exec or attach."""
    wanted = {"stdin": options.stdin, "stdout": options.stdout, "stderr": options.stderr}
    flags = [(name, "true") for name, is_wanted in wanted.items() if is_wanted]
    return [("container", options.container), *flags, *(("command", word) for word in options.command)]


def attempt_of(pod: Resource) -> Attempt:
    """What a connection asks for, in the words of RBAC; newer servers want ``create`` as well."""
    return Attempt("get", pod)
