"""Whatever happens to the program that holds a runtime, nothing of it stays on the machine."""

# ruff: noqa: ASYNC240

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from launcher_k8s.testing.local.runtime import MODES
from tests.unit.testing.local.conftest import Marked

ROOT = Path(__file__).parents[4]

HOLDER = """
import asyncio, os, sys
from launcher_k8s.testing.local.container import ContainerSpec, KeeperLost, Streams
from launcher_k8s.testing.local.runtime import Runtime

async def main(mode, mark, fork):
    runtime = Runtime(modes=(mode,), directory=os.getcwd())
    try:
        await runtime.start()
    except KeeperLost as lost:
        sys.exit("SKIP " + str(lost).splitlines()[-1])
    env = {"MARK": mark}
    pod = await runtime.create_pod(share_processes=True)
    script = "(setsid sh -c 'trap \\"\\" TERM HUP; echo ready; sleep 100; true' &) ; sleep 100; true"
    reader, writer = os.pipe()
    container = await pod.run(ContainerSpec(("sh", "-c", script), env=env), Streams(stdout=writer))
    os.read(reader, 6)  # the daemon is there
    await container.execute(ContainerSpec(("sleep", "100"), env=env))
    if fork and os.fork() == 0:
        os.read(0, 1)
        os._exit(0)
    print(runtime.pid, runtime.directory, os.getuid(), flush=True)
    await asyncio.sleep(100)

asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] == "fork"))
"""


async def hold(
    mode: str, marked: Marked, directory: Path, *, prefix: Sequence[str] = (), fork: bool = False
) -> tuple[asyncio.subprocess.Process, list[str]]:
    """A program with a runtime, a container that left a daemon behind, and an exec."""
    packages = Path(attrs.__file__).parents[1]
    holder = await asyncio.create_subprocess_exec(
        *(prefix or [sys.executable]), "-c", HOLDER, mode, marked.value, "fork" if fork else "",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=directory,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert holder.stdout is not None
    line = (await holder.stdout.readline()).decode().split()
    if not line:
        _, told = await holder.communicate()
        if told.startswith(b"SKIP"):
            pytest.skip(f"mode {mode!r} is not to be had here: {told.decode()}")
        pytest.fail(told.decode())
    return holder, line


async def gone(pid: int) -> None:
    """Wait for the end of a process that is not our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, ended.set)
    try:
        async with asyncio.timeout(20):
            await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


@pytest.mark.parametrize("mode", MODES)
async def test_a_killed_holder_leaves_nothing(mode: str, marked: Marked, tmp_path: Path) -> None:
    holder, (keeper, directory, _) = await hold(mode, marked, tmp_path)
    assert len(marked.pids()) >= 3

    holder.kill()
    await holder.communicate()
    await gone(int(keeper))

    assert marked.pids() == []
    assert not Path(directory).exists()


async def test_a_fork_of_the_holder_keeps_nothing_alive(marked: Marked, tmp_path: Path) -> None:
    """It has the socket's end open: only the holder's own end tells."""
    holder, (keeper, _, _) = await hold("none", marked, tmp_path, fork=True)

    holder.kill()
    await gone(int(keeper))

    assert marked.pids() == []
    assert holder.stdin is not None
    holder.stdin.close()  # the fork waits for that
    await holder.communicate()


CHECK = "import attrs, launcher_k8s, os, sys; sys.exit(not os.access(sys.executable, os.X_OK))"


def _unprivileged() -> list[str]:
    """A Python that runs this checkout as nobody."""
    if os.getuid() != 0:
        pytest.skip("this user has no privileges already: the other tests have shown it")
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv (util-linux) is not installed")
    as_nobody = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    packages = Path(attrs.__file__).parents[1]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        check = f"PYTHONPATH={ROOT}:{packages} exec {' '.join(as_nobody)} {python} -c '{CHECK}'"
        if python is not None and os.system(f"({check}) >/dev/null 2>&1") == 0:
            return [*as_nobody, python]
    pytest.skip(f"no {version} that nobody may run, or this checkout is not readable for all")


@pytest.mark.parametrize("mode", ["user", "user-mounts", "none"])
async def test_without_privileges_nothing_is_left_either(mode: str, marked: Marked) -> None:
    prefix = _unprivileged()
    directory = Path("/tmp") / f"unprivileged-{marked.value}"
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    try:
        holder, (keeper, own, user) = await hold(mode, marked, directory, prefix=prefix)
        assert user == "65534"
        assert len(marked.pids()) >= 3

        holder.kill()
        await holder.communicate()
        await gone(int(keeper))

        assert marked.pids() == []
        assert not Path(own).exists()
    finally:
        shutil.rmtree(directory)


@pytest.mark.parametrize("mode", MODES)
async def test_a_terminated_keeper_leaves_nothing(mode: str, marked: Marked, tmp_path: Path) -> None:
    """SIGTERM to the keeper: as by an administrator."""
    holder, (keeper, directory, _) = await hold(mode, marked, tmp_path)

    os.kill(int(keeper), signal.SIGTERM)
    await gone(int(keeper))

    assert marked.pids() == []
    assert not Path(directory).exists()
    holder.kill()
    await holder.communicate()
