"""Up, broken, mended and down: on clusters of this file's own, since nobody else could use them meanwhile."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.cluster import host, packages, places, session, teardown
from tests.cluster.api import ApiError
from tests.cluster.boot import boot
from tests.cluster.locks import exclusive
from tests.cluster.network import members
from tests.cluster.places import Place
from tests.cluster.plugin import give_up
from tests.cluster.processes import Processes
from tests.cluster.real import OwnCluster
from tests.cluster.waiting import until

pytestmark = pytest.mark.cluster


@pytest.fixture
def place() -> Iterator[Place]:
    """A place for these tests alone; what a killed run left there goes first, and nothing stays."""
    version = places.wanted_version()
    if problems := packages.obstacles(version):
        give_up("; ".join(problems))
    place = Place(version, f"{version}-lifecycle")
    with exclusive(place.lock("tests")):
        teardown.remove(place)
        yield place
        teardown.remove(place)


def start_pod(cluster: OwnCluster, *command: str) -> None:
    """A pod of each kind of mess: volumes, a process that ignores TERM, its own log links."""
    main = {"name": "main", "image": cluster.image, "command": list(command)}
    pod = {"metadata": {"name": "runs"}, "spec": {"containers": [main]}}
    cluster.request("POST", "/api/v1/namespaces/default/pods", pod)
    path = "/api/v1/namespaces/default/pods/runs"
    until(lambda: cluster.request("GET", path)["status"]["phase"] == "Running", "the pod", within_s=60)


def test_nothing_is_left_after_down(place: Place) -> None:
    absent = host.absent_folders()
    session.bring_up(place, print)
    start_pod(OwnCluster(place), "/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    assert teardown.leftovers(place), "a running cluster must be seen, or the last line proves nothing"
    assert host.cgroup_members(place.slug)
    assert host.mounts_below(place.root)
    assert members(place.netns)
    session.bring_down(place)
    assert teardown.leftovers(place) == []
    assert host.absent_folders() == absent


def test_the_next_boot_removes_what_a_killed_run_left(place: Place) -> None:
    boot(place, print, kept=False)
    start_pod(OwnCluster(place), "/bin/sleep", "1000")
    processes = Processes(place.pids, place.logs)
    for name in ("kube-apiserver", "kubelet", "containerd"):  # as after kill -9 and half a cleanup
        process = processes.get(name)
        assert process is not None
        process.send(signal.SIGKILL)
        until(process.gone, name, within_s=30)
    assert host.cgroup_members(place.slug), "the container outlives its keepers"
    said: list[str] = []
    with session.in_use(place, said.append) as cluster:
        assert "removing what a previous cluster left behind" in said
        assert cluster.kubectl_json("get", "pods")["items"] == []
    assert teardown.leftovers(place) == []


def test_parts_are_killed_and_started_again(place: Place) -> None:
    with session.in_use(place, print) as cluster:
        name = cluster.create_namespace()
        cluster.kill_api_server()
        with pytest.raises(OSError, match=r"reset|closed|EOF"):
            cluster.api.ready()
        cluster.start_api_server()
        assert cluster.api.exists(f"/api/v1/namespaces/{name}"), "etcd stays"
        cluster.stop_kubelet()
        assert not session.healthy(place)
        cluster.start_kubelet()
        assert session.healthy(place)
        assert cluster.forwarder.connections > 0 or cluster.forwarder.cut() == 0
    assert teardown.leftovers(place) == []


def test_a_boot_that_fails_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(api: object) -> bool:
        raise ApiError(403, "no such node")

    monkeypatch.setattr("tests.cluster.boot.node_ready", refuse)
    monkeypatch.setattr("tests.cluster.boot.READY_S", 3)
    monkeypatch.setattr("tests.cluster.boot.Daemons.import_image", lambda self, archive: None)
    with (
        exclusive(place.lock("boot")),
        pytest.raises(Exception, match=r"(?s)not within 3 s.*kube-apiserver, last lines"),
    ):
        boot(place, print, kept=False)
    assert teardown.leftovers(place) == []
