"""The library's own backend on a cluster of local processes: no Kubernetes is needed for this."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from launcher_k8s import Job, JobBackend, JobState, OutputChunk
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, JOB, NODE, POD, SECRET
from launcher_k8s.testing.local.cluster import LocalCluster
from launcher_k8s.testing.local.machine import Capacity
from launcher_k8s.testing.local.server import Server

KILLED = """
import asyncio, sys
from launcher_k8s import Job, JobBackend, JobState
from launcher_k8s.testing.local.cluster import LocalCluster

async def main():
    async with LocalCluster() as cluster, JobBackend(cluster.settings()) as backend:
        job = Job.shell("echo $$ ; exec sleep 1000", name="sleeper", image="any")
        submitted = await backend.submit(job, user="jo")
        await backend.wait(submitted.id, until={JobState.RUNNING})
        print(cluster.runtime.pid, cluster.runtime.directory, flush=True)
        await asyncio.sleep(1000)

asyncio.run(main())
"""


@pytest.fixture
async def cluster() -> AsyncIterator[LocalCluster]:
    async with LocalCluster() as cluster:
        yield cluster


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _is_there(path: str | Path) -> bool:
    return Path(path).exists()


async def _output(backend: JobBackend, job_id: str) -> bytes:
    async with backend.output(job_id) as chunks:
        return b"".join([each.data async for each in chunks if isinstance(each, OutputChunk)])


async def test_a_job_runs_to_its_end(cluster: LocalCluster) -> None:
    async with JobBackend(cluster.settings()) as backend:
        job = Job.shell('echo "hello $WHO"; exit 3', name="hello", image="any", env={"WHO": "world"})
        submitted = await backend.submit(job, user="jo")
        status = await backend.wait(submitted.id, timeout_s=30)
        assert (status.state, status.exit_code) == (JobState.FINISHED, 3)
        assert await _output(backend, submitted.id) == b"hello world\n"
        await backend.remove(submitted.id)
    assert cluster.api.objects(JOB) == []


async def test_many_jobs_at_a_time(cluster: LocalCluster) -> None:
    async with JobBackend(cluster.settings()) as backend:

        async def run(number: int) -> bytes:
            job = Job.shell(f"echo {number}", name=f"job{number}", image="any")
            submitted = await backend.submit(job, user="jo")
            status = await backend.wait(submitted.id, timeout_s=50)
            assert status.state is JobState.FINISHED
            return await _output(backend, submitted.id)

        outputs = await asyncio.gather(*map(run, range(20)))
    assert outputs == [f"{number}\n".encode() for number in range(20)]
    assert await cluster.runtime.usage() == {}


async def test_leaving_it_leaves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    before = asyncio.all_tasks()
    files = _open_files()
    async with LocalCluster() as cluster, JobBackend(cluster.settings()) as backend:
        job = Job.shell("sleep 1000", name="sleeper", image="any")
        submitted = await backend.submit(job, user="jo")
        await backend.wait(submitted.id, until={JobState.RUNNING}, timeout_s=30)
        keeper, directory = cluster.runtime.pid, cluster.runtime.directory
    assert asyncio.all_tasks() == before
    assert not _is_there(f"/proc/{keeper}")
    assert not _is_there(directory)
    assert _open_files() <= files
    assert "runs the commands of its pods on this machine" in caplog.text


async def test_a_part_that_cannot_end_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Server) -> None:
        raise RuntimeError("no end")

    monkeypatch.setattr(Server, "close", fail)
    with pytest.raises(RuntimeError, match="no end"):
        async with LocalCluster() as cluster:
            server, keeper = cluster._server, cluster.runtime.pid
    assert not _is_there(f"/proc/{keeper}")
    monkeypatch.undo()
    assert server is not None
    await server.close()


async def test_nothing_outlives_a_program_that_was_killed() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert program.stdout is not None
    line = await program.stdout.readline()
    keeper, directory = line.decode().split()
    program.kill()
    await program.wait()
    async with asyncio.timeout(20):
        while _is_there(f"/proc/{keeper}") or _is_there(directory):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)


async def test_a_container_sees_its_volumes_and_variables(cluster: LocalCluster) -> None:
    api, namespace = cluster.api, cluster.namespace
    api.add(CONFIG_MAP, {"metadata": {"name": "settings"}, "data": {"answer": "42"}}, namespace=namespace)
    api.add(SECRET, {"metadata": {"name": "door"}, "stringData": {"key": "sesame"}}, namespace=namespace)
    script = "cat /settings/answer; echo; echo $KEY; stat -L -c %a /secret/key; echo $NAME"
    container = {
        "name": "main",
        "image": "any",
        "command": ["sh", "-c", script],
        "env": [
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "door", "key": "key"}}},
            {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        ],
        "volumeMounts": [
            {"name": "settings", "mountPath": "/settings"},
            {"name": "secret", "mountPath": "/secret"},
        ],
    }
    volumes = [
        {"name": "settings", "configMap": {"name": "settings"}},
        {"name": "secret", "secret": {"secretName": "door", "defaultMode": 0o400}},
    ]
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": volumes}
    if not cluster.runtime.capabilities.mount_namespace:
        pytest.skip(cluster.runtime.capabilities.reason)
    api.add(POD, {"metadata": {"name": "looker"}, "spec": spec}, namespace=namespace)
    await _phase(cluster, "looker", "Succeeded")
    assert await _log(cluster, "looker") == b"42\nsesame\n400\nlooker\n"


async def _log(cluster: LocalCluster, pod: str) -> bytes:
    url = f"{cluster.api_url}/api/v1/namespaces/{cluster.namespace}/pods/{pod}/log"
    headers = {"Authorization": f"Bearer {cluster.token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def _phase(cluster: LocalCluster, name: str, wanted: str) -> dict[str, object]:
    """Wait until a pod is in a phase."""
    reached = asyncio.Event()
    found: dict[str, object] = {}

    def note(*_: object) -> None:
        pod = cluster.api.find(POD, name, cluster.namespace)
        if pod is not None and pod["status"]["phase"] == wanted:
            found.update(pod)
            reached.set()

    cluster.api.subscribe(note)
    note()
    async with asyncio.timeout(20):
        await reached.wait()
    return found


async def test_a_missing_image_is_waited_for(cluster: LocalCluster) -> None:
    cluster.images.missing("gone:1")
    async with JobBackend(cluster.settings()) as backend:
        submitted = await backend.submit(Job.shell("true", name="x", image="gone:1"), user="jo")
        async with backend.statuses(submitted.id) as statuses, asyncio.timeout(20):
            async for status in statuses:
                if "ImagePull" in (status.status_message or ""):
                    break
        cluster.images.present("gone:1")
        assert (await backend.wait(submitted.id, timeout_s=20)).state is JobState.FINISHED


async def test_a_deadline_ends_a_pod(cluster: LocalCluster) -> None:
    spec = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": 1,
        "terminationGracePeriodSeconds": 1,
        "containers": [{"name": "main", "image": "any", "command": ["sleep", "1000"]}],
    }
    cluster.api.add(POD, {"metadata": {"name": "late"}, "spec": spec}, namespace=cluster.namespace)
    pod = await _phase(cluster, "late", "Failed")
    status = pod["status"]
    assert isinstance(status, dict)
    assert status["reason"] == "DeadlineExceeded"
    (container,) = status["containerStatuses"]
    # The first process of a PID namespace is not ended by a signal that it does not handle.
    expected = 137 if cluster.runtime.capabilities.pid_namespace else 143
    assert container["state"]["terminated"]["exitCode"] == expected


async def test_a_fault_evicts_and_another_kills_for_memory(cluster: LocalCluster) -> None:
    spec = {
        "restartPolicy": "Never",
        "containers": [{"name": "main", "image": "any", "command": ["sleep", "1000"]}],
    }
    for name in ("evicted", "greedy"):
        cluster.api.add(POD, {"metadata": {"name": name}, "spec": spec}, namespace=cluster.namespace)
        await _phase(cluster, name, "Running")
    cluster.faults.evict("evicted")
    cluster.faults.kill_for_memory("greedy")
    evicted = await _phase(cluster, "evicted", "Failed")
    greedy = await _phase(cluster, "greedy", "Failed")
    assert evicted["status"]["reason"] == "Evicted"  # type: ignore[index]
    (container,) = greedy["status"]["containerStatuses"]  # type: ignore[index]
    ended = container["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


async def test_a_lost_node_leaves_its_pods_to_be_deleted(cluster: LocalCluster) -> None:
    spec = {
        "restartPolicy": "Never",
        "containers": [{"name": "main", "image": "any", "command": ["sleep", "1000"]}],
    }
    cluster.api.add(POD, {"metadata": {"name": "p"}, "spec": spec}, namespace=cluster.namespace)
    await _phase(cluster, "p", "Running")
    cluster.faults.lose_node()
    pod = cluster.api.find(POD, "p", cluster.namespace)
    assert pod is not None
    assert "deletionTimestamp" in pod["metadata"]
    conditions = {each["type"]: (each["status"], each.get("reason")) for each in pod["status"]["conditions"]}
    assert conditions["Ready"] == ("False", None)
    assert conditions["DisruptionTarget"] == ("True", "DeletionByTaintManager")
    (node,) = cluster.api.objects(NODE)
    assert {each["status"] for each in node["status"]["conditions"]} == {"Unknown"}


async def test_a_pod_that_finds_no_room_gets_it_later() -> None:
    container = {
        "name": "main",
        "image": "any",
        "command": ["true"],
        "resources": {"requests": {"cpu": "2"}},
    }
    spec = {"restartPolicy": "Never", "containers": [container]}
    async with LocalCluster(capacity=Capacity(cpus=2, memory_bytes=2**30, storage_bytes=2**30)) as cluster:
        for name in ("first", "second"):
            cluster.api.add(POD, {"metadata": {"name": name}, "spec": spec}, namespace=cluster.namespace)
        waiting = cluster.api.find(POD, "second", cluster.namespace)
        assert waiting is not None
        (condition,) = waiting["status"]["conditions"]
        assert (condition["reason"], "1 Insufficient cpu" in condition["message"]) == ("Unschedulable", True)
        await _phase(cluster, "second", "Succeeded")


async def test_without_mount_namespaces_a_plain_pod_runs_all_the_same() -> None:
    spec = {
        "restartPolicy": "Never",
        "containers": [{"name": "main", "image": "any", "command": ["sh", "-c", "echo here; exit 0"]}],
    }
    async with LocalCluster(modes=("none",)) as cluster:
        cluster.api.add(POD, {"metadata": {"name": "p"}, "spec": spec}, namespace=cluster.namespace)
        await _phase(cluster, "p", "Succeeded")
        assert await _log(cluster, "p") == b"here\n"
