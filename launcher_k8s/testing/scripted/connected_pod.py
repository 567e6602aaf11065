"""The programs of a scripted pod, as those meet them who execute commands in it or attach to it.

What is written to standard input is kept for tests to look at; signals do to the job what they do to a
program, and its life stands still while its processes do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Self

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.scripted.pod_record import KILLED, TERMINATED, PodRecord, Site


class ConnectedPod(PodRecord):
    """A pod that can be connected with.

    Attributes:
        has_no_programs: Whether its images hold no program that could be executed in it, not even a shell.
        is_stopped: Whether the job's processes stand still (SIGSTOP).
    """

    def __init__(self, pod: Object, site: Site) -> None:
        super().__init__(pod, site)
        self.has_no_programs = False
        self.is_stopped = False
        self._stdin: dict[str, bytearray] = {}
        # Tuples, and `signals` on first use: most pods have none, and the collector need not look at them.
        self._closed_stdins: tuple[str, ...] = ()
        self._input_ends: tuple[Callable[[], object], ...] = ()
        self._resumption: tuple[Callable[[], object], ...] = ()

    @cached_property
    def signals(self) -> list[str]:
        """The signals that the job's processes were sent, by name."""
        return []

    @property
    def shares_processes(self) -> bool:
        """Whether its containers have one process namespace, so that the job is not its first process."""
        return bool(self.object["spec"].get("shareProcessNamespace"))

    def stdin(self, container: str = "") -> bytes:
        """What was written to a container's standard input."""
        return bytes(self._stdin.get(self._container(container).name, b""))

    def has_closed_stdin(self, container: str = "") -> bool:
        """Whether a container's standard input has come to its end."""
        return self._container(container).name in self._closed_stdins

    def without_programs(self) -> Self:
        """Its images hold no shell, and nothing else that could be executed in it."""
        self.has_no_programs = True
        return self

    def receives(self, signal: str) -> Self:
        """The job's processes are sent a signal: ``TERM``, ``KILL``, ``STOP`` or ``CONT``.

        They end by the first two (not by ``TERM`` after ``ignores_term()``), and the pod's life stands still
        between the last two.
        """
        self.signals.append(signal)
        if signal == "STOP":
            self.is_stopped = True
        elif signal == "CONT":
            self._resume()
        elif signal == "KILL" or not (self._ignores_term or self.is_stopped):
            self._end_main(KILLED if signal == "KILL" else TERMINATED)
        return self

    # --- for sessions

    def takes_stdin(self, data: bytes, *, container: str) -> None:
        """Something is written to a container's standard input."""
        if not self.has_closed_stdin(container):
            self._stdin.setdefault(container, bytearray()).extend(data)

    def closes_stdin(self, *, container: str) -> None:
        """Nothing more is written to it."""
        if container not in self._closed_stdins:
            self._closed_stdins += (container,)
            for go_on in self._input_ends:
                go_on()

    def when_stdin_ends(self, go_on: Callable[[], object]) -> None:
        """Let something happen each time that a container's standard input has come to its end."""
        self._input_ends += (go_on,)

    def when_resumed(self, go_on: Callable[[], object]) -> None:
        """Let something happen when the job's processes go on."""
        self._resumption += (go_on,)

    # --- behind the verbs

    def _resume(self) -> None:
        self.is_stopped = False
        waiting, self._resumption = self._resumption, ()
        for go_on in waiting:
            go_on()

    def _end_main(self, code: int) -> None:
        main = self._container("")
        if main.is_running:
            self.is_cut_short = True
            self._end(main, code)
            self._write()
