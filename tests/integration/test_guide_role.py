"""Every verb under exactly the roles of the vendor's guide, as their service accounts, on a real cluster.

The two generations of the role, and the newer one without the optional reading of nodes, go through the same
day side by side; all that happens is the same but for what the test says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from pathlib import Path

import attrs
import pytest

from launcher_k8s import (
    Cause,
    ClusterFinding,
    Job,
    JobBackend,
    JobFilter,
    JobNotFoundError,
    JobState,
    Network,
    Operation,
    load_settings,
)
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration
from tests.integration.looking import order_of, text_of
from tests.integration.roles import (
    GUIDE_ROLE,
    OLDER_ROLE,
    create_guide_account,
    nodes_read_by,
)

ACCOUNT = "launcher"
USER = "jsmith"
SOON_S = 60
TOO_MUCH_MB = 10**9
EXTERNAL = "203.0.113.7"
"""An address for documentation (RFC 5737), which we write on the node; its kubelet takes it away again."""


@attrs.frozen
class Way:
    """How one account reaches the cluster."""

    cluster: RealCluster
    namespace: str
    directory: Path

    def backend(self, *, keep_hours: int = 24) -> JobBackend:
        settings = load_settings(self.directory).cluster()
        settings = attrs.evolve(settings, job_expiry_hours=Decimal(keep_hours))
        return JobBackend(settings, groups=lambda _: ())

    def names(self, plural: str) -> list[str]:
        """What there is of a kind in the namespace, as the administrator sees it."""
        group = "apis/batch/v1" if plural == "jobs" else "api/v1"
        path = f"/{group}/namespaces/{self.namespace}/{plural}"
        return [each["metadata"]["name"] for each in self.cluster.request("GET", path)["items"]]


@attrs.frozen
class Seen:
    """What may differ between accounts."""

    findings: frozenset[tuple[str, str, str]]
    accounts: tuple[str, ...] | None
    network: Network


@pytest.fixture
def ways(metrics: RealCluster, tmp_path: Path) -> Iterator[dict[str, Way]]:
    """By the name of the role: a namespace, an account that may do in it what that says, and its token."""
    with ExitStack() as stack:

        def way(name: str, rules: list[dict[str, list[str]]], *, nodes: bool) -> Way:
            namespace = metrics.create_namespace()
            stack.callback(metrics.delete_namespace, namespace)
            create_guide_account(metrics, namespace, ACCOUNT, rules=rules)
            if nodes:
                stack.enter_context(nodes_read_by(metrics, namespace, ACCOUNT))
            token = metrics.service_account_token(namespace, ACCOUNT)
            return Way(metrics, namespace, configuration(tmp_path / name, metrics, namespace, token=token))

        yield {
            "newer": way("newer", GUIDE_ROLE, nodes=True),
            "older": way("older", OLDER_ROLE, nodes=True),
            "without nodes": way("without-nodes", GUIDE_ROLE, nodes=False),
        }


async def test_every_verb_works_under_each_role(ways: dict[str, Way]) -> None:
    async with asyncio.TaskGroup() as tasks:
        days = {role: tasks.create_task(a_day(way)) for role, way in ways.items()}
    newer, older, blind = (days[role].result() for role in ("newer", "older", "without nodes"))

    assert {severity for severity, _, _ in newer.findings} == {"info"}
    assert newer.accounts is not None
    assert set(newer.accounts) == {ACCOUNT, "default"}
    assert newer.network.ip_addresses[0] == EXTERNAL

    assert older.findings - newer.findings == {("warning", "not-allowed", "serviceaccounts")}
    assert newer.findings <= older.findings
    assert older.accounts is None
    assert older.network.ip_addresses == newer.network.ip_addresses

    assert blind.findings - newer.findings == {("info", "not-allowed", "nodes")}
    assert newer.findings <= blind.findings
    assert blind.accounts == newer.accounts
    assert blind.network.ip_addresses == tuple(
        each for each in newer.network.ip_addresses if each != EXTERNAL
    )
    assert {each.address for each in newer.network.endpoints} - {EXTERNAL} >= set(blind.network.ip_addresses)
    assert blind.network.host == newer.network.host


async def a_day(way: Way) -> Seen:
    """All that a backend can do; what is the same for every account is asserted on the way."""
    image = way.cluster.image
    async with way.backend() as backend:
        serves = await running(backend, reads_and_serves(image))
        async with asyncio.TaskGroup() as tasks:
            seen = tasks.create_task(look_around(way, backend, serves))
            tasks.create_task(run_to_the_end(backend, image))
            tasks.create_task(kill_one(backend, image))
            tasks.create_task(cancel_one(backend, image))
    await asyncio.to_thread(lose_service, way, serves)
    async with way.backend(keep_hours=0) as backend:
        await asyncio.to_thread(await_service, way)
        await backend.control(serves, Operation.STOP)
        stopped = await backend.wait(serves, timeout_s=SOON_S)
        assert (stopped.state, stopped.exit_code) == (JobState.FINISHED, 143)
        await asyncio.to_thread(await_nothing_left, way)
    return seen.result()


def reads_and_serves(image: str) -> Job:
    script = "cat; echo read; trap 'exit 143' TERM; sleep 1000 & wait"
    return Job.shell(script, name="serves", image=image, stdin="given\n", ports=[8080], cpus="0.05")


async def running(backend: JobBackend, job: Job) -> str:
    job_id = (await backend.submit(job, user=USER)).id
    status = await backend.wait(job_id, until=JobState.RUNNING, timeout_s=SOON_S)
    assert status.state is JobState.RUNNING, status.status_message
    return job_id


async def look_around(way: Way, backend: JobBackend, job_id: str) -> Seen:
    async with asyncio.timeout(SOON_S), backend.output(job_id) as output:
        printed = ""
        async for piece in output:
            printed += piece.text  # type: ignore[union-attr]
            if printed == "given\nread\n":
                break
    async with asyncio.timeout(SOON_S), backend.utilization(job_id) as figures:
        used = await anext(figures)
    assert None not in (used.resident_memory_mb, used.cpu_time_s, used.virtual_memory_mb)
    for operation, state in ((Operation.SUSPEND, JobState.SUSPENDED), (Operation.RESUME, JobState.RUNNING)):
        assert (await backend.control(job_id, operation)).operation_complete
        assert (await backend.wait(job_id, until=state, timeout_s=SOON_S)).state is state
    assert (await backend.diagnose(job_id)).state is JobState.RUNNING
    offers = {each.name: each for each in (await backend.cluster_info(USER)).config}
    account = offers["serviceAccountName"]
    await backend.reload()
    return Seen(
        frozenset(map(told, await backend.check())),
        account.values if account.value_type == "enum" else None,
        await network_with_external(way, backend, job_id),
    )


def told(finding: ClusterFinding) -> tuple[str, str, str]:
    return finding.severity.value, finding.code, finding.subject


async def network_with_external(way: Way, backend: JobBackend, job_id: str) -> Network:
    """Where the job is reached while its node has an external address."""
    while True:
        await asyncio.to_thread(give_external_address, way.cluster)
        network = await backend.network(job_id)
        if EXTERNAL in await asyncio.to_thread(addresses_of_node, way.cluster):
            return network


def give_external_address(cluster: RealCluster) -> None:
    """Until the kubelet says anew which addresses the node has, within ten seconds."""
    path = f"/api/v1/nodes/{cluster.node_name}"
    addresses = cluster.request("GET", path)["status"]["addresses"]
    others = [each for each in addresses if each["type"] != "ExternalIP"]
    told = [*others, {"type": "ExternalIP", "address": EXTERNAL}]
    cluster.request("PATCH", f"{path}/status", {"status": {"addresses": told}})


def addresses_of_node(cluster: RealCluster) -> list[str]:
    node = cluster.request("GET", f"/api/v1/nodes/{cluster.node_name}")
    return [each["address"] for each in node["status"]["addresses"]]


async def run_to_the_end(backend: JobBackend, image: str) -> None:
    job = Job.shell("echo out; exit 3", name="ends", image=image, tags=["ends"], cpus="0.05")
    assert (await backend.plan(job, user=USER, dry_run=True)).warnings == ()
    submitted = await backend.submit(job, user=USER, key="once")
    assert (await backend.submit(job, user=USER, key="once")).id == submitted.id
    async with asyncio.timeout(SOON_S), backend.statuses(submitted.id) as stream:
        statuses = [status async for status in stream]
    assert order_of(statuses)[-2:] == [JobState.RUNNING, JobState.FINISHED]
    assert await text_of(backend.output(submitted.id, timestamps=False)) == "out\n"
    assert (await backend.get(submitted.id, user=USER)).exit_code == 3
    assert [each.id for each in await backend.list(JobFilter(tags=["ends"]))] == [submitted.id]
    assert [each.command for each in await backend.list(JobFilter(tags=["ends"]), fields=["command"])] == [
        "echo out; exit 3"
    ]
    assert (await backend.diagnose(submitted.id)).state is JobState.FINISHED
    await backend.remove(submitted.id)
    with pytest.raises(JobNotFoundError):
        await backend.get(submitted.id)


async def kill_one(backend: JobBackend, image: str) -> None:
    job_id = await running(backend, Job.shell("sleep 1000", name="killed", image=image, cpus="0.05"))
    assert (await backend.control(job_id, Operation.KILL)).operation_complete
    status = await backend.wait(job_id, timeout_s=SOON_S)
    assert (status.state, status.exit_code) == (JobState.KILLED, 137)


async def cancel_one(backend: JobBackend, image: str) -> None:
    job = Job.shell("true", name="waits", image=image, mem_mb=TOO_MUCH_MB)
    job_id = (await backend.submit(job, user=USER)).id
    async with asyncio.timeout(SOON_S), backend.statuses(job_id) as statuses:
        async for status in statuses:
            if status.status_message:
                break
    diagnosis = await backend.diagnose(job_id)
    assert diagnosis.cause is Cause.UNSCHEDULABLE
    await backend.control(job_id, Operation.CANCEL)
    assert (await backend.wait(job_id, timeout_s=SOON_S)).state is JobState.CANCELED


def lose_service(way: Way, job_id: str) -> None:
    """Somebody deletes the Service of the job, while nobody looks."""
    path = f"/api/v1/namespaces/{way.namespace}/services/{job_id}"
    way.cluster.request("DELETE", path)
    until(lambda: not way.names("services"), "the Service's end", within_s=SOON_S)


def await_service(way: Way) -> None:
    """A backend that is entered makes it anew."""
    until(lambda: way.names("services"), "the Service", within_s=SOON_S)


def await_nothing_left(way: Way) -> None:
    """With `job-expiry-hours` 0 what has ended goes, with all that belongs to it."""
    for plural in ("jobs", "pods", "services"):
        until(partial(_is_empty, way, plural), f"no {plural}", within_s=SOON_S)


def _is_empty(way: Way, plural: str) -> bool:
    return not way.names(plural)
