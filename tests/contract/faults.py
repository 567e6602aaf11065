"""What goes wrong between a backend and its cluster, as values; each world breaks it in its own way."""

from __future__ import annotations

from typing import Literal, Protocol

import attrs

Verb = Literal["create", "get", "list", "watch", "patch", "delete", "log", "exec", "attach"]
ALWAYS = 1_000_000


@attrs.frozen
class On:
    """The requests that are meant: a verb and a collection, such as ``On("create", "jobs")``."""

    verb: Verb
    plural: str = "jobs"


@attrs.frozen
class LosesAnswer:
    """The request is carried out, and then its answer is lost with the connection."""

    on: On
    times: int = 1


@attrs.frozen
class LosesRequest:
    """The connection is lost before the request reaches the server."""

    on: On
    times: int = 1


@attrs.frozen
class Answers:
    """The server answers with an error instead of carrying the request out."""

    on: On
    status: int
    reason: str = ""
    message: str = "said by the test"
    retry_after_s: int | None = None
    times: int = 1


@attrs.frozen
class CutsStream:
    """A stream is reset after so many bytes of its body, wherever a line ends."""

    on: On
    after_bytes: int
    times: int = 1


@attrs.frozen
class Delays:
    """The answer comes so many seconds late."""

    on: On
    seconds: float
    times: int = 1


Fault = LosesAnswer | LosesRequest | Answers | CutsStream | Delays


class Breach(Protocol):
    """A fault at work."""

    @property
    def hits(self) -> int:
        """How many requests it has met."""

    def end(self) -> None:
        """Let everything through from now on."""
