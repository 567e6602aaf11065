"""The pytest side: fixtures `real_cluster` and `namespace`, and the mark `cluster` on whatever uses them.

Which cluster: the one KUBECONFIG names; else the one brought up by hand, or by another session that still
runs; else one booted now and taken down when the last session that uses it ends. Where none can be had, the
tests skip with the exact reason; with LAUNCHER_K8S_REQUIRE_CLUSTER=1 they fail with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.cluster.waiting import UnavailableError

if TYPE_CHECKING:  # a run without cluster tests does not load the harness
    from tests.cluster.binaries import Say
    from tests.cluster.fakes import FakeNodes
    from tests.cluster.real import RealCluster


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cluster: needs a real Kubernetes")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Here rather than when items are modified, so that `-m cluster` and time limits see the mark."""
    if "real_cluster" in getattr(item, "fixturenames", ()):
        item.add_marker("cluster")


@pytest.fixture(scope="session")
def real_cluster(pytestconfig: pytest.Config) -> Iterator[RealCluster]:
    """A running Kubernetes, shared by the session."""
    with ExitStack() as stack:
        with _given_up_if_unavailable():
            cluster = stack.enter_context(_cluster(_speaker(pytestconfig)))
        yield cluster


@pytest.fixture(scope="session")
def metrics(real_cluster: RealCluster, pytestconfig: pytest.Config) -> RealCluster:
    """The cluster, with a metrics API that has figures."""
    with _given_up_if_unavailable():
        real_cluster.start_metrics(_speaker(pytestconfig))
    real_cluster.wait_for_metrics()
    return real_cluster


@pytest.fixture
def fake_nodes(
    real_cluster: RealCluster, pytestconfig: pytest.Config
) -> Iterator[Callable[[int], FakeNodes]]:
    """A function: so many nodes of one's own that kwok plays, gone at the end with the pods on them."""
    made: list[FakeNodes] = []

    def add(count: int) -> FakeNodes:
        with _given_up_if_unavailable():
            made.append(real_cluster.add_fake_nodes(count, _speaker(pytestconfig)))
        return made[-1]

    yield add
    for nodes in made:
        real_cluster.remove_fake_nodes(nodes)


@pytest.fixture
def breakable(real_cluster: RealCluster) -> Iterator[RealCluster]:
    """The cluster, whose API server runs again afterwards, whatever happened."""
    yield real_cluster
    try:
        real_cluster.api.ready()
    except OSError:  # nobody there
        real_cluster.start_api_server()


@pytest.fixture
def namespace(real_cluster: RealCluster) -> Iterator[str]:
    """A fresh namespace, deleted at the end (without waiting for that)."""
    name = real_cluster.create_namespace()
    yield name
    real_cluster.delete_namespace(name)


@contextmanager
def _given_up_if_unavailable() -> Iterator[None]:
    try:
        yield
    except UnavailableError as reason:
        give_up(str(reason))


def give_up(reason: str) -> NoReturn:
    """No cluster can be had: a skip, or a failure where one is required."""
    if os.environ.get("LAUNCHER_K8S_REQUIRE_CLUSTER") == "1":
        pytest.fail(f"a real cluster is required, but: {reason}", pytrace=False)
    pytest.skip(f"no real cluster: {reason}")


def _cluster(say: Say) -> AbstractContextManager[RealCluster]:
    from tests.cluster import external, places, session

    named = os.environ.get("KUBECONFIG")
    place = places.named_by(named) if named else places.place()
    if place is not None:
        return session.in_use(place, say)
    assert named
    return external.external(named)


def _speaker(config: pytest.Config) -> Say:
    """Progress of a boot goes to the terminal at once: a first build takes minutes."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(message: str) -> None:
        with capture.global_and_fixture_disabled() if capture else ExitStack():
            print(f"\ncluster: {message}", file=sys.stderr, flush=True)

    return say
