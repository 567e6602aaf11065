"""The way from the machine's loopback into a cluster's namespace, which can be broken on purpose.

A forwarder is a process of its own: it listens on 127.0.0.1 and makes its outgoing sockets inside the
namespace. `Forwarder` is the handle to one; it speaks to the process over a unix socket, one JSON line each
way, so that the main forwarder of a cluster brought up by hand can be cut from any test.

- `cut()`: every open connection is reset, as by a dying load balancer; new ones are accepted.
- `stall()`: nothing moves any more, in either direction; connections stay open, new ones are not served.
- `refuse()`: open connections stay, new ones are refused.
- `resume()`: ends both.

While nobody listens at the far end, a new connection is accepted and reset: a forwarder cannot do better.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cluster.places import REPOSITORY
from tests.cluster.processes import Processes
from tests.cluster.waiting import until


class Forwarder:
    """Handle to a forwarder process, by its control socket.

    Close it (or leave its `with` block) to end a process that `Forwarder.start` made.
    """

    def __init__(self, control: Path, child: subprocess.Popen[bytes] | None = None) -> None:
        self._control, self._child = control, child

    @classmethod
    def start(cls, control: Path, target: tuple[str, int], *, netns: Path | None = None) -> Forwarder:
        """A forwarder of one's own, on a port of its own; it ends with this process at the latest."""
        command = [*_command(control, target, netns), "--lifeline"]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        child = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        forwarder = cls(control, child)
        forwarder._wait()
        return forwarder

    @classmethod
    def start_daemon(
        cls, processes: Processes, control: Path, target: tuple[str, int], *, netns: Path, port: int = 0
    ) -> Forwarder:
        """The cluster's own forwarder, which outlives the process that starts it."""
        command = [*_command(control, target, netns), f"--port={port}"]
        processes.start("forwarder", command, env={"PYTHONPATH": str(REPOSITORY)})
        forwarder = cls(control)
        until(forwarder._answers, "forwarder", within_s=15, evidence=processes.evidence)
        return forwarder

    @property
    def port(self) -> int:
        return self._ask("port")

    @property
    def connections(self) -> int:
        """How many are open now."""
        return self._ask("connections")

    @property
    def bytes_out(self) -> int:
        """How many bytes have come from the cluster, over all connections so far."""
        return self._ask("bytes_out")

    def cut(self) -> int:
        """Reset all open connections; returns how many."""
        return self._ask("cut")

    def stall(self) -> None:
        self._ask("stall")

    def refuse(self) -> None:
        self._ask("refuse")

    def resume(self) -> None:
        self._ask("resume")

    def close(self) -> None:
        if self._child is not None:
            assert self._child.stdin is not None
            self._child.stdin.close()
            self._child.wait(10)
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, verb: str) -> int:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(str(self._control))
            connection.sendall(verb.encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        return int(answer)

    def _answers(self) -> bool:
        return self.port > 0

    def _wait(self) -> None:
        until(self._answers, "forwarder", within_s=15)


def _command(control: Path, target: tuple[str, int], netns: Path | None) -> list[str]:
    inside = [f"--netns={netns}"] if netns else []
    to = f"{target[0]}:{target[1]}"
    return [sys.executable, "-m", "tests.cluster.forwarding", f"--control={control}", f"--to={to}", *inside]
