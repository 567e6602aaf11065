"""What becomes of jobs by themselves.

A *life* is a function over a pod. It does things to the pod, and where it is a generator, it yields the
seconds that pass between them::

    def life(pod):
        pod.pending("Unschedulable", "0/3 nodes are available")
        yield 30
        pod.running()
        yield 3600
        pod.oom_killed()

    ScriptedCluster(life=life)

It is called once for each pod, and may look at ``pod.job`` to decide. Those made here are the usual ones.
What goes wrong in a life fails its pod, and is raised when the cluster is left: a test fails of it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from numbers import Real
from typing import Any, Final, TypeAlias

from launcher_k8s.testing.cluster.container_states import check_exit_code
from launcher_k8s.testing.scripted.pod import ScriptedPod
from launcher_k8s.wording import kind_of, quote

Life: TypeAlias = Callable[[ScriptedPod], Iterable[float] | None]


def finishes(
    code: int = 0, *, output: bytes | str = b"", pending_s: float = 1.0, after_s: float = 1.0
) -> Life:
    """A life that runs and ends.

    Args:
        code: The exit code.
        output: What it prints, at once when it starts.
        pending_s: Seconds before it starts.
        after_s: Seconds that it runs.

    Raises:
        TypeError, ValueError: No program ends with that code, or the seconds are none.
    """
    check_exit_code(code)
    check_pause("pending_s", pending_s)
    check_pause("after_s", after_s)

    def life(pod: ScriptedPod) -> Iterator[float]:
        yield pending_s
        pod.running()
        if output:
            pod.prints(output)
        yield after_s
        pod.exits(code)

    return life


def runs(*, pending_s: float = 1.0) -> Life:
    """A life that starts, and runs until somebody ends it; ``pending_s`` seconds before it starts."""
    check_pause("pending_s", pending_s)

    def life(pod: ScriptedPod) -> Iterator[float]:
        yield pending_s
        pod.running()

    return life


def stays_pending(reason: str = "Unschedulable", message: str = "") -> Life:
    """A life that never starts."""

    def life(pod: ScriptedPod) -> None:
        pod.pending(reason, message)

    return life


_USUAL: Final = (float, int)
_MAKERS: Final[tuple[object, ...]] = (finishes, runs, stays_pending)


def check_life(life: Life | None) -> None:
    """See that something can be a life.

    Raises:
        TypeError: It is none, for what stands in the message.
    """
    if life is None:
        return
    name = _name_of(life)
    if any(life is maker for maker in _MAKERS):
        raise TypeError(f"{name} makes a life and is none: write life={name}()")
    if not callable(life):
        raise TypeError(f"a life is a function over a pod, not {kind_of(life)}")
    if inspect.iscoroutinefunction(life) or inspect.isasyncgenfunction(life):
        raise TypeError(f"the life {name} is async: write def, and yield the seconds that pass")


def begin(life: Life, pod: ScriptedPod) -> Iterator[float]:
    """Begin a life: the seconds between its steps, each to be checked by :func:`check_step`.

    Raises:
        TypeError: It gives something else than seconds.
    """
    given: Any = life(pod)
    if given is None:
        return iter(())
    name = _name_of(life)
    if inspect.iscoroutine(given):
        given.close()
    if callable(given):
        raise TypeError(f"the life {name} gives a function, not seconds: is {name}() meant?")
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"the life {name} gives {kind_of(given)}: it is to yield the seconds that pass")
    return iter(given)


def check_step(life: Life, pause_s: Any) -> None:
    """See that what a life yields is a number of seconds that can pass.

    Raises:
        TypeError, ValueError: It is not.
    """
    if type(pause_s) not in _USUAL or not pause_s >= 0:
        check_pause(f"what the life {_name_of(life)} yields", pause_s)


def _name_of(life: Life) -> str:
    return getattr(life, "__name__", kind_of(life))


def check_pause(what: str, pause_s: object) -> None:
    """See that something is a number of seconds that can pass.

    Raises:
        TypeError: It is no number.
        ValueError: It is negative, or not a number.
    """
    if isinstance(pause_s, bool) or not isinstance(pause_s, Real):
        shown = f" {quote(pause_s)}" if isinstance(pause_s, str) else ""
        raise TypeError(f"{what}: seconds are a number, not {kind_of(pause_s)}{shown}")
    if math.isnan(pause_s) or pause_s < 0:
        raise ValueError(f"{what}: no {pause_s} seconds can pass")
