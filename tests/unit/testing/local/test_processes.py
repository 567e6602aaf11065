from __future__ import annotations

import os
import signal
import subprocess
import sys

from launcher_k8s.testing.local.keeper import processes
from launcher_k8s.testing.local.keeper.processes import Seen


def seen(pid: int, parent: int) -> Seen:
    return Seen(pid, [b"S", str(parent).encode(), *[b"0"] * 20])


def family(*pairs: tuple[int, int]) -> dict[int, Seen]:
    return {pid: seen(pid, parent) for pid, parent in pairs}


def test_traces_each_process_to_its_nearest_root() -> None:
    tree = family((10, 1), (11, 10), (12, 11), (20, 11), (21, 20), (30, 1))

    assert processes.trace(tree, {10: 100, 20: 200}) == {10: 100, 11: 100, 12: 100, 20: 200, 21: 200}


def test_a_root_that_is_gone_has_nothing_but_orphans() -> None:
    assert processes.trace(family((11, 1)), {10: 100}) == {}


def test_reads_names_with_brackets_and_blanks() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "open('/proc/self/comm','w').write(') S 1 (');print();input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        found = processes.look(child.pid)
        child.kill()

    assert found is not None
    assert found.parent == os.getpid()


def test_signals_only_the_process_that_was_seen() -> None:
    with subprocess.Popen(["sleep", "100"]) as child:
        found = processes.look(child.pid)
        assert found is not None
        found.started -= 1  # as if its number had been another's before
        processes.send([found], signal.SIGKILL)
        assert child.poll() is None
        found.started += 1
        processes.send([found], signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL


def test_one_that_is_gone_is_no_error() -> None:
    with subprocess.Popen(["sleep", "100"]) as child:
        found = processes.look(child.pid)
        child.kill()
    assert found is not None

    processes.send([found], signal.SIGKILL)

    assert processes.look(child.pid) is None
