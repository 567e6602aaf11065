"""How long requests and streams to an API server may take, or be silent."""

from __future__ import annotations

import attrs


@attrs.frozen
class Timeouts:
    """Time limits, in seconds.

    Args:
        connect_s: For a TCP and TLS connection.
        answer_s: For a unary request as a whole, and for a stream's first byte of an answer.
        watch_idle_s: For silence on a watch: a living server sends a bookmark about every minute.
        watch_grace_s: What silence may last beyond the end that was asked of the server.
        log_idle_s: For silence on a log. A quiet job is normal: the log is opened again.
        ping_s: For silence of a session with a container, before the server is asked for a sign of life.
        pong_s: For that sign. Not where something was sent to standard input: a server that waits for the
            program to take it answers late, and rightly.
    """

    connect_s: float = 10.0
    answer_s: float = 30.0
    watch_idle_s: float = 200.0
    watch_grace_s: float = 20.0
    log_idle_s: float = 300.0
    ping_s: float = 60.0
    pong_s: float = 30.0

    def watch_silence_s(self, timeout_s: int) -> float:
        """How long a watch may be silent when the server was asked to end it after ``timeout_s`` (0: not)."""
        return min(self.watch_idle_s, timeout_s + self.watch_grace_s) if timeout_s else self.watch_idle_s


DEFAULT_TIMEOUTS = Timeouts()
