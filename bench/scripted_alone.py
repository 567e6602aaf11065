"""Ten thousand jobs on the scripted cluster, alone in a process: prints the seconds of CPU that they took.

For :mod:`bench.test_scripted`.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter

from launcher_k8s import ClusterSettings, Job, JobBackend, JobFilter, JobState, ProfileSection
from launcher_k8s.testing import ScriptedCluster, finishes

JOBS = 10_000
AT_ONCE = 100

SETTINGS = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image="r:4"),))
JOB = Job.shell("true", name="bench", env={"A": "1"}, tags=["bench"])


async def main() -> None:
    """Submit them, and follow each to its end."""
    cluster = ScriptedCluster(life=finishes(pending_s=5, after_s=60))
    seen: Counter[JobState] = Counter()
    begun, cpu = time.perf_counter(), time.process_time()
    async with JobBackend(
        SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: (), random=random.Random(1)
    ) as backend:
        watching = asyncio.create_task(_watch(backend, seen))
        for _ in range(JOBS // AT_ONCE):
            await asyncio.gather(*(backend.submit(JOB, user="me") for _ in range(AT_ONCE)))
        submitted = time.perf_counter()
        await watching
        ended, cpu = time.perf_counter(), time.process_time() - cpu
    print(
        f"{JOBS} jobs: submitted in {submitted - begun:.1f} s, ended after {ended - begun:.1f} s, "
        f"{len(cluster.asked)} requests, version {cluster.api.resource_version}",
        file=sys.stderr,
    )
    assert seen == {JobState.PENDING: JOBS, JobState.RUNNING: JOBS, JobState.FINISHED: JOBS}
    print(cpu)


async def _watch(backend: JobBackend, seen: Counter[JobState]) -> None:
    """Count the states of all jobs until each has ended."""
    async with backend.statuses(JobFilter()) as statuses:
        async for status in statuses:
            seen[status.state] += 1
            if seen[JobState.FINISHED] == JOBS:
                return


if __name__ == "__main__":
    asyncio.run(main())
