"""Two hundred jobs at once: each ends, none is doubled, and the process hardly grows."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, names_of

JOBS = 200
FIRST = 50
LARGEST_GROWTH_MIB = 8

# The backend alone in a process. No job is submitted between the two readings: all are before the first one,
# which is taken when a quarter of the jobs has ended, the second when all have.
ALONE = """
import asyncio, gc, json, os, sys
from launcher_k8s import Job, JobBackend, JobFilter, load_settings

def rss_mib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

async def main(directory, count, first):
    async with JobBackend(load_settings(directory).cluster()) as backend:
        job = Job.shell("exit 7", name="many")
        ended, rss = {}, {}
        async with backend.statuses(JobFilter(), user="jsmith") as statuses:
            submits = [backend.submit(job, user="jsmith", key=f"job {n}") for n in range(count)]
            submitted = asyncio.gather(*submits)
            async for status in statuses:
                if status.state.is_final:
                    assert status.id not in ended, f"{status.id} ended twice"
                    ended[status.id] = [status.state.value, status.exit_code]
                if len(ended) in (first, count):
                    rss.setdefault(len(ended), rss_mib())
                if len(ended) == count:
                    break
        ids = [each.id for each in await submitted]
    print(json.dumps({"ids": ids, "ended": ended, "rss": list(rss.values())}))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.timeout(300)
async def test_two_hundred_jobs_at_once_end_once_each(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    profiles = image_profile(real_cluster) + "default-cpus=0.01\ndefault-mem-mb=16\n"
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
