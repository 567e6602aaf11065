"""The script that adds up what a container's processes use, run by real shells over folders like /proc."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from launcher_k8s.processes import SCRIPT, ProcessTotals, format_totals, read_totals

SHELLS = [shell for shell in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(shell[0])]
OWN = 'ln -s "$LAUNCHER_PROC/own" "$LAUNCHER_PROC/$$"\n'
MB = 10**6


class Processes:
    """A folder like /proc; the script's own shell is added when it runs."""

    def __init__(self, folder: Path) -> None:
        self._proc = folder / "proc"
        self.add("own", ticks=(500, 500, 500, 500), virtual=900 * MB)

    def add(
        self,
        pid: int | str,
        *,
        ticks: tuple[int, int, int, int] = (0, 0, 0, 0),
        virtual: int = 0,
        space: str = "job",
        name: str = "p",
    ) -> None:
        folder = self._proc / str(pid)
        (folder / "ns").mkdir(parents=True)
        namespace = self._proc.parent / f"space-{space}"
        namespace.touch()
        (folder / "ns" / "mnt").symlink_to(namespace)
        before, between = "1 " * 10, "7 " * 5
        times = " ".join(map(str, ticks))
        (folder / "stat").write_text(f"{pid} ({name}) S {before}{times} {between}{virtual} 3 4\n")

    def totals(self, shell: list[str]) -> ProcessTotals | None:
        environment = {"PATH": "/usr/bin:/bin", "LAUNCHER_PROC": str(self._proc)}
        command = [*shell, "-c", OWN + SCRIPT, "launcher"]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=20)
        assert done.stderr == b""
        return read_totals(done.stdout)


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    found: list[str] = request.param
    return found


def test_all_processes_and_their_ended_children_count(processes: Processes, shell: list[str]) -> None:
    processes.add(7, ticks=(100, 20, 3, 4), virtual=5 * MB)
    processes.add(8, ticks=(1, 0, 0, 0), virtual=2 * MB)
    assert processes.totals(shell) == ProcessTotals(1.28, 7 * MB)


def test_other_containers_processes_do_not_count(processes: Processes, shell: list[str]) -> None:
    processes.add(1, ticks=(9, 9, 9, 9), virtual=MB, space="pause")
    processes.add(7, ticks=(100, 0, 0, 0), virtual=5 * MB)
    assert processes.totals(shell) == ProcessTotals(1.0, 5 * MB)


def test_a_name_may_hold_anything_but_a_line_end(processes: Processes, shell: list[str]) -> None:
    processes.add(7, ticks=(100, 0, 0, 0), virtual=5 * MB, name="a) S 1 (b")
    processes.add(8, ticks=(100, 0, 0, 0), virtual=5 * MB, name="broken\nname")
    assert processes.totals(shell) == ProcessTotals(1.0, 5 * MB)


def test_nothing_seen_is_nothing_known(processes: Processes, shell: list[str]) -> None:
    assert processes.totals(shell) is None


@pytest.mark.parametrize("field", ["-1", "x", "9" * 21, "\u0663"])
def test_what_no_kernel_says_is_left_out(field: str) -> None:
    line = format_totals(ProcessTotals(1.0, MB)).decode()
    assert read_totals(line.replace("100", field).encode()) is None


def test_what_is_written_is_read() -> None:
    totals = ProcessTotals(12.34, 5 * MB)
    assert read_totals(format_totals(totals)) == totals
