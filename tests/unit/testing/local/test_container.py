from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from launcher_k8s.testing.local.container import Capabilities, ContainerRefused, Exit, Mount, Streams


def test_an_exit_code_is_itself() -> None:
    assert Exit.from_wait(3 << 8, finished_at=0) == Exit(3, 0, datetime(1970, 1, 1, tzinfo=UTC))


def test_a_signal_counts_from_128() -> None:
    assert Exit.from_wait(signal.SIGKILL, finished_at=0).code == 137
    assert Exit.from_wait(signal.SIGSEGV | 0x80, finished_at=0).signal == signal.SIGSEGV  # with a core


def test_a_sub_path_is_made_as_by_a_kubelet(tmp_path: Path) -> None:
    made = Mount(str(tmp_path), "/data", sub_path="a/b").resolve()

    assert made == str(tmp_path / "a/b")
    assert (tmp_path / "a/b").is_dir()


def test_a_sub_path_does_not_lead_out_of_its_volume(tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    (tmp_path / "volume" / "link").symlink_to(tmp_path)

    with pytest.raises(ContainerRefused, match="leads out of the volume"):
        Mount(str(tmp_path / "volume"), "/data", sub_path="link/x").resolve()
    assert not (tmp_path / "x").exists()


def test_a_terminal_serves_all_three_streams() -> None:
    assert Streams(terminal=9).places() == ([0, 0, 0], [9])


def test_only_what_is_given_is_sent() -> None:
    assert Streams(stdout=5, stderr=7).places() == ([None, 0, 1], [5, 7])


@pytest.mark.parametrize(
    ("mode", "pids", "mounts"),
    [("root", True, True), ("user", True, True), ("user-mounts", False, True), ("none", False, False)],
)
def test_a_mode_tells_what_it_gives(mode: str, pids: bool, mounts: bool) -> None:
    found = Capabilities.of_mode(mode, {"root": "no"})

    assert (found.pid_namespace, found.mount_namespace, found.reason) == (pids, mounts, "root: no")
