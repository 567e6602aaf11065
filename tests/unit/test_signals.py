"""The script that signals a job, run by real shells over folders that look like /proc."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from launcher_k8s.signals import SCRIPT, Answer, Signal, command_for, read_answer, signal_of

SHELLS = [shell for shell in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(shell[0])]
# In place of the builtin, which would look for the processes of this machine.
NOTING = """kill() {
  case $1 in -0) [ "$2" != "$LAUNCHER_DENIED" ]; return ;; esac
  echo "$2 $3" >> "$LAUNCHER_NOTED"
  [ "$2" != STOP ] || sed -i 's/^\\(.*)\\) [SR] /\\1 T /' "$LAUNCHER_PROC/$3/stat"
}
ln -s "$LAUNCHER_PROC/own" "$LAUNCHER_PROC/$$"
"""


class Processes:
    """A folder like /proc; the script's own shell is added by its prefix."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.noted = folder / "proc", folder / "noted"
        self.add("own", parent=0, start=900)

    def add(
        self,
        pid: int | str,
        *,
        parent: int,
        start: int,
        space: str = "job",
        state: str = "S",
        name: str = "p",
    ) -> None:
        folder = self.proc / str(pid)
        (folder / "ns").mkdir(parents=True)
        namespace = self.proc.parent / f"space-{space}"
        namespace.touch()
        (folder / "ns" / "mnt").symlink_to(namespace)
        rest = " ".join(str(number) for number in range(5, 22))
        (folder / "stat").write_text(f"{pid} ({name}) S {parent} {rest} {start} 0 0\n")

    def run(self, shell: list[str], signal: Signal, *, denied: int = 0) -> tuple[Answer | None, list[str]]:
        environment = {
            "PATH": "/usr/bin:/bin",
            "LAUNCHER_PROC": str(self.proc),
            "LAUNCHER_NOTED": str(self.noted),
            "LAUNCHER_DENIED": str(denied),
        }
        command = [*shell, "-c", NOTING + SCRIPT, "launcher", signal.value]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=20)
        assert done.stderr == b""
        sent = self.noted.read_text().splitlines() if self.noted.exists() else []
        return read_answer(done.stdout), sent


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    chosen: list[str] = request.param
    return chosen


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    """A pod with a job, its child and grandchild, an orphan of it, a sidecar, and others' commands."""
    found = Processes(tmp_path)
    found.add(1, parent=0, start=1, space="pause")
    found.add(7, parent=0, start=100, name="R (x) S 1")
    found.add(20, parent=7, start=110)
    found.add(9, parent=20, start=120, name="b) c")
    found.add(30, parent=1, start=130)
    found.add(40, parent=0, start=90, space="sidecar")
    found.add(41, parent=40, start=91, space="sidecar")
    found.add(42, parent=1, start=92, space="sidecar")
    found.add(50, parent=0, start=500)
    found.add(51, parent=50, start=501)
    return found


@pytest.mark.parametrize("signal", [Signal.TERM, Signal.KILL, Signal.STOP])
def test_the_jobs_processes_are_signalled_the_first_one_first(
    processes: Processes, shell: list[str], signal: Signal
) -> None:
    answer, sent = processes.run(shell, signal)
    assert answer is Answer.SENT
    assert sent[0] == f"{signal.value} 7"
    assert sorted(sent) == sorted(f"{signal.value} {pid}" for pid in (7, 20, 9, 30))


def test_the_first_process_goes_on_last(processes: Processes, shell: list[str]) -> None:
    _, sent = processes.run(shell, Signal.CONT)
    assert sent[-1] == "CONT 7"
    assert len(sent) == 4


def test_looking_sends_nothing(processes: Processes, shell: list[str]) -> None:
    assert processes.run(shell, Signal.NONE) == (Answer.SENT, [])


def test_a_job_that_is_the_first_process_is_told(tmp_path: Path, shell: list[str]) -> None:
    processes = Processes(tmp_path)
    processes.add(1, parent=0, start=1)
    assert processes.run(shell, Signal.KILL) == (Answer.FIRST, [])


def test_a_job_that_may_not_be_signalled_is_told(processes: Processes, shell: list[str]) -> None:
    assert processes.run(shell, Signal.KILL, denied=7) == (Answer.DENIED, [])


def test_where_there_is_only_this_command_nobody_is_signalled(tmp_path: Path, shell: list[str]) -> None:
    assert Processes(tmp_path).run(shell, Signal.KILL) == (Answer.NOBODY, [])


@pytest.mark.parametrize("signal", Signal)
def test_a_command_tells_its_signal(signal: Signal) -> None:
    assert signal_of(command_for(signal)) is signal


def test_another_command_has_no_signal() -> None:
    assert signal_of(("kill", "-9", "1")) is None


def test_what_the_script_does_not_say_is_no_answer() -> None:
    assert read_answer(b"sh: not found") is None
