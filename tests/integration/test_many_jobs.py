"""Two hundred jobs at once: each ends, none is doubled, and the process hardly grows."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, names_of, overriding

JOBS = 200
FIRST = 50
LARGEST_GROWTH_MIB = 8

# The backend alone in a process; memory is read when the first jobs are submitted, and when all have ended.
ALONE = """
import asyncio, json, os, sys
from launcher_k8s import Job, JobBackend, JobFilter, load_settings

def rss_mib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

async def main(directory, count, first):
    async with JobBackend(load_settings(directory).cluster()) as backend:
        ids, ended, rss = [], {}, []

        async def submit(number):
            job = Job.shell("exit 7", name="many")
            ids.append((await backend.submit(job, user="jsmith", key=f"job {number}")).id)
            if len(ids) == first:
                rss.append(rss_mib())

        async with backend.statuses(JobFilter(), user="jsmith") as statuses, asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(submit(number))
            async for status in statuses:
                if status.state.is_final:
                    assert status.id not in ended, f"{status.id} ended twice"
                    ended[status.id] = [status.state.value, status.exit_code]
                if len(ended) == count:
                    break
        rss.append(rss_mib())
    print(json.dumps({"ids": ids, "ended": ended, "rss": rss}))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.timeout(600)  # a loaded machine takes long, and that says nothing
async def test_two_hundred_jobs_at_once_end_once_each(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    # Setting up and tearing down 200 networks would take longer than all the rest.
    overrides = {
        "/spec/template/spec/hostNetwork": True,
        "/spec/template/spec/automountServiceAccountToken": False,
    }
    profiles = image_profile(real_cluster) + overriding(overrides, tmp_path)
    directory = configuration(tmp_path / "conf", real_cluster, namespace, profiles=profiles)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ALONE, str(directory), str(JOBS), str(FIRST), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    seen = json.loads(told)
    assert len(set(seen["ids"])) == JOBS
    assert sorted(seen["ended"]) == sorted(seen["ids"])
    assert {tuple(end) for end in seen["ended"].values()} == {("Finished", 7)}
    assert sorted(names_of(real_cluster, namespace, "jobs")) == sorted(seen["ids"])
    at_first, at_last = seen["rss"]
    assert at_last - at_first <= LARGEST_GROWTH_MIB, f"grew from {at_first:.1f} to {at_last:.1f} MiB"
