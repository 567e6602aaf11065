"""The library's main job on a real cluster: from files to a job's end, seen by two processes."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s import (
    Job,
    JobBackend,
    JobState,
    JobStatus,
    Mount,
    MountSource,
    OutputChunk,
    Stream,
    from_wire,
    load_settings,
)
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration

HOST_ALIASES = [
    {"ip": "10.2.141.12", "hostnames": ["db01"]},
    {"ip": "10.2.141.13", "hostnames": ["db02"]},
]
OVERRIDES = {
    "/spec/template/spec/hostAliases": HOST_ALIASES,
    "/spec/template/spec/containers/0/securityContext": {"privileged": True},
    "/spec/template/spec/volumes/-": {"name": "settings", "configMap": {"name": "settings"}},
    "/spec/template/spec/containers/0/volumeMounts/-": {"name": "settings", "mountPath": "/settings"},
}
SCRIPT = """
echo "greeting $GREETING"
echo "password $PASSWORD"
cat /data/file
cat /settings/answer
cat /etc/hosts
ls /dev | wc -l > /data/devices
echo whole
exit 3
"""


@pytest.fixture
def directory(real_cluster: RealCluster, namespace: str, tmp_path: Path) -> Path:
    """A configuration directory with profiles, a resource profile and overrides from files."""
    pairs = []
    for number, (pointer, value) in enumerate(OVERRIDES.items()):
        file = tmp_path / f"override{number}.json"
        file.write_text(json.dumps(value))
        pairs.append(f'"{pointer}":"{file}"')
    profiles = f"""
[*]
default-container-image={real_cluster.image}
placement-constraints=launcher-test-zone
job-json-overrides={",".join(pairs)}
"""
    resources = """
[tiny]
name = "Tiny"
cpus=0.2
cpus-request=0.1
mem-mb=128
"""
    return configuration(tmp_path / "conf", real_cluster, namespace, profiles=profiles, resources=resources)


@pytest.fixture
def host_path(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    (path / "file").write_text("from the mount\n")
    return path


CONTRACT = {
    "metadata.generateName": "main-job-",
    "metadata.labels": {"app.kubernetes.io/managed-by": "launcher"},
    "spec.backoffLimit": 0,
    "spec.template.metadata.annotations": {
        "USER_TAG_0": "first tag",
        "USER_TAG_1": "second",
        "name": "Main Job",
        "service_ports": '[{"protocol":"TCP","targetPort":8080}]',
        "stdin": "",
        "user": "jsmith",
        "user_metadata": '{"pod":{"labels":{"team":"moon"}},"project":"apollo"}',
    },
    "spec.template.spec.restartPolicy": "Never",
    "spec.template.spec.shareProcessNamespace": True,
    "spec.template.spec.nodeSelector": {"launcher-test-zone": "us-east"},
    "container.name": "rs-launcher-container",
    "container.command": ["/bin/sh"],
    "container.args": ["-c", SCRIPT],
    "container.stdinOnce": True,
    "container.resources": {
        "limits": {"cpu": "200m", "memory": "128M"},
        "requests": {"cpu": "100m"},
    },
}
"""The Launcher's contract as ``kubectl get job -o yaml`` shows it, for the job below."""


def contract_of(job: dict[str, Any]) -> dict[str, Any]:
    places = {"container": job["spec"]["template"]["spec"]["containers"][0]}
    return {path: _at(places | job, path) for path in (*CONTRACT, "metadata.name")}


def _at(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree.get(step)
    return tree


async def test_a_job_runs_as_configured_and_two_processes_see_the_same(
    real_cluster: RealCluster, namespace: str, directory: Path, host_path: Path
) -> None:
    real_cluster.label_node({"launcher-test-zone": "us-east"})
    real_cluster.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/secrets",
        {"metadata": {"name": "db"}, "data": {"password": base64.b64encode(b"tiger").decode()}},
    )
    real_cluster.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/configmaps",
        {"metadata": {"name": "settings"}, "data": {"answer": "forty-two\n"}},
    )
    job = Job.shell(
        SCRIPT,
        name="Main Job",
        env={"GREETING": "hello: world #1"},
        secrets=["db:password:PASSWORD"],
        mounts=[Mount("/data", MountSource("host", {"path": str(host_path)}))],
        ports=[8080],
        tags=["first tag", "second"],
        resource_profile="tiny",
        placement_constraints=["launcher-test-zone:us-east"],
        metadata={"project": "apollo", "pod": {"labels": {"team": "moon"}}},
    )
    settings = load_settings(directory).cluster()
    async with JobBackend(settings) as backend:
        submitted = await backend.submit(job, user="jsmith")
        other = await _second_process(directory, submitted.id)
        statuses, output = await asyncio.gather(
            _all(backend.statuses(submitted.id)), _text(backend.output(submitted.id))
        )
        final = statuses[-1]
        rebuilt = await backend.get(submitted.id, user="jsmith")
        service = real_cluster.kubectl_json("get", "service", submitted.id, "-n", namespace)
    seen = real_cluster.kubectl_json("get", "job", submitted.id, "-n", namespace)
    assert contract_of(seen) == CONTRACT | {"metadata.name": submitted.id}
    assert json.loads(seen["metadata"]["annotations"]["launcher-k8s/final"])["exitCode"] == 3
    assert [owner["uid"] for owner in service["metadata"]["ownerReferences"]] == [seen["metadata"]["uid"]]
    assert service["spec"]["selector"] == {"job-name": submitted.id}

    states = [status.state for status in statuses]
    assert list(dict.fromkeys(states)) == [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]
    assert states.count(JobState.RUNNING) == states.count(JobState.FINISHED) == 1
    assert final.exit_code == 3

    assert "greeting hello: world #1\npassword tiger\nfrom the mount\nforty-two\n" in output
    assert output.endswith("whole\n")
    hosts = [line.split() for line in output.splitlines()]
    assert ["10.2.141.12", "db01"] in hosts
    assert ["10.2.141.13", "db02"] in hosts
    assert int((host_path / "devices").read_text()) > 20, "privileged: the host's devices are there"

    assert rebuilt.exit_code == 3
    assert rebuilt.tags == ("first tag", "second")
    assert rebuilt.metadata == job.metadata
    told, seen = await other.communicate()
    assert other.returncode == 0, seen.decode()
    lines = [json.loads(line) for line in told.decode().splitlines()]
    assert from_wire(JobStatus, lines[0]["final"]) == final
    assert lines[0]["output"] == output
    assert from_wire(Job, lines[0]["job"]) == rebuilt


SECOND_PROCESS = """
import asyncio, json, sys
from launcher_k8s import JobBackend, load_settings, to_wire

async def main():
    async with JobBackend(load_settings(sys.argv[1]).cluster()) as backend:
        final = await backend.wait(sys.argv[2])
        output = b"".join([chunk.data async for chunk in backend.output(sys.argv[2])])
        job = await backend.get(sys.argv[2])
        print(json.dumps({"final": to_wire(final), "output": output.decode(), "job": to_wire(job)}))

asyncio.run(main())
"""


async def _second_process(directory: Path, job_id: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SECOND_PROCESS,
        str(directory),
        job_id,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _all(statuses: Stream[JobStatus]) -> list[JobStatus]:
    async with statuses:
        return [status async for status in statuses]


async def _text(output: AsyncIterator[object]) -> str:
    pieces = [piece async for piece in output]
    assert all(isinstance(piece, OutputChunk) for piece in pieces)
    return b"".join(piece.data for piece in pieces if isinstance(piece, OutputChunk)).decode()
