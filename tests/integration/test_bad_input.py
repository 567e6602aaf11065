"""What goes wrong on a real cluster comes as an error or a state that says why."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from launcher_k8s import Job, JobBackend, JobState, JobStatus, load_settings
from launcher_k8s.errors import (
    BackendClosedError,
    ConfigurationError,
    ObjectNotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import all_of, image_profile, names_of

AT_ONCE_S = 10
NO_IMAGE = "localhost/there-is-no-such-image:1"


@pytest.fixture
def directory(real_cluster: RealCluster, namespace: str, tmp_path: Path) -> Path:
    return configuration(tmp_path / "conf", real_cluster, namespace, profiles=image_profile(real_cluster))


@pytest.fixture
async def backend(directory: Path) -> AsyncIterator[JobBackend]:
    async with JobBackend(load_settings(directory).cluster()) as backend:
        yield backend


async def test_an_api_server_that_does_not_listen_is_told_soon(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"https://127.0.0.1:{taken.getsockname()[1]}"
    directory = configuration(
        tmp_path / "conf", real_cluster, namespace, profiles=image_profile(real_cluster), api_url=url
    )
    began = time.monotonic()
    async with JobBackend(load_settings(directory).cluster()) as backend:
        with pytest.raises(UnavailableError, match=url) as listed:
            await backend.list()
        with pytest.raises(UnavailableError, match=url) as submitted:
            await backend.submit(Job.shell("true", name="lost"), user="jsmith")
    assert listed.value.transient
    assert submitted.value.transient
    assert listed.value.hint
    assert time.monotonic() - began < AT_ONCE_S


async def test_a_token_that_the_server_does_not_know_is_told(
    real_cluster: RealCluster, namespace: str, directory: Path
) -> None:
    (directory / "token").write_text("not-a-token\n")
    async with JobBackend(load_settings(directory).cluster()) as backend:
        with pytest.raises(UnauthorizedError) as listed:
            await backend.list()
        with pytest.raises(UnauthorizedError) as submitted:
            await backend.submit(Job.shell("true", name="foreign"), user="jsmith")
    assert not submitted.value.transient
    assert "auth-token-path" in listed.value.hint
    assert names_of(real_cluster, namespace, "jobs") == []


async def test_a_token_file_that_is_not_there_is_told_on_entering(directory: Path) -> None:
    settings = load_settings(directory).cluster()
    (directory / "token").unlink()
    with pytest.raises((UnauthorizedError, ConfigurationError), match=str(directory / "token")):
        async with JobBackend(settings):
            pass


async def test_a_namespace_that_does_not_exist_is_told_with_its_name(
    real_cluster: RealCluster, tmp_path: Path
) -> None:
    directory = configuration(
        tmp_path / "conf", real_cluster, "nobody-made-me", profiles=image_profile(real_cluster)
    )
    async with JobBackend(load_settings(directory).cluster()) as backend:
        with pytest.raises(ObjectNotFoundError, match="nobody-made-me") as refused:
            await backend.submit(Job.shell("true", name="nowhere"), user="jsmith")
    assert "kubernetes-namespace" in refused.value.hint
    assert not refused.value.transient


async def test_an_image_that_cannot_be_pulled_leaves_the_job_pending_with_the_reason(
    backend: JobBackend,
) -> None:
    job = Job.shell("true", name="no image", image=NO_IMAGE)
    submitted = await backend.submit(job, user="jsmith")
    async with asyncio.timeout(60), backend.statuses(submitted.id) as statuses:
        told = await _first_message(statuses, NO_IMAGE)
    assert told.state is JobState.PENDING
    assert "ErrImagePull" in told.status_message or "ImagePullBackOff" in told.status_message
    await backend.remove(submitted.id)


async def test_a_command_that_does_not_exist_fails_the_job_with_the_reason(
    backend: JobBackend, real_cluster: RealCluster
) -> None:
    job = Job(name="no command", exe="/no/such/program")
    submitted = await backend.submit(job, user="jsmith")
    async with asyncio.timeout(60):
        statuses = await all_of(backend.statuses(submitted.id))
    assert [status.state for status in statuses if status.state.is_final] == [JobState.FAILED]
    assert JobState.RUNNING not in {status.state for status in statuses}
    assert "/no/such/program" in statuses[-1].status_message


async def test_closing_the_backend_ends_its_streams_and_leaves_no_task(directory: Path) -> None:
    before = asyncio.all_tasks()
    async with JobBackend(load_settings(directory).cluster()) as backend:
        job = Job.shell("echo ready; sleep 60", name="left")
        submitted = await backend.submit(job, user="jsmith")
        streams = backend.statuses(submitted.id), backend.output(submitted.id)
        await backend.wait(submitted.id, until=[JobState.RUNNING], timeout_s=60)
        for stream in streams:
            await anext(stream)
        readers = [asyncio.create_task(_next(stream)) for stream in streams]
    ended = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(error) for error in ended] == [BackendClosedError] * 2
    assert asyncio.all_tasks() == before
    with pytest.raises(BackendClosedError):
        await backend.get(submitted.id)


async def _next(stream: AsyncIterator[object]) -> object:
    return await anext(stream)


async def _first_message(statuses: AsyncIterator[JobStatus], about: str) -> JobStatus:
    async for status in statuses:
        if about in status.status_message:
            return status
    raise AssertionError(f"no status tells of {about}")
