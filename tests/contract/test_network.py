"""Where a running job is reached, and what is told where nodes may not be read."""

from __future__ import annotations

import pytest

from launcher_k8s import EndpointType, ExposedPort, JobBackend, JobNotFoundError, JobNotRunningError, JobState
from tests.contract.acts import WaitsFor
from tests.contract.capabilities import Can, needs
from tests.contract.world import USER, World

RUNNING = [JobState.RUNNING]
GATE = "end"


async def _running(world: World, backend: JobBackend, *ports: int | ExposedPort) -> str:
    job_id = (await backend.submit(world.job(WaitsFor(GATE), ports=ports), user=USER)).id
    await backend.wait(job_id, until=RUNNING)
    return job_id


async def test_a_running_job_is_reached_at_its_node(world: World, backend: JobBackend) -> None:
    network = await backend.network(await _running(world, backend))
    assert network.host
    assert network.ip_addresses
    assert network.endpoints == ()


async def test_each_port_is_reached_by_the_service_and_at_the_node(world: World, backend: JobBackend) -> None:
    network = await backend.network(await _running(world, backend, 8080, 9090))
    found = [(each.target_port, each.type) for each in network.endpoints]
    assert found == [
        (port, kind)
        for port in (8080, 9090)
        for kind in (*[EndpointType.NODE_PORT] * len(network.ip_addresses), EndpointType.CLUSTER_IP)
    ]
    at_node = [each for each in network.endpoints if each.type is EndpointType.NODE_PORT]
    assert {each.address for each in at_node} == set(network.ip_addresses)
    assert all(30000 <= each.port < 32768 for each in at_node)


async def test_a_published_port_is_reached_at_the_node(world: World, backend: JobBackend) -> None:
    port = ExposedPort(8080, "TCP", 31999)
    (endpoint,) = (await backend.network(await _running(world, backend, port))).endpoints
    assert (endpoint.type, endpoint.port, endpoint.target_port) == (EndpointType.HOST_PORT, 31999, 8080)


@needs(Can.PERMISSIONS)
async def test_without_nodes_the_internal_address_is_told(world: World, backend: JobBackend) -> None:
    job_id = await _running(world, backend, 8080)
    with_nodes = await backend.network(job_id)
    await world.deny("get", "nodes")
    assert (await backend.network(job_id)).ip_addresses == with_nodes.ip_addresses[-1:]


async def test_a_job_that_has_ended_is_not_running(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(), user=USER)).id
    await backend.wait(job_id)
    with pytest.raises(JobNotRunningError, match="is Finished"):
        await backend.network(job_id)


async def test_another_users_job_is_not_found(world: World, backend: JobBackend) -> None:
    job_id = (await backend.submit(world.job(), user=USER)).id
    with pytest.raises(JobNotFoundError):
        await backend.network(job_id, user="somebody")
