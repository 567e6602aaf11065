"""The real kubectl against a cluster of local processes; only its binary is taken from the harness."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s.testing.cluster.access import Denial
from launcher_k8s.testing.local.cluster import LocalCluster
from tests.cluster import binaries, places

Kubectl = Callable[..., Awaitable[str]]

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p"},
    "spec": {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "containers": [
            {
                "name": "main",
                "image": "any",
                "stdin": True,
                "stdinOnce": True,
                "command": ["sh", "-c", "echo ready; while read line; do echo got $line; done; echo over"],
            }
        ],
    },
}


@pytest.fixture
async def cluster() -> AsyncIterator[LocalCluster]:
    async with LocalCluster() as cluster:
        yield cluster


@pytest.fixture
def kubectl(cluster: LocalCluster, tmp_path: Path) -> Kubectl:
    program = Path(binaries.cached(places.wanted_version()).path("kubectl"))
    if not program.exists():
        pytest.skip(f"no kubectl: {program} is not there (python -m tests.cluster build)")
    config = cluster.kubeconfig(tmp_path / "kubeconfig")

    async def run(*args: str, stdin: str = "", code: int = 0) -> str:
        process = await asyncio.create_subprocess_exec(
            str(program),
            f"--kubeconfig={config}",
            f"--cache-dir={tmp_path / 'cache'}",
            *args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(30):
                out, err = await process.communicate(stdin.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == code, err.decode()
        return out.decode() + (err.decode() if code else "")

    return run


async def _started(kubectl: Kubectl) -> None:
    await kubectl("create", "-f", "-", stdin=json.dumps(POD))
    await kubectl("wait", "--for=condition=Ready", "pod/p", "--timeout=20s")


async def test_it_creates_shows_and_deletes(kubectl: Kubectl) -> None:
    await _started(kubectl)
    shown = await kubectl("get", "pods")
    assert shown.splitlines()[1].split()[:4] == ["p", "1/1", "Running", "0"]
    assert "deleted" in await kubectl("delete", "pod", "p")
    assert "NotFound" in await kubectl("get", "pod", "p", code=1)


async def test_it_watches_a_table(kubectl: Kubectl) -> None:
    await kubectl("create", "job", "quick", "--image=any", "--", "true")
    lines = (await kubectl("get", "jobs", "-w", "--request-timeout=5s")).splitlines()
    assert lines[0].split() == ["NAME", "STATUS", "COMPLETIONS", "DURATION", "AGE"]
    assert [line.split()[1] for line in lines if line.startswith("quick")][-1] == "Complete"


async def test_it_applies_patches_and_compares(kubectl: Kubectl) -> None:
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}
    assert "created" in await kubectl("apply", "-f", "-", stdin=json.dumps(settings))
    settings["data"] = {"b": "2"}
    assert '+  b: "2"' in await kubectl("diff", "-f", "-", stdin=json.dumps(settings), code=1)
    assert "configured" in await kubectl("apply", "-f", "-", stdin=json.dumps(settings))
    await kubectl("patch", "configmap", "c", "-p", '{"data":{"c":"3"}}')
    await kubectl("patch", "configmap", "c", "--type=json", "-p", '[{"op":"remove","path":"/data/b"}]')
    assert json.loads(await kubectl("get", "configmap", "c", "-o", "json"))["data"] == {"c": "3"}


async def test_apply_merges_containers_by_name(kubectl: Kubectl) -> None:
    container = {"name": "main", "image": "any:1", "command": ["true"]}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}}
    job["spec"] = {"suspend": True, "template": template}
    await kubectl("apply", "-f", "-", stdin=json.dumps(job))
    container["image"] = "any:2"
    assert "field is immutable" in await kubectl("apply", "-f", "-", stdin=json.dumps(job), code=1)


async def test_it_follows_logs(kubectl: Kubectl) -> None:
    script = "echo one; sleep 1; echo two"
    await kubectl("create", "job", "speaker", "--image=any", "--", "sh", "-c", script)
    await kubectl("wait", "--for=jsonpath={.status.ready}=1", "job/speaker", "--timeout=20s")
    assert await kubectl("logs", "-f", "job/speaker") == "one\ntwo\n"
    stamped = await kubectl("logs", "--timestamps", "--tail=1", "job/speaker")
    assert stamped.endswith("Z two\n")


async def test_it_executes_commands(kubectl: Kubectl) -> None:
    await _started(kubectl)
    out = await kubectl("exec", "p", "--", "sh", "-c", "echo out; echo problem >&2; exit 3", code=3)
    assert out.startswith("out\nproblem\n")
    assert "exit code 3" in out
    assert await kubectl("exec", "-i", "p", "--", "cat", stdin="to and fro") == "to and fro"
    assert "executable file not found" in await kubectl("exec", "p", "--", "no-such-program", code=1)


async def test_it_attaches_to_a_container(kubectl: Kubectl) -> None:
    await _started(kubectl)
    out = await kubectl("attach", "-i", "p", stdin="a\nb\n")
    assert "got a\ngot b\n" in out
    await kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/p", "--timeout=20s")
    assert await kubectl("logs", "p") == "ready\ngot a\ngot b\nover\n"


async def test_it_asks_what_it_may(kubectl: Kubectl, cluster: LocalCluster) -> None:
    assert await kubectl("auth", "can-i", "create", "jobs.batch") == "yes\n"
    cluster.api.access.deny(Denial("create", "jobs", "batch"))
    assert (await kubectl("auth", "can-i", "create", "jobs.batch", code=1)).startswith("no")


async def test_it_explains_and_describes(kubectl: Kubectl) -> None:
    assert "FIELD: backoffLimit <integer>" in await kubectl("explain", "job.spec.backoffLimit")
    await _started(kubectl)
    assert "Container started" in await kubectl("describe", "pod", "p")
    assert "p " in await kubectl("top", "pods")
