"""Connections with containers: exec and attach, as the seam promises them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from launcher_k8s import JobBackend
from launcher_k8s.connection import PODS, Cluster, ConnectOptions, OutputChannel, Resource, Session
from launcher_k8s.errors import (
    ClusterError,
    CommandError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    UnavailableError,
)
from launcher_k8s.shape.names import MAIN_CONTAINER
from tests.contract.acts import Exits, Prints, WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.faults import LosesRequest, On
from tests.contract.reading import running
from tests.contract.world import USER, World

MUCH = bytes(range(256)) * 40_000  # 10 MB
SHELL = ("/bin/sh", "-c")


async def pod_of(world: World, backend: JobBackend) -> Resource:
    """The Pod of a job that runs until the gate ``end``."""
    submitted = await backend.submit(world.job(WaitsFor("end"), Prints(b"said\n"), Exits(3)), user=USER)
    await running(backend, submitted.id)
    (pod,) = await world.pods_of(submitted.id)
    return world.within(PODS).named(pod["metadata"]["name"])


@asynccontextmanager
async def executing(
    cluster: Cluster, pod: Resource, *command: str, stdin: bool = False
) -> AsyncGenerator[Session]:
    options = ConnectOptions(MAIN_CONTAINER, command, stdin=stdin)
    async with cluster.connect(pod.named(pod.name, "exec"), options) as session:
        yield session


async def output_of(session: Session) -> dict[OutputChannel, bytes]:
    written: dict[OutputChannel, bytes] = {}
    async for channel, data in session:
        written[channel] = written.get(channel, b"") + data
    return written


async def test_a_command_answers_on_its_channels_and_tells_its_exit_code(
    world: World, backend: JobBackend
) -> None:
    pod = await pod_of(world, backend)
    async with (
        world.reached() as cluster,
        executing(cluster, pod, *SHELL, "echo out; echo err >&2; exit 7") as session,
    ):
        assert await output_of(session) == {
            OutputChannel.STDOUT: b"out\n",
            OutputChannel.STDERR: b"err\n",
        }
        assert await session.outcome() == 7


async def test_a_command_without_trouble_ends_with_0(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster, executing(cluster, pod, "true") as session:
        assert await session.outcome() == 0


async def test_what_is_sent_arrives_whole(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster, executing(cluster, pod, "cat", stdin=True) as session:
        sending = asyncio.create_task(_send(session, MUCH))
        written = await output_of(session)
        await sending
        assert written == {OutputChannel.STDOUT: MUCH}
        assert await session.outcome() == 0


async def _send(session: Session, data: bytes) -> None:
    await session.send(data)
    await session.close_stdin()


async def test_a_command_that_is_not_there_is_told(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster, executing(cluster, pod, "there-is-no-such-program") as session:
        with pytest.raises(CommandError, match="executable file not found") as told:
            await session.outcome()
    assert not told.value.transient


async def test_an_attach_tells_the_end_of_the_container(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    options = ConnectOptions(MAIN_CONTAINER)
    async with world.reached() as cluster, cluster.connect(pod.named(pod.name, "attach"), options) as session:
        await world.release((await backend.list())[0].id, "end")
        assert await output_of(session) == {OutputChannel.STDOUT: b"said\n"}
        assert await session.outcome() == 0


async def test_a_container_that_has_ended_cannot_be_connected_with(world: World, backend: JobBackend) -> None:
    submitted = await backend.submit(world.job(Exits(0)), user=USER)
    await backend.wait(submitted.id)
    (found,) = await world.pods_of(submitted.id)
    pod = world.within(PODS).named(found["metadata"]["name"])
    async with world.reached() as cluster:
        with pytest.raises(ClusterError, match="container not found"):
            async with executing(cluster, pod, "true"):
                raise AssertionError("connected")


async def test_a_pod_or_container_that_is_not_there_is_told(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster:
        with pytest.raises(ObjectNotFoundError):
            async with executing(cluster, world.within(PODS).named("no-such-pod"), "true"):
                raise AssertionError("connected")
        options = ConnectOptions("nobody", ("true",))
        with pytest.raises(InvalidObjectError, match="container nobody is not valid"):
            async with cluster.connect(pod.named(pod.name, "exec"), options):
                raise AssertionError("connected")


@needs(Can.PERMISSIONS)
async def test_who_may_not_connect_is_told_what_to_grant(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    await world.deny("get", "pods/exec")
    async with world.reached() as cluster:
        with pytest.raises(ForbiddenError, match="grant 'get' and 'create' on 'pods/exec'"):
            async with executing(cluster, pod, "true"):
                raise AssertionError("connected")


async def test_a_session_that_is_cut_says_so(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster, executing(cluster, pod, "cat", stdin=True) as session:
        await session.send(b"begun")
        await world.cut()
        with pytest.raises(UnavailableError) as told:
            await session.outcome()
    assert told.value.transient


async def test_a_connection_that_is_lost_on_the_way_is_told(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    world.break_(LosesRequest(On("exec", "pods")))
    async with world.reached() as cluster:
        with pytest.raises(UnavailableError) as told:
            async with executing(cluster, pod, "true"):
                raise AssertionError("connected")
        assert told.value.transient
        async with executing(cluster, pod, "true") as session:
            assert await session.outcome() == 0


async def test_a_session_may_be_left_at_any_time(world: World, backend: JobBackend) -> None:
    pod = await pod_of(world, backend)
    async with world.reached() as cluster:
        async with executing(cluster, pod, "cat", stdin=True) as session:
            await session.send(b"x")
        async with executing(cluster, pod, "true") as session:
            assert await session.outcome() == 0
