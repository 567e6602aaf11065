from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from launcher_k8s.testing.local.container import ContainerSpec, Exit, KeeperLost, Streams
from launcher_k8s.testing.local.pods import Pod, Process
from launcher_k8s.testing.local.runtime import MODES, Runtime


async def started(mode: str, directory: Path) -> Runtime:
    runtime = Runtime(modes=(mode,), directory=str(directory))
    try:
        await runtime.start()
    except KeeperLost as lost:
        pytest.skip(f"mode {mode!r} is not to be had here: {str(lost).splitlines()[-1]}")
    return runtime


@pytest.fixture(params=MODES)
async def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime in each mode that this machine permits."""
    found = await started(request.param, tmp_path)
    yield found
    await found.close()


@pytest.fixture(params=["root", "user", "root-mounts", "user-mounts"])
async def mounting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime in each mode with mount namespaces."""
    found = await started(request.param, tmp_path)
    yield found
    await found.close()


@pytest.fixture(params=["root", "user"])
async def isolating(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime in each mode with PID namespaces."""
    found = await started(request.param, tmp_path)
    yield found
    await found.close()


@pytest.fixture
async def pod(runtime: Runtime) -> Pod:
    return await runtime.create_pod(hostname="pod-1")


async def output_of(where: Pod | Process, spec: ContainerSpec) -> tuple[Exit, str]:
    """Run a container in a pod, or a command in a container, to its end; stdout and stderr in one."""
    reader, writer = os.pipe()
    try:
        start = where.run if isinstance(where, Pod) else where.execute
        process = await start(spec, Streams(stdout=writer, stderr=writer))
    finally:
        os.close(writer)
    how = await process.wait()
    with os.fdopen(reader, encoding="utf-8") as text:
        return how, text.read()


def shell(script: str, **more: object) -> ContainerSpec:
    return ContainerSpec(("sh", "-c", script), **more)  # type: ignore[arg-type]


class Marked:
    """Processes that can be found again among all of this machine's: a variable in their environment."""

    def __init__(self) -> None:
        self.value = uuid.uuid4().hex
        self.env = {"MARK": self.value, "PATH": os.environ["PATH"]}

    def pids(self) -> list[int]:
        return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and self._has(each)]

    def _has(self, process: Path) -> bool:
        try:
            return f"MARK={self.value}".encode() in (process / "environ").read_bytes()
        except OSError:
            return False


@pytest.fixture
def marked() -> Marked:
    return Marked()
