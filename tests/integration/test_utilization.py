"""What jobs use on a real cluster with metrics-server, as an account that may list figures.

The contract's tests come with the guide's role, which may only get them one by one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from launcher_k8s import Job, JobBackend, JobState, Utilization, load_settings
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration

HOARD_MB = 50
HOARD = f"head -c {HOARD_MB}000000 /dev/zero | tail -c {HOARD_MB}000000 | sleep 600"
"""`tail` must keep all of it until there is no more, and `sleep` takes nothing of it."""
SHARE = "0.25"
"""Beside a busy pod one that asks for no CPU starves where others want it too, and its node waits for it."""


async def test_what_busy_and_greedy_jobs_use_is_told(
    metrics: RealCluster, namespace: str, tmp_path: Path
) -> None:
    settings = load_settings(configuration(tmp_path / "conf", metrics, namespace)).cluster()
    busy = Job.shell("while :; do :; done", name="busy", image=metrics.image, cpus=1)
    greedy = Job.shell(HOARD, name="greedy", image=metrics.image, cpus=SHARE)
    bare = Job.exec(["/noshell", "obey", "forever"], name="bare", image=metrics.noshell_image, cpus=SHARE)
    async with JobBackend(settings) as backend:
        by_busy, by_greedy, by_bare = await asyncio.gather(
            *(first_figures(backend, job) for job in (busy, greedy, bare))
        )

    assert by_busy.cpu_percent is not None
    assert 10 < by_busy.cpu_percent < 130, "100 where others leave it a whole core"
    assert by_busy.cpu_time_s is not None
    assert by_busy.cpu_time_s > 1

    assert by_greedy.resident_memory_mb is not None
    assert HOARD_MB <= by_greedy.resident_memory_mb < 3 * HOARD_MB
    assert by_greedy.virtual_memory_mb is not None
    assert HOARD_MB < by_greedy.virtual_memory_mb < 10 * HOARD_MB

    assert by_bare.resident_memory_mb is not None
    assert (by_bare.cpu_time_s, by_bare.virtual_memory_mb) == (None, None)


async def first_figures(backend: JobBackend, job: Job) -> Utilization:
    job_id = (await backend.submit(job, user="jsmith")).id
    await backend.wait(job_id, until=JobState.RUNNING, timeout_s=60)
    async with asyncio.timeout(90), backend.utilization(job_id) as figures:
        return await anext(figures)
