"""The client, the reflector and the log follower against a real API server and kubelet."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from random import random
from typing import Any

import attrs
import pytest

from launcher_k8s import ClusterSettings, OutputChunk, OutputGap
from launcher_k8s.connection import JOBS, NODES, PODS, YAML_MEDIA_TYPE, LogOptions, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    ConflictError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from launcher_k8s.host import SystemClock
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.kube.logs import ContainerLife, follow_log
from launcher_k8s.kube.reflector import Changed, Disrupted, Pace, Relisted, Source, list_all, reflect
from tests.cluster.forward import Forwarder
from tests.cluster.real import RealCluster

CONFIG_MAPS = Resource("configmaps")
PACE = Pace(SystemClock(), random)


@attrs.frozen
class Names:
    """A page of names."""

    rows: list[str]
    resource_version: str
    continue_token: str


@attrs.frozen
class NameEvent:
    """An event of a name."""

    kind: str
    name: str
    resource_version: str

    @property
    def is_bookmark(self) -> bool:
        return self.kind == "BOOKMARK"


def decode_page(body: bytes) -> Names:
    page = json.loads(body)
    meta = page["metadata"]
    names = [item["metadata"]["name"] for item in page["items"]]
    return Names(names, meta["resourceVersion"], meta.get("continue", ""))


def decode_event(line: bytes) -> NameEvent:
    event = json.loads(line)
    meta = event["object"]["metadata"]
    return NameEvent(event["type"], meta.get("name", ""), meta["resourceVersion"])


def source(namespace: str) -> Source[str, NameEvent]:
    return Source(
        CONFIG_MAPS.within(namespace), decode_page, decode_event, label_selector="test=kube", fetch_limit=3
    )


def settings(real_cluster: RealCluster, namespace: str, **changes: Any) -> ClusterSettings:
    plain = ClusterSettings(
        api_url=real_cluster.api_url,
        auth_token=real_cluster.token,
        certificate_authority=real_cluster.ca_pem or None,
        namespace=namespace,
    )
    return attrs.evolve(plain, **changes)


@pytest.fixture
async def cluster(real_cluster: RealCluster, namespace: str) -> AsyncIterator[KubernetesCluster]:
    async with KubernetesCluster.from_settings(settings(real_cluster, namespace)) as opened:
        yield opened


def config_map(name: str, value: str = "") -> bytes:
    meta = {"name": name, "labels": {"test": "kube"}}
    return json.dumps(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"v": value}}
    ).encode()


def pod(name: str, image: str, command: str) -> bytes:
    container = {"name": "main", "image": image, "command": ["sh", "-c", command]}
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container]}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}).encode()


def job(name: str, image: str) -> bytes:
    template = json.loads(pod(name, image, "sleep 600"))["spec"]
    return json.dumps(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name},
            "spec": {"backoffLimit": 0, "template": {"spec": template}, "foo": 1},
        }
    ).encode()


async def test_an_object_lives_and_dies(cluster: KubernetesCluster, namespace: str) -> None:
    maps = CONFIG_MAPS.within(namespace)
    await cluster.create(maps, config_map("one"))
    with pytest.raises(AlreadyExistsError):
        await cluster.create(maps, config_map("one"))
    await cluster.patch(maps.named("one"), b'{"data": {"v": "new"}}')
    found = json.loads((await cluster.get(maps.named("one"))).body)
    assert found["data"] == {"v": "new"}
    with pytest.raises(ConflictError) as lost:
        await cluster.patch(maps.named("one"), b'{"metadata": {"resourceVersion": "1"}}')
    assert lost.value.transient
    with pytest.raises(ConflictError):
        await cluster.delete(maps.named("one"), uid="another")
    await cluster.delete(maps.named("one"), uid=found["metadata"]["uid"])
    with pytest.raises(ObjectNotFoundError):
        await cluster.get(maps.named("one"))


async def test_yaml_is_sent_as_it_is(cluster: KubernetesCluster, namespace: str) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {v: 'yes'}\n"
    reply = await cluster.create(CONFIG_MAPS.within(namespace), text, content_type=YAML_MEDIA_TYPE)
    assert json.loads(reply.body)["data"] == {"v": "yes"}


async def test_a_field_that_the_server_does_not_know_is_a_warning(
    cluster: KubernetesCluster, real_cluster: RealCluster, namespace: str
) -> None:
    params = {"fieldValidation": "Warn", "dryRun": "All"}
    reply = await cluster.create(JOBS.within(namespace), job("a", real_cluster.image), params=params)
    assert reply.warnings == ('unknown field "spec.foo"',)
    with pytest.raises(InvalidObjectError, match=r"spec\.foo"):
        await cluster.create(
            JOBS.within(namespace),
            job("a", real_cluster.image),
            params={**params, "fieldValidation": "Strict"},
        )


async def test_deleting_a_job_takes_its_pod_along(
    cluster: KubernetesCluster, real_cluster: RealCluster, namespace: str
) -> None:
    pods = PODS.within(namespace)
    await cluster.create(JOBS.within(namespace), job("a", real_cluster.image))
    source = Source(pods, decode_page, decode_event, label_selector="job-name=a")
    async with aclosing(reflect(cluster, source, pace=PACE)) as items:
        async for item in items:
            kind = item.event.kind if isinstance(item, Changed) else ""
            if kind == "ADDED" or (isinstance(item, Relisted) and item.rows):
                await cluster.delete(JOBS.within(namespace).named("a"))
            if kind == "DELETED":
                break


async def test_a_missing_namespace_says_which_setting_to_correct(cluster: KubernetesCluster) -> None:
    with pytest.raises(ObjectNotFoundError, match="nowhere") as caught:
        await cluster.create(CONFIG_MAPS.within("nowhere"), config_map("one"))
    assert "kubernetes-namespace" in caught.value.hint


async def test_a_missing_permission_says_what_to_grant(real_cluster: RealCluster, namespace: str) -> None:
    token = await asyncio.to_thread(real_cluster.service_account_token, namespace)
    async with KubernetesCluster.from_settings(settings(real_cluster, namespace, auth_token=token)) as weak:
        with pytest.raises(ForbiddenError, match=r"create jobs\.batch") as caught:
            await weak.create(JOBS.within(namespace), b'{"apiVersion": "batch/v1", "kind": "Job"}')
        with pytest.raises(ForbiddenError) as nodes:
            await weak.list_page(NODES)
    assert "'jobs.batch'" in caught.value.hint
    assert "ClusterRole" in nodes.value.hint


async def test_an_unknown_token_says_so(real_cluster: RealCluster, namespace: str) -> None:
    wrong = settings(real_cluster, namespace, auth_token="wrong")
    async with KubernetesCluster.from_settings(wrong) as stranger:
        with pytest.raises(UnauthorizedError, match="Unauthorized"):
            await stranger.list_page(PODS.within(namespace))


async def test_https_written_as_http_is_explained(real_cluster: RealCluster, namespace: str) -> None:
    plain = settings(real_cluster, namespace, api_url=real_cluster.api_url.replace("https", "http"))
    async with KubernetesCluster.from_settings(plain) as cluster:
        with pytest.raises(InvalidObjectError) as caught:
            await cluster.list_page(PODS.within(namespace))
    assert "https" in caught.value.hint


async def test_an_unknown_authority_is_explained(real_cluster: RealCluster, namespace: str) -> None:
    unknown = settings(real_cluster, namespace, certificate_authority=None)
    async with KubernetesCluster.from_settings(unknown) as cluster:
        with pytest.raises(UnavailableError) as caught:
            await cluster.list_page(PODS.within(namespace))
    assert "certificate-authority" in caught.value.hint


async def test_a_kubeconfig_with_client_certificates(real_cluster: RealCluster, namespace: str) -> None:
    path = str(real_cluster.certificate_kubeconfig)
    async with KubernetesCluster.from_kubeconfig(path) as cluster:
        assert json.loads((await cluster.list_page(PODS.within(namespace))).body)["items"] == []


async def test_a_listing_comes_in_pages(cluster: KubernetesCluster, namespace: str) -> None:
    maps = CONFIG_MAPS.within(namespace)
    await asyncio.gather(*(cluster.create(maps, config_map(f"m{number}")) for number in range(7)))
    listed = await list_all(cluster, source(namespace))
    assert sorted(listed.rows) == [f"m{number}" for number in range(7)]


async def test_a_quiet_watch_ends_when_it_was_asked_to(cluster: KubernetesCluster, namespace: str) -> None:
    listed = await list_all(cluster, source(namespace))
    maps = CONFIG_MAPS.within(namespace)
    async with cluster.watch(
        maps, resource_version=listed.version, timeout_s=1, label_selector="test=kube"
    ) as lines:
        kinds = {json.loads(line)["type"] async for line in lines}
    assert kinds <= {"BOOKMARK"}


async def test_every_change_is_seen_though_the_connection_is_cut(
    real_cluster: RealCluster, cluster: KubernetesCluster, namespace: str
) -> None:
    maps = CONFIG_MAPS.within(namespace)
    seen: list[str] = []
    disruptions = 0
    with real_cluster.new_forwarder() as forwarder:
        broken = settings(real_cluster, namespace, api_url=f"https://127.0.0.1:{forwarder.port}")
        async with (
            KubernetesCluster.from_settings(broken) as watcher,
            aclosing(reflect(watcher, source(namespace), pace=PACE)) as items,
        ):
            async for item in items:
                if isinstance(item, Changed):
                    seen.append(item.event.name)
                    await asyncio.to_thread(forwarder.cut)
                disruptions += isinstance(item, Disrupted)
                if len(seen) == 5:
                    break
                if isinstance(item, (Relisted, Changed)):
                    await cluster.create(maps, config_map(f"m{len(seen)}"))
    assert seen == [f"m{number}" for number in range(5)]
    assert disruptions == 4


async def test_a_log_is_read_as_it_was_printed(
    real_cluster: RealCluster, cluster: KubernetesCluster, namespace: str
) -> None:
    command = "echo one; echo; echo err >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; printf 'no newline'"
    name = await printing(cluster, namespace, real_cluster.image, command)
    items = await follow(cluster, cluster, name)
    data = b"".join(item.data for item in items if isinstance(item, OutputChunk))
    # containerd reads the two streams side by side: what was said on one may come anywhere in the other.
    assert data.count(b"err\n") == 1
    assert data.replace(b"err\n", b"") == b"one\n\n" + b"x" * 40000 + b"\nno newline"
    assert not any(isinstance(item, OutputGap) for item in items)


async def test_a_log_of_long_lines_is_whole_across_cuts(
    real_cluster: RealCluster, cluster: KubernetesCluster, namespace: str
) -> None:
    count, width = 60, 50_000
    command = f"i=0; while [ $i -lt {count} ]; do printf '%0{width}d\\n' $i; i=$((i+1)); sleep 0.05; done"
    name = await printing(cluster, namespace, real_cluster.image, command)
    with real_cluster.new_forwarder() as forwarder:
        broken = settings(real_cluster, namespace, api_url=f"https://127.0.0.1:{forwarder.port}")
        async with KubernetesCluster.from_settings(broken) as reader:
            items = await follow(reader, cluster, name, cut=forwarder)
    truth = b"".join(b"%0*d\n" % (width, number) for number in range(count))
    data = b"".join(item.data for item in items if isinstance(item, OutputChunk))
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256(truth).hexdigest()


async def printing(cluster: KubernetesCluster, namespace: str, image: str, command: str) -> Resource:
    """Starts a pod that prints."""
    await cluster.create(PODS.within(namespace), pod("printer", image, command))
    return PODS.within(namespace).named("printer")


async def follow(
    reader: KubernetesCluster, cluster: KubernetesCluster, name: Resource, *, cut: Forwarder | None = None
) -> list[OutputChunk | OutputGap]:
    """All of a pod's output; with ``cut``, the way is cut after every 300 kB, five times."""

    async def life() -> ContainerLife:
        status = json.loads((await cluster.get(name)).body)["status"]
        states = [container["state"] for container in status.get("containerStatuses", ())]
        return ContainerLife.ENDED if any("terminated" in state for state in states) else ContainerLife.LIVE

    items: list[OutputChunk | OutputGap] = []
    received = cuts = 0
    output = follow_log(reader, name, "main", life=life, clock=SystemClock(), chance=random)
    async with aclosing(output) as stream:
        async for item in stream:
            items.append(item)
            received += len(item.data) if isinstance(item, OutputChunk) else 0
            if cut is not None and cuts < 5 and received > 300_000 * (cuts + 1):
                cuts += 1
                await asyncio.to_thread(cut.cut)
    assert cut is None or cuts == 5
    return items


async def test_a_log_that_no_node_has_is_refused(
    real_cluster: RealCluster, cluster: KubernetesCluster, namespace: str
) -> None:
    pods = PODS.within(namespace)
    unplaced = json.loads(pod("unplaced", real_cluster.image, "true"))
    unplaced["spec"]["nodeSelector"] = {"launcher-k8s.test/nowhere": "true"}
    await cluster.create(pods, json.dumps(unplaced).encode())
    with pytest.raises(InvalidObjectError, match="pod unplaced does not have a host assigned"):
        async with cluster.log(pods.named("unplaced"), LogOptions("main", follow=True)):
            raise AssertionError("entered")


async def test_a_log_that_is_not_there_yet_is_refused(
    real_cluster: RealCluster, cluster: KubernetesCluster, namespace: str
) -> None:
    name = await printing(cluster, namespace, "localhost/absent:0", "true")
    # By the API server, by a node that has not heard of the pod yet, or by one that has: whoever is first.
    with pytest.raises((InvalidObjectError, ObjectNotFoundError)):
        async with cluster.log(name, LogOptions("main", follow=True)) as chunks:
            await anext(chunks)
