"""What keeps a job from starting is told where only Events tell it, with the least rights that there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from launcher_k8s import Job, JobBackend, JobState, JobStatus, Progress, load_settings
from launcher_k8s.errors import OperationTimeoutError
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration
from tests.integration.looking import all_of, image_profile, overriding
from tests.integration.roles import create_guide_account

SOON_S = 60
QUIET_S = 6  # several more looks
ACCOUNT = "launcher"

MOUNT: dict[str, object] = {
    "/spec/template/spec/volumes": [
        {"name": "v", "secret": {"secretName": "no-such-secret"}},
        {"name": "w", "configMap": {"name": "no-such-map"}},
    ],
    "/spec/template/spec/containers/0/volumeMounts": [
        {"name": "v", "mountPath": "/v"},
        {"name": "w", "mountPath": "/w"},
    ],
}
HELLO = Job.shell("echo hello", name="hello")


@pytest.fixture(params=["administrator", "guide"])
def directory(
    request: pytest.FixtureRequest, real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> Path:
    """A configuration of an administrator, and one of an account that may watch Events and not list them."""
    mounted = f"\n[mounts]\n{overriding(MOUNT, tmp_path)}"
    directory = configuration(
        tmp_path / "conf", real_cluster, namespace, profiles=image_profile(real_cluster) + mounted
    )
    if request.param == "guide":
        create_guide_account(real_cluster, namespace, ACCOUNT)
        (directory / "token").write_text(real_cluster.service_account_token(namespace, ACCOUNT))
    return directory


@pytest.fixture
async def backend(directory: Path) -> AsyncIterator[JobBackend]:
    async with JobBackend(load_settings(directory).cluster()) as backend:
        yield backend


async def test_a_quota_without_room_is_told_until_there_is(
    backend: JobBackend, directory: Path, real_cluster: RealCluster, namespace: str
) -> None:
    quotas = f"/api/v1/namespaces/{namespace}/resourcequotas"
    quota = {"metadata": {"name": "team"}, "spec": {"hard": {"pods": "0"}}}
    real_cluster.request("POST", quotas, quota)
    until(lambda: real_cluster.request("GET", f"{quotas}/team").get("status"), "the quota", within_s=30)
    job_id = (await backend.submit(HELLO, user="jsmith")).id
    told = await asyncio.wait_for(_first_message(backend, job_id), SOON_S)
    assert told.state is JobState.PENDING
    assert told.status_message == (
        f'FailedCreate: Error creating: pods "{job_id}" is forbidden: '
        "exceeded quota: team, requested: pods=1, used: pods=0, limited: pods=0"
    )
    assert (await backend.get(job_id)).status_message == told.status_message
    async with JobBackend(load_settings(directory).cluster()) as other:
        assert (await asyncio.wait_for(_first_message(other, job_id), SOON_S)) == told

    # The Job controller tries again less and less often.
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        following = group.create_task(all_of(backend.statuses(job_id)))
        with pytest.raises(
            OperationTimeoutError, match=r"it is Pending \(FailedCreate: .*exceeded quota: team"
        ):
            await backend.wait(job_id, timeout_s=QUIET_S)
        real_cluster.request("DELETE", f"{quotas}/team")
    statuses = following.result()
    assert statuses[-1].state is JobState.FINISHED
    refused = [status for status in statuses if status.status_message.startswith("FailedCreate")]
    assert refused == [told]


async def test_a_service_account_that_does_not_exist_is_told(backend: JobBackend) -> None:
    job = Job.shell("true", name="nobody", service_account="no-such-account")
    message = await _only_message(backend, job, user="jsmith")
    assert message.startswith("FailedCreate: ")
    assert 'serviceaccount "no-such-account" not found' in message


async def test_of_volumes_that_cannot_be_mounted_one_is_told_all_the_while(backend: JobBackend) -> None:
    message = await _only_message(backend, Job.shell("true", name="mounts"), user="mounts")
    assert message.startswith("FailedMount: ")
    # On a busy machine the kubelet may not have come to look for it within its time.
    assert ("no-such-" in message and message.endswith("not found")) or "failed to sync" in message


async def _only_message(backend: JobBackend, job: Job, *, user: str) -> str:
    """The one message of a job that stays pending, once it has been so for some seconds."""
    job_id = (await backend.submit(job, user=user)).id
    await asyncio.wait_for(_first_message(backend, job_id), SOON_S)
    await asyncio.sleep(QUIET_S)  # the kubelet comes to each volume in its own time
    seen: list[Progress] = []
    with pytest.raises(OperationTimeoutError):
        await backend.wait(job_id, timeout_s=QUIET_S, progress=seen.append)
    await backend.remove(job_id)
    (news,) = seen
    assert news.state is JobState.PENDING
    return news.message


async def _first_message(backend: JobBackend, job_id: str) -> JobStatus:
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            if status.status_message or status.state is not JobState.PENDING:
                return status
    raise AssertionError("the job is gone")
