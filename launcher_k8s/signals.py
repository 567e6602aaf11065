"""Signals to a job's own processes, as a script that is executed in its container.

The job's first process is the oldest one with parent 0 and this container's mount namespace; other ones are
commands executed here, as this script is (kubernetes facts, "The API": `shareProcessNamespace`). With it go
its descendants, and what they left to the namespace's first process. Other containers' processes have another
mount namespace. The script uses what is built into any shell, and starts no process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final


class Signal(Enum):
    """What is sent; the values are the script's words."""

    TERM = "TERM"
    KILL = "KILL"
    STOP = "STOP"
    CONT = "CONT"
    NONE = "0"
    """Nothing: only look whether a signal could be sent."""


class Answer(Enum):
    """What the script says."""

    SENT = "sent"
    FIRST = "first"
    """The job's process is the first of its namespace: signals from within have no effect on it."""
    DENIED = "denied"
    """The container's user may not signal it."""
    NOBODY = "nobody"
    """There is no such process to be seen."""


SCRIPT: Final = r"""
proc=${LAUNCHER_PROC:-/proc}
mine() { [ "$proc/$1/ns/mnt" -ef "$proc/$$/ns/mnt" ]; }
field() { shift "$1"; found=$1; }
look() {
  everybody= root= oldest=
  for folder in "$proc"/[0-9]*; do
    pid=${folder##*/}
    { read -r line < "$folder/stat"; } 2> /dev/null || continue
    line=${line##*) }
    set -- $line
    everybody="$everybody $pid:$2:$1"
    [ "$2" = 0 ] && [ "$pid" != $$ ] && mine "$pid" || continue
    field 20 $line
    if [ -z "$root" ] || [ "$found" -lt "$oldest" ]; then root=$pid oldest=$found; fi
  done
  tree=" $root " running=
  [ -n "$root" ] && [ "$root" != 1 ] || return 0
  grown=yes
  while [ -n "$grown" ]; do
    grown=
    for each in $everybody; do
      pid=${each%%:*} parent=${each#*:} state=${each##*:} parent=${parent%:*}
      case $tree in *" $pid "*) continue ;; esac
      [ "$pid" != $$ ] || continue
      case $tree in
        *" $parent "*) ;;
        *) [ "$parent" = 1 ] && mine "$pid" || continue ;;
      esac
      tree="$tree$pid " grown=yes
    done
  done
  for each in $everybody; do
    case $tree in *" ${each%%:*} "*) ;; *) continue ;; esac
    case ${each##*:} in T | t | Z | X) ;; *) running=yes ;; esac
  done
}
tell() { for pid in $2; do kill -s "$1" "$pid" 2> /dev/null; done; }
look
if [ -z "$root" ]; then echo nobody; exit; fi
if [ "$root" = 1 ]; then echo first; exit; fi
if ! kill -0 "$root" 2> /dev/null; then echo denied; exit; fi
echo sent
case $1 in
  TERM | KILL) tell "$1" "$tree" ;;
  STOP)
    for again in 1 2 3 4 5 6 7 8; do
      tell STOP "$tree"
      look
      [ -n "$running" ] || break
    done ;;
  CONT)
    backwards=
    for pid in $tree; do backwards="$pid $backwards"; done
    tell CONT "$backwards" ;;
esac
"""

_SHELL: Final = ("/bin/sh", "-c", SCRIPT, "launcher")


def command_for(signal: Signal) -> tuple[str, ...]:
    """The command that sends a signal."""
    return (*_SHELL, signal.value)


def signal_of(command: Sequence[str]) -> Signal | None:
    """The signal that a command sends; None if it is another command."""
    return Signal(command[-1]) if tuple(command[:-1]) == _SHELL else None


def read_answer(output: bytes) -> Answer | None:
    """What the script has said; None if it said nothing known."""
    said = output.strip().decode("ascii", "replace")
    return next((answer for answer in Answer if answer.value == said), None)
