"""What signals, commands and standard input do to a scripted pod."""

from __future__ import annotations

import pytest

from launcher_k8s.connection import PODS, Cluster, ConnectOptions, Resource
from launcher_k8s.testing import Command, Ran, ScriptedCluster, ScriptedPod, finishes
from launcher_k8s.testing.cluster.kinds import POD

SPEC = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "any", "stdin": True}]}


@pytest.fixture
def cluster() -> ScriptedCluster:
    cluster = ScriptedCluster(namespaces=("default",))
    cluster.api.add(POD, {"metadata": {"name": "p"}, "spec": SPEC}, namespace="default")
    return cluster


@pytest.fixture
def pod(cluster: ScriptedCluster) -> ScriptedPod:
    return cluster.pods()[0].running()


def code_of(pod: ScriptedPod) -> int | None:
    state = pod.object["status"]["containerStatuses"][0]["state"]
    return state["terminated"]["exitCode"] if "terminated" in state else None


def of(subresource: str) -> Resource:
    return PODS.within("default").named("p", subresource)


@pytest.mark.parametrize(("signal", "code"), [("TERM", 143), ("KILL", 137), ("STOP", None)])
def test_a_signal_does_what_it_does_to_a_program(pod: ScriptedPod, signal: str, code: int | None) -> None:
    pod.receives(signal)
    assert code_of(pod) == code
    assert pod.signals == [signal]


def test_a_program_may_ignore_to_be_asked(pod: ScriptedPod) -> None:
    pod.ignores_term().receives("TERM")
    assert code_of(pod) is None
    assert code_of(pod.receives("KILL")) == 137


async def test_a_life_stands_still_while_its_processes_do() -> None:
    cluster = ScriptedCluster(namespaces=("default",), life=finishes(3, pending_s=1, after_s=5))
    cluster.api.add(POD, {"metadata": {"name": "p"}, "spec": SPEC}, namespace="default")
    async with cluster:
        await cluster.clock.sleep(2)
        pod = cluster.pods()[0].receives("STOP")
        await cluster.clock.sleep(60)
        assert code_of(pod) is None
        pod.receives("CONT")
        await cluster.clock.sleep(10)
        assert code_of(pod) == 3


async def test_a_command_is_answered_by_the_test(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    def answer(command: Command) -> Ran:
        assert command.pod is pod
        return Ran(b"you said " + command.stdin, code=4)

    cluster.commands = answer
    reached: Cluster = cluster
    options = ConnectOptions("main", ("say",), stdin=True)
    async with reached, reached.connect(of("exec"), options) as session:
        await session.send(b"hello")
        await session.close_stdin()
        assert b"".join([data async for _, data in session]) == b"you said hello"
        assert await session.outcome() == 4


async def test_what_an_attach_sends_can_be_looked_at(cluster: ScriptedCluster, pod: ScriptedPod) -> None:
    async with cluster, cluster.connect(of("attach"), ConnectOptions("main", stdin=True)) as session:
        await session.send(b"to ")
        await session.send(b"read")
        await session.close_stdin()
        await session.send(b", and not")
        assert (pod.stdin(), pod.has_closed_stdin()) == (b"to read", True)
        pod.prints("read\n").exits(0)
        assert [data async for _, data in session] == [b"read\n"]
        assert await session.outcome() == 0
