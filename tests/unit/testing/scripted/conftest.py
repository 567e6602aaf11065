"""A scripted cluster with the real backend on it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, ProfileSection
from launcher_k8s.testing import ScriptedCluster

SETTINGS = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))
JOB = Job.shell("echo hi", name="hello")


def backend_on(cluster: ScriptedCluster) -> JobBackend:
    return JobBackend(
        SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: (), random=random.Random(1)
    )


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


@pytest.fixture
async def backend(cluster: ScriptedCluster) -> AsyncIterator[JobBackend]:
    async with backend_on(cluster) as entered:
        yield entered
