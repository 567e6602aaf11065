"""A submit whose answer is lost, delayed or refused makes its job once, whole, or not at all."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from launcher_k8s import Job, JobBackend, load_settings
from launcher_k8s.errors import ForbiddenError, InvalidJobError, InvalidObjectError
from tests.cluster.proxy import HttpTap
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, names_of

JOBS = r"/jobs$"
SERVICES = r"/services$"
RETRY_AFTER_S = 2


@pytest.fixture
def tap(real_cluster: RealCluster) -> Iterator[HttpTap]:
    with real_cluster.tap() as tap:
        yield tap


@pytest.fixture
async def backend(
    real_cluster: RealCluster, namespace: str, tap: HttpTap, tmp_path: Path
) -> AsyncIterator[JobBackend]:
    """A backend whose every request goes through the tap."""
    directory = configuration(
        tmp_path / "conf", real_cluster, namespace, profiles=image_profile(real_cluster), api_url=tap.url
    )
    async with JobBackend(load_settings(directory).cluster()) as backend:
        yield backend


def posts(tap: HttpTap, collection: str) -> list[int | None]:
    """What the API server answered to each POST, None where it was not asked."""
    return [
        seen.status
        for seen in tap.requests
        if seen.method == "POST" and seen.path.partition("?")[0].endswith(collection)
    ]


async def test_a_lost_answer_is_found_again_by_the_retry(
    real_cluster: RealCluster, namespace: str, tap: HttpTap, backend: JobBackend
) -> None:
    lost = tap.drop_answers("POST", JOBS)
    submitted = await backend.submit(Job.shell("exit 4", name="once"), user="jsmith")
    assert lost.hits == 1
    first, *repeated = posts(tap, "/jobs")
    assert (first, set(repeated)) == (201, {409})
    assert names_of(real_cluster, namespace, "jobs") == [submitted.id]
    assert (await backend.wait(submitted.id, timeout_s=60)).exit_code == 4


async def test_a_key_is_one_job_however_often_it_is_submitted(
    real_cluster: RealCluster, namespace: str, tap: HttpTap, backend: JobBackend
) -> None:
    job = Job.shell("true", name="keyed", ports=[8080])
    tap.drop_answers("POST", JOBS)
    first = await backend.submit(job, user="jsmith", key="request 1")
    second = await backend.submit(job, user="jsmith", key="request 1")
    assert first.id == second.id
    assert names_of(real_cluster, namespace, "jobs") == [first.id]
    assert names_of(real_cluster, namespace, "services") == [first.id]


async def test_a_key_of_another_job_is_refused(
    real_cluster: RealCluster, namespace: str, backend: JobBackend
) -> None:
    first = await backend.submit(Job.shell("true", name="keyed"), user="jsmith", key="request 1")
    with pytest.raises(InvalidJobError, match=f"'request 1' of user 'jsmith' .* another job .{first.id}"):
        await backend.submit(Job.shell("false", name="keyed"), user="jsmith", key="request 1")
    assert names_of(real_cluster, namespace, "jobs") == [first.id]


async def test_the_same_key_of_another_user_is_another_job(
    real_cluster: RealCluster, namespace: str, backend: JobBackend
) -> None:
    job = Job.shell("true", name="keyed")
    ids = {(await backend.submit(job, user=user, key="request 1")).id for user in ("jsmith", "jdoe")}
    assert len(ids) == 2
    assert set(names_of(real_cluster, namespace, "jobs")) == ids


async def test_a_lost_answer_to_the_service_makes_no_second_one(
    real_cluster: RealCluster, namespace: str, tap: HttpTap, backend: JobBackend
) -> None:
    tap.drop_answers("POST", SERVICES)
    submitted = await backend.submit(Job.shell("true", name="served", ports=[8080]), user="jsmith")
    # More than once repeated where a busy API server does not say at once whose the Service is.
    first, *repeated = posts(tap, "/services")
    assert (first, set(repeated)) == (201, {409})
    assert posts(tap, "/jobs") == [201]
    assert names_of(real_cluster, namespace, "services") == [submitted.id]


@pytest.mark.parametrize(("status", "error"), [(403, ForbiddenError), (422, InvalidObjectError)])
async def test_a_refused_service_takes_its_job_with_it(
    real_cluster: RealCluster,
    namespace: str,
    tap: HttpTap,
    backend: JobBackend,
    status: int,
    error: type[Exception],
) -> None:
    tap.answer(status, "POST", SERVICES, message="no Services here")
    with pytest.raises(error, match=r"the Service of job \S+ could not be created: .*no Services here"):
        await backend.submit(Job.shell("sleep 60", name="served", ports=[8080]), user="jsmith")
    assert posts(tap, "/jobs") == [201]
    assert names_of(real_cluster, namespace, "jobs") == []


async def test_the_time_that_the_server_asks_for_is_waited(
    real_cluster: RealCluster, namespace: str, tap: HttpTap, backend: JobBackend
) -> None:
    busy = tap.answer(429, "POST", JOBS, retry_after_s=RETRY_AFTER_S)
    began = time.monotonic()
    submitted = await backend.submit(Job.shell("true", name="patient"), user="jsmith")
    took_s = time.monotonic() - began
    assert busy.hits == 1
    assert RETRY_AFTER_S <= took_s < RETRY_AFTER_S + 20
    assert names_of(real_cluster, namespace, "jobs") == [submitted.id]
