"""The API server dies and comes back twenty seconds later: nothing is lost, told twice or doubled."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, JobState, load_settings
from launcher_k8s.connection import JOBS
from launcher_k8s.errors import ClusterError, ExpiredError
from launcher_k8s.kube.client import KubernetesCluster
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration
from tests.integration.looking import all_of, image_profile, names_of, overriding, text_of

DOWN_S = 20
TRIES = 10
LINES = 300
ENDING_S = 18  # ends while the server is away, however long the next pod takes to be prepared
LATE = "late"  # this user's jobs wait for a container of a profile's before they start
PREPARING_S = 12  # ends while the server is away

WHOLE_LIFE = [JobState.PENDING, JobState.RUNNING, JobState.FINISHED]
PRINTS = f"i=0; while [ $i -lt {LINES} ]; do echo line $i; i=$((i+1)); sleep 0.1; done; exit 5"


@pytest.mark.timeout(420)
async def test_nothing_is_lost_or_doubled_while_the_api_server_is_away(
    breakable: RealCluster, namespace: str, tmp_path: Path
) -> None:
    before = {"name": "before", "image": breakable.image, "command": ["sleep", str(PREPARING_S)]}
    override = overriding({"/spec/template/spec/initContainers": [before]}, tmp_path)
    profiles = f"{image_profile(breakable)}[{LATE}]\n{override}"
    directory = configuration(tmp_path / "conf", breakable, namespace, profiles=profiles)
    async with JobBackend(load_settings(directory).cluster()) as backend:
        printing = (await backend.submit(Job.shell(PRINTS, name="prints"), user="jsmith")).id
        ending = (await backend.submit(Job.shell(f"sleep {ENDING_S}; exit 6", name="ends"), user="jsmith")).id
        followed = {
            job_id: asyncio.create_task(all_of(backend.statuses(job_id))) for job_id in (printing, ending)
        }
        output = asyncio.create_task(text_of(backend.output(printing)))
        for job_id in followed:
            await backend.wait(job_id, until=[JobState.RUNNING], timeout_s=120)
        starting = (await backend.submit(Job.shell("exit 4", name="starts"), user=LATE)).id
        followed[starting] = asyncio.create_task(all_of(backend.statuses(starting)))
        await asyncio.to_thread(_wait_until_prepared, breakable, namespace, starting)

        await asyncio.to_thread(breakable.kill_api_server)
        killed = datetime.now(UTC).replace(microsecond=0)  # the cluster's times are whole seconds
        back = asyncio.create_task(_come_back(breakable))
        tried = await asyncio.gather(*(_try(backend, n) for n in range(TRIES)))
        returned = await back
        ids = [(await backend.submit(_keyed(n), user="jsmith", key=f"key {n}")).id for n in range(TRIES)]

        statuses = {job_id: await task for job_id, task in followed.items()}
        lines = (await output).splitlines()
        finals = [await backend.wait(job_id, timeout_s=240) for job_id in ids]

    for job_id, exit_code in ((printing, 5), (ending, 6), (starting, 4)):
        states = [status.state for status in statuses[job_id]]
        assert list(dict.fromkeys(states)) == WHOLE_LIFE
        assert states.count(JobState.RUNNING) == states.count(JobState.FINISHED) == 1
        assert states[-1] is JobState.FINISHED
        assert statuses[job_id][-1].exit_code == exit_code
    assert lines == [f"line {i}" for i in range(LINES)]

    assert killed <= _time(statuses[starting][-1].start_time) <= returned
    assert killed <= _time(statuses[ending][-1].end_time) <= returned

    assert None in tried, "the first ones can meet nobody"
    assert len(set(ids)) == TRIES
    assert all(early in (None, late) for early, late in zip(tried, ids, strict=True))
    assert [final.state for final in finals] == [JobState.FINISHED] * TRIES
    assert sorted(names_of(breakable, namespace, "jobs")) == sorted([*followed, *ids])


async def test_a_version_from_before_the_restart_is_expired(breakable: RealCluster, namespace: str) -> None:
    settings = ClusterSettings(
        api_url=breakable.api_url,
        auth_token=breakable.token,
        certificate_authority=breakable.ca_pem,
        namespace=namespace,
    )
    async with KubernetesCluster.from_settings(settings) as cluster:
        page = json.loads((await cluster.list_page(JOBS.within(namespace))).body)
        version = page["metadata"]["resourceVersion"]
        breakable.delete_namespace(breakable.create_namespace())  # the count of versions goes on
        await asyncio.to_thread(breakable.restart_api_server)
        with pytest.raises(ExpiredError):
            async with cluster.watch(JOBS.within(namespace), resource_version=version) as lines:
                await anext(lines)


def _keyed(number: int) -> Job:
    return Job.shell("true", name=f"tried {number}", ports=[8080])


async def _try(backend: JobBackend, number: int) -> str | None:
    """Submit while nobody answers: the job's id, or None after an error that says that it may pass."""
    await asyncio.sleep(number * DOWN_S / TRIES)  # spread over the time without a server
    try:
        return (await backend.submit(_keyed(number), user="jsmith", key=f"key {number}")).id
    except ClusterError as error:
        if not error.transient:
            raise
        return None


async def _come_back(cluster: RealCluster) -> datetime:
    """Start the API server when its time has come; returns when that was."""
    await asyncio.sleep(DOWN_S)
    now = datetime.now(UTC)
    await asyncio.to_thread(cluster.start_api_server)
    return now


def _time(known: datetime | None) -> datetime:
    assert known is not None
    return known


def _wait_until_prepared(cluster: RealCluster, namespace: str, job_id: str) -> None:
    """Until the container before the job's own one runs: from here the node needs no API server."""
    path = f"/api/v1/namespaces/{namespace}/pods?labelSelector=job-name%3D{job_id}"

    def prepared() -> bool:
        pods = cluster.request("GET", path)["items"]
        first = [status for pod in pods for status in pod["status"].get("initContainerStatuses", ())]
        return any("running" in status["state"] for status in first)

    until(prepared, f"the first container of {job_id}", within_s=30)
