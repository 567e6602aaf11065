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
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from launcher_k8s.testing.scripted.pod import ScriptedPod

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
    """

    def life(pod: ScriptedPod) -> Iterator[float]:
        yield pending_s
        pod.running()
        if output:
            pod.prints(output)
        yield after_s
        pod.exits(code)

    return life


def runs(*, pending_s: float = 1.0) -> Life:
    """A life that starts, and runs until somebody ends it."""

    def life(pod: ScriptedPod) -> Iterator[float]:
        yield pending_s
        pod.running()

    return life


def stays_pending(reason: str = "Unschedulable", message: str = "") -> Life:
    """A life that never starts."""

    def life(pod: ScriptedPod) -> None:
        pod.pending(reason, message)

    return life
