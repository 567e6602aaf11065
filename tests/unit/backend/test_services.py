from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest

from launcher_k8s.backend import JobBackend
from launcher_k8s.job import ExposedPort, Job
from launcher_k8s.plan import plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from launcher_k8s.testing import ALWAYS, ScriptedCluster
from launcher_k8s.testing.cluster.kinds import SERVICE, Object
from tests.unit.backend.placed import place, place_object

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token", instance_id="prod-1")
WEB = Job.shell(
    "serve",
    name="web",
    image="r:4",
    ports=[8080],
    metadata={"service": {"labels": {"team": "red"}, "annotations": {"cost": "4711"}}},
)


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@asynccontextmanager
async def entered(
    cluster: ScriptedCluster, settings: ClusterSettings = SETTINGS
) -> AsyncIterator[JobBackend]:
    """A backend that has had time to look for what is missing."""
    async with JobBackend(settings, cluster=cluster, clock=cluster.clock, groups=lambda _user: ()) as backend:
        await backend.list()
        await cluster.clock.settle()
        yield backend


def services(cluster: ScriptedCluster) -> list[Object]:
    return list(cluster.api.objects(SERVICE))


async def made(cluster: ScriptedCluster) -> list[Object]:
    """The Services, when there are some: templates are rendered in threads unknown to the clock."""
    news = asyncio.Event()
    cluster.api.subscribe(lambda *_: news.set(), SERVICE)
    async with asyncio.timeout(20):
        while not services(cluster):
            await news.wait()
    return services(cluster)


def without_what_the_server_adds(service: Object) -> dict[str, Any]:
    metadata = {
        key: value
        for key, value in service["metadata"].items()
        if key in ("name", "labels", "annotations", "ownerReferences")
    }
    spec = {key: value for key, value in service["spec"].items() if not key.startswith("clusterIP")}
    for port in spec["ports"]:
        port.pop("nodePort", None)
    return {"metadata": metadata, "spec": spec}


def templated(settings: ClusterSettings, **files: str) -> ClusterSettings:
    texts = {**default_templates(), **{name.replace("_", "."): text for name, text in files.items()}}
    return attrs.evolve(settings, use_templating=True, templates=texts)


@pytest.mark.parametrize("settings", [SETTINGS, templated(SETTINGS)], ids=["built in", "templates"])
async def test_a_service_that_was_deleted_is_made_again_as_it_was(
    cluster: ScriptedCluster, settings: ClusterSettings
) -> None:
    async with entered(cluster, settings) as backend:
        job_id = (await backend.submit(WEB, user="jsmith")).id
        cluster.pod_of(job_id).running()
    (before,) = services(cluster)
    cluster.api.remove(SERVICE, job_id, before["metadata"]["namespace"])
    assert services(cluster) == []
    async with entered(cluster, settings):
        (after,) = await made(cluster)
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert without_what_the_server_adds(after) == without_what_the_server_adds(before)
    assert after["metadata"]["labels"]["team"] == "red"


async def test_a_process_that_died_between_job_and_service_is_made_good(cluster: ScriptedCluster) -> None:
    cluster.faults.stall("create services", times=1)
    async with entered(cluster) as backend:
        submit = asyncio.create_task(backend.submit(WEB, user="jsmith"))
        await cluster.clock.settle()
        assert cluster.requests()[-1] == "create services"
    await asyncio.gather(submit, return_exceptions=True)
    assert services(cluster) == []
    async with entered(cluster) as backend:
        (status,) = await backend.list()
        (service,) = services(cluster)
        (owner,) = service["metadata"]["ownerReferences"]
        assert (owner["name"], owner["uid"]) == (status.id, cluster.job(status.id)["metadata"]["uid"])


async def test_a_service_that_is_there_is_left_alone(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        await backend.submit(WEB, user="jsmith")
    asked = len(cluster.requests())
    async with entered(cluster):
        later = cluster.requests()[asked:]
        assert later.count("list services") == 1
        assert not {"get jobs", "create services"} & set(later)


@pytest.mark.parametrize(
    "job",
    [
        Job.shell("make", name="build", image="r:4"),
        Job.shell("serve", name="web", image="r:4", ports=[ExposedPort(8080, published_port=8080)]),
    ],
    ids=["no ports", "published"],
)
async def test_a_job_that_needs_none_gets_none_and_costs_nothing(cluster: ScriptedCluster, job: Job) -> None:
    place(cluster, SETTINGS, "a", job)
    async with entered(cluster):
        assert not {"list services", "get jobs", "create services"} & set(cluster.requests())


async def test_a_job_without_a_pod_is_asked_itself(cluster: ScriptedCluster) -> None:
    manifest = dict(plan_job(WEB, SETTINGS, user="jsmith", job_id="a").manifest)
    manifest["spec"] = {**manifest["spec"], "suspend": True}
    place_object(cluster, manifest, SETTINGS.namespace)
    assert cluster.pods_of("a") == []
    async with entered(cluster):
        assert [service["metadata"]["name"] for service in services(cluster)] == ["a"]


@pytest.mark.parametrize("instance_id", ["", "prod-2"])
async def test_jobs_of_another_instance_are_left_alone(cluster: ScriptedCluster, instance_id: str) -> None:
    place(cluster, attrs.evolve(SETTINGS, instance_id=instance_id), "a", WEB)
    async with entered(cluster):
        assert services(cluster) == []


async def test_a_job_that_has_ended_needs_none_any_more(cluster: ScriptedCluster) -> None:
    place(cluster, SETTINGS, "a", WEB)
    cluster.pod_of("a").running().exits(0)
    async with entered(cluster):
        assert services(cluster) == []


async def test_without_the_permission_to_list_them_nothing_is_made(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place(cluster, SETTINGS, "a", WEB)
    cluster.faults.fail("list services", code=403, times=ALWAYS)
    async with entered(cluster):
        assert services(cluster) == []
    assert caplog.messages == []


async def test_an_outage_is_waited_out(cluster: ScriptedCluster) -> None:
    place(cluster, SETTINGS, "a", WEB)
    cluster.faults.drop_request("list services", times=10)
    async with entered(cluster):
        await cluster.clock.advance(600)
        assert len(services(cluster)) == 1


async def test_a_template_that_fails_is_told_and_the_next_job_gets_its_own(
    cluster: ScriptedCluster, caplog: pytest.LogCaptureFixture
) -> None:
    text = default_templates()[SERVICE_FILE]
    lines = text.split("\n")
    lines.insert(1, '{{- if eq .Job.id "a" }}{{ fail "not this one" }}{{ end }}')
    settings = templated(SETTINGS, **{SERVICE_FILE.replace(".", "_"): "\n".join(lines)})
    assert JOB_FILE in (settings.templates or {})
    place(cluster, SETTINGS, "a", WEB)
    place(cluster, SETTINGS, "b", WEB)
    async with entered(cluster, settings):
        assert [service["metadata"]["name"] for service in await made(cluster)] == ["b"]
    (message,) = caplog.messages
    assert message.startswith("the Service of job a is missing and could not be made again: ")
    assert "not this one" in message
