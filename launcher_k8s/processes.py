"""What a container's processes have used, told by a script that is executed in it.

The metrics API knows neither CPU time nor virtual memory; the kernel tells both of each process (proc(5),
``/proc/PID/stat``). A container's own processes are those of its mount namespace, whether or not the pod's
containers share their processes. The script uses what is built into any shell, and starts no process of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

SCRIPT: Final = r"""
proc=${LAUNCHER_PROC:-/proc}
for folder in "$proc"/[0-9]*; do
  [ "${folder##*/}" != $$ ] && [ "$folder/ns/mnt" -ef "$proc/$$/ns/mnt" ] || continue
  { read -r line < "$folder/stat"; } 2> /dev/null || continue
  echo "${line##*) }"
done
"""

COMMAND: Final = ("/bin/sh", "-c", SCRIPT, "launcher")

# proc(5) counts fields from 1 and the script leaves out the first two, so that here `state` is the first.
_TIMES: Final = slice(11, 15)
_VIRTUAL: Final = 20
_MOST_DIGITS: Final = 20  # of 64 bits
_TICKS: Final = 100
"""In a second: what Linux tells programs, on every machine (USER_HZ)."""


@attrs.frozen
class ProcessTotals:
    """Sums over a container's processes.

    Args:
        cpu_time_s: CPU time, user's and system's, of them and of the children that they have waited for.
        virtual_bytes: Address space.
    """

    cpu_time_s: float
    virtual_bytes: int


def is_command(words: Sequence[str]) -> bool:
    """Whether a command asks for the totals."""
    return tuple(words) == COMMAND


def read_totals(output: bytes) -> ProcessTotals | None:
    """Add up what the script has said; None if it saw no process.

    A process whose name holds the end of a line cannot be read, and is left out; so is whatever else the
    image's shell may say.
    """
    rows = (line.split() for line in output.decode("ascii", "replace").splitlines())
    told = [[*row[_TIMES], row[_VIRTUAL]] for row in rows if len(row) > _VIRTUAL]
    seen = [[int(field) for field in row] for row in told if all(map(_is_number, row))]
    if not seen:
        return None
    ticks = sum(sum(times) for *times, _ in seen)
    return ProcessTotals(ticks / _TICKS, sum(virtual for *_, virtual in seen))


def _is_number(field: str) -> bool:
    return field.isdecimal() and len(field) <= _MOST_DIGITS


def format_totals(totals: ProcessTotals) -> bytes:
    """What the script says where one process accounts for everything."""
    row = ["S", *["0"] * 19, str(totals.virtual_bytes)]
    row[_TIMES.start] = str(round(totals.cpu_time_s * _TICKS))
    return f"{' '.join(row)}\n".encode()
