"""What every test shares: how long it may take, how much a property test tries, when a skip is a failure."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.cluster.plugin"]  # fixtures `real_cluster`, `namespace`; marks what uses them

SOAK = os.environ.get("LAUNCHER_K8S_SOAK") == "1"
CLUSTER_REQUIRED = os.environ.get("LAUNCHER_K8S_REQUIRE_CLUSTER") == "1"

SHORT_SOAK_S = 300  # it works all the time: what a loaded machine takes longer says nothing of a hang
CLUSTER_TEST_S = 180  # for the test alone: the first one's fixture boots the cluster, and may build it
SOAK_TEST_S = 2 * 3600

# No deadline per example: this machine may be building a cluster on its other core.
settings.register_profile("short", deadline=None, derandomize=True)
settings.register_profile(
    "soak", deadline=None, max_examples=100_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("soak" if SOAK else "short")


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> Iterator[None]:
    """Signals reach whom a test sends them to, also where a shell's `&` or nohup had them ignored."""
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    hangup = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGHUP, hangup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("timeout") is not None:
            continue
        if item.get_closest_marker("soak") is not None:
            item.add_marker(pytest.mark.timeout(SOAK_TEST_S if SOAK else SHORT_SOAK_S, func_only=True))
        elif item.get_closest_marker("cluster") is not None:
            item.add_marker(pytest.mark.timeout(CLUSTER_TEST_S, func_only=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a cluster is required, a `cluster` test that skips has failed.

    An expected failure has not, nor has a test of the contract that says what a real cluster cannot show.
    """
    report = yield
    required = CLUSTER_REQUIRED and item.get_closest_marker("cluster") is not None
    required = required and item.get_closest_marker("cannot") is None
    if required and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but LAUNCHER_K8S_REQUIRE_CLUSTER=1: {report.longrepr}"
    return report
