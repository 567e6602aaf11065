"""20,000 ended and 3,000 live jobs on a real API server: a backend that comes up there, lists and tells.

Limits: known after 2 s of CPU, 0.8 KiB for each job, 20 ms of CPU for a list by a filter, and 100 ms for one
change to 1,000 subscribers. The live jobs are submitted and run on nodes that kwok plays, the ended ones are
copies of one (`crowd`). Making them takes minutes on a quiet machine, and half an hour on a busy one.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.crowd import NODE, TAGS, USERS, add_copies
from launcher_k8s import ClusterSettings, Job, JobBackend, JobFilter, JobState, Override, ProfileSection
from tests.cluster.fakes import RUNS
from tests.cluster.real import RealCluster
from tests.cluster.waiting import until
from tests.integration.directories import configuration

ENDED, LIVE = 20_000, 3_000
AT_ONCE = 64
NODES = 10
COME_UP_S, EACH_BYTES, LIST_MS, CHANGE_MS = 2.0, 0.8 * 1024, 20.0, 100.0
ROUNDS = 3

pytestmark = pytest.mark.cluster


class Crowd:
    """A namespace full of jobs, and measures of a backend alone in a process there.

    Args:
        cluster: Where they are.
        folder: An empty folder.
    """

    def __init__(self, cluster: RealCluster, folder: Path) -> None:
        self._cluster = cluster
        self.namespace = cluster.create_namespace("crowd")
        self._nodes = cluster.add_fake_nodes(NODES, print)
        self._directory = configuration(folder / "conf", cluster, self.namespace)

    async def gather(self) -> str:
        """Make all jobs; the id of one that runs."""
        async with self._backend({}) as backend:
            job = Job.shell("echo hi; exit 3", name="r session", env={"A": "1"}, tags=["tag-0"])
            model = (await backend.submit(job, user="user-0")).id
            await asyncio.to_thread(self._wait_until_settled, model)
        add_copies(self._cluster, self.namespace, model, ENDED - 1)
        forever = {f"/spec/template/metadata/annotations/{RUNS.replace('/', '~1')}": "on"}
        async with self._backend(self._nodes.overrides | forever) as backend:
            turns = asyncio.Semaphore(AT_ONCE)

            async def submit(number: int) -> str:
                job = Job.shell("sleep 1000", name="r session", env={"A": "1"}, tags=[f"tag-{number % TAGS}"])
                async with turns:
                    return (await backend.submit(job, user=f"user-{number % USERS}")).id

            ids = await asyncio.gather(*map(submit, range(LIVE)))
            async with backend.statuses(JobFilter(states=[JobState.RUNNING])) as running:
                for _ in range(LIVE):
                    await anext(running)
        return ids[0]

    def disperse(self) -> None:
        """Remove what was made; does not wait for the end."""
        self._cluster.request("DELETE", f"/api/v1/namespaces/{self.namespace}")
        self._cluster.remove_fake_nodes(self._nodes)
        self._cluster.request("DELETE", f"/api/v1/nodes/{NODE}")

    def measure(self, what: str, *arguments: str) -> Mapping[str, Any]:
        """Run one of `crowd_alone`'s measures."""
        command = [sys.executable, "-m", "bench.crowd_alone", what, str(self._directory), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(f"\n{what}: {done.stdout.strip()}")
        told: Mapping[str, Any] = json.loads(done.stdout)
        return told

    def _backend(self, overrides: Mapping[str, Any]) -> JobBackend:
        values = [Override(pointer, value) for pointer, value in overrides.items()]
        everyone = ProfileSection.everyone(
            default_container_image=self._cluster.image, job_json_overrides=values
        )
        settings = ClusterSettings(
            namespace=self.namespace,
            api_url=self._cluster.api_url,
            auth_token=self._cluster.token,
            certificate_authority=self._cluster.ca_pem,
            thread_pool_size=AT_ONCE,
            profiles=(everyone,),
        )
        return JobBackend(settings, groups=lambda _: ())

    def _wait_until_settled(self, job_id: str) -> None:
        """Until the library has written the final state, and the Job controller its own."""
        path = f"/apis/batch/v1/namespaces/{self.namespace}/jobs/{job_id}"

        def settled() -> bool:
            job = self._cluster.request("GET", path)
            conditions = {each["type"] for each in job["status"].get("conditions", ())}
            return "Failed" in conditions and "launcher-k8s/final" in job["metadata"]["annotations"]

        until(settled, f"the end of {job_id}", within_s=60)


@pytest.fixture(scope="module")
def crowd(real_cluster: RealCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crowd, str]]:
    made = Crowd(real_cluster, tmp_path_factory.mktemp("crowd"))
    yield made, asyncio.run(made.gather())
    made.disperse()


def test_coming_up_takes_little(crowd: tuple[Crowd, str]) -> None:
    assert min(crowd[0].measure("come-up")["cpu_s"] for _ in range(ROUNDS)) < COME_UP_S


def test_a_tracked_job_is_small_on_a_real_cluster(crowd: tuple[Crowd, str]) -> None:
    told = crowd[0].measure("weigh")
    assert told["jobs"] == ENDED + LIVE
    assert told["bytes_each"] <= EACH_BYTES


def test_lists_and_changes_are_quick(crowd: tuple[Crowd, str]) -> None:
    told = crowd[0].measure("ask", crowd[1])
    everything = told["lists"].pop("all")
    assert everything["found"] == ENDED + LIVE
    assert max(each["ms"] for each in told["lists"].values()) < LIST_MS
    assert told["change"]["cpu_ms"] < CHANGE_MS
