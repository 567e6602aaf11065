"""Runs a template's command to its end: with a time limit, an output limit and a group of its own.

The outcome is told in Go's words, since templates compare them. A command that is over a limit is ended with
all that it started, which Go tells as ``signal: killed``. Source: facts on templates, 1.3; Go 1.26, os/exec
and syscall/zerrors_linux_amd64.go.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.quoting import quote

_CHUNK: Final = 65_536
_NOT_STARTED: Final = -1
_SIGNALS: Final[Mapping[int, str]] = {  # what ends a process; real-time signals have numbers only
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGILL: "illegal instruction",
    signal.SIGTRAP: "trace/breakpoint trap",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGKILL: "killed",
    signal.SIGUSR1: "user defined signal 1",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGUSR2: "user defined signal 2",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
    signal.SIGTERM: "terminated",
    16: "stack fault",  # SIGSTKFLT, which Python does not know everywhere
    signal.SIGXCPU: "CPU time limit exceeded",
    signal.SIGXFSZ: "file size limit exceeded",
    signal.SIGVTALRM: "virtual timer expired",
    signal.SIGPROF: "profiling timer expired",
    signal.SIGIO: "I/O possible",
    signal.SIGPWR: "power failure",
    signal.SIGSYS: "bad system call",
}


@attrs.frozen(kw_only=True)
class CommandLimits:
    """What a command of a template may take.

    Args:
        seconds: How long it may run.
        output_bytes: How much it may print, to standard output and to standard error together.
    """

    __repr__ = brief

    seconds: float = 30.0
    output_bytes: int = 1 << 20


def run_command(
    argv: Sequence[str], limits: CommandLimits, *, environment: Mapping[str, str]
) -> CommandResult:
    """Run a command and wait for it; call it in a thread, never in an event loop's.

    Args:
        argv: The program, looked for on this process's ``PATH`` if it has no slash, and its arguments.
        limits: What it may take; its group of processes is killed where it takes more.
        environment: All variables that it gets.
    """
    name = argv[0]
    if not name:
        return _not_started("exec: no command")
    path: str | None = name
    if "/" not in name:
        path = shutil.which(name)
    if path is None:
        return _not_started(f"exec: {quote(name)}: executable file not found in $PATH")
    if name == "/":
        return _not_started(f"exec: {quote(name)}: is a directory")
    try:
        with _start([path, *argv[1:]], name, environment) as process:
            return _Run(process, limits).result()
    except OSError as error:
        return _not_started(f"fork/exec {path}: {os.strerror(error.errno or 0).lower()}")
    except ValueError:
        return _not_started(f"fork/exec {path}: invalid argument")  # a NUL in an argument


def _start(argv: list[str], name: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - which commands may run is the caller's to decide
        [_encoded(name), *map(_encoded, argv[1:])],
        executable=_encoded(argv[0]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        start_new_session=True,
    )


def _encoded(text: str) -> bytes:
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _not_started(error: str) -> CommandResult:
    return CommandResult(_NOT_STARTED, error, "", "")


class _Run:
    """One command while it runs."""

    def __init__(self, process: subprocess.Popen[bytes], limits: CommandLimits) -> None:
        self._process = process
        self._deadline = time.monotonic() + limits.seconds
        self._left = limits.output_bytes
        self._stdout, self._stderr = bytearray(), bytearray()

    def result(self) -> CommandResult:
        ended = self._collect() and self._wait()
        if not ended:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        code = self._process.returncode
        outputs = (_decoded(self._stdout), _decoded(self._stderr))
        if code < 0 or not ended:
            # A shell that has ended by itself was not killed, but what it left behind was.
            number = -code if code < 0 else signal.SIGKILL
            return CommandResult(-1, f"signal: {_SIGNALS.get(number, f'signal {number}')}", *outputs)
        return CommandResult(code, f"exit status {code}" if code else "", *outputs)

    def _collect(self) -> bool:
        """Read all output; False if a limit ends it."""
        process = self._process
        assert process.stdout is not None
        assert process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ, self._stdout)
            selector.register(process.stderr, selectors.EVENT_READ, self._stderr)
            while selector.get_map():
                ready = selector.select(max(0.0, self._deadline - time.monotonic()))
                if not ready:
                    return False
                for key, _ in ready:
                    data = os.read(key.fd, _CHUNK)
                    if not data:
                        selector.unregister(key.fileobj)
                    elif not self._keep(data, key.data):
                        return False
        return True

    def _keep(self, data: bytes, output: bytearray) -> bool:
        """Keep what fits of a piece of output; whether all of it does."""
        output += data[: self._left]
        fits = len(data) <= self._left
        self._left = max(0, self._left - len(data))
        return fits

    def _wait(self) -> bool:
        try:
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True


def _decoded(output: bytearray) -> str:
    return output.decode("utf-8", "surrogateescape")
