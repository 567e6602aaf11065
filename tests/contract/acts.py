"""What a job does, as values: a shell script where there are processes, a scripted life where there are none.

The main container, a sidecar or an init container is a row of acts. The scripted cluster is told by the
script's text which acts it stands for, so that every world submits the very same jobs.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

LINE = 128
"""Bytes of each numbered line, its end included."""

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.,:;=+-/")


@attrs.frozen
class Prints:
    """Writes bytes to standard output; no line end is added."""

    data: bytes


@attrs.frozen
class PrintsLines:
    """Writes numbered lines of :data:`LINE` bytes, from ``first`` up to, not including, ``last``.

    With another ``end`` than a newline, one blank say, all of them are one long line.
    """

    first: int
    last: int
    end: str = "\n"

    @property
    def data(self) -> bytes:
        numbers = range(self.first, self.last)
        return "".join(f"{number:0{LINE - 1}d}{self.end}" for number in numbers).encode()


@attrs.frozen
class WaitsFor:
    """Does nothing until a test opens the gate of this name; for ever if none does."""

    gate: str


@attrs.frozen
class Copies:
    """Prints what it reads from its standard input, to the end of that."""


@attrs.frozen
class Outgrows:
    """Takes more and more memory, until it is killed at its container's limit."""


@attrs.frozen
class Exits:
    """Ends with an exit code; a row of acts that does not say ends with 0."""

    code: int


Act = Prints | PrintsLines | WaitsFor | Copies | Outgrows | Exits


def shell_of(acts: Sequence[Act], *, gates: str = "/tmp") -> str:
    """The script that does these acts, for any POSIX shell; ``gates`` is a folder that containers see."""
    return "\n".join(_line(act, gates) for act in acts) or ":"


def output_of(acts: Sequence[Act]) -> bytes:
    """All that these acts print."""
    return b"".join(act.data for act in acts if isinstance(act, (Prints, PrintsLines)))


def gate_file(gate: str, pod: str, *, gates: str = "/tmp") -> str:
    """The file whose being there opens a gate to a pod: where pods share a folder, each has its own."""
    return f"{gates}/gate-{gate}-{pod}"


def _line(act: Act, gates: str) -> str:
    match act:
        case Prints(data):
            return f"printf '{''.join(map(_escaped, data))}'"
        case PrintsLines(first, last, end):
            shown = "\\n" if end == "\n" else end
            loop = f'for (i = {first}; i < {last}; i++) printf "%0{LINE - 1}d{shown}", i'
            return f"awk 'BEGIN {{ {loop} }}'"
        case WaitsFor(gate):
            return f'until [ -e "{gate_file(gate, "$HOSTNAME", gates=gates)}" ]; do sleep 0.05; done'
        case Copies():
            return "cat"
        case Outgrows():
            return "x=0123456789; while :; do x=$x$x; done"
        case Exits(code):
            return f"exit {code}"


def _escaped(byte: int) -> str:
    return chr(byte) if byte in _PLAIN else f"\\{byte:03o}"
