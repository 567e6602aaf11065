"""Many jobs on a LocalCluster: `python -m tests.integration.local_jobs COUNT AT-A-TIME FIRST MARK`.

Each job writes a line, leaves a process behind that tries to hide (a session of its own, no environment), and
ends with an exit code of its own; then its output is read and it is removed. What the program and the keeper
hold is measured when nothing runs: after the first jobs, after half of all, after the last. Prints JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from launcher_k8s import Job, JobBackend, OutputChunk
from launcher_k8s.testing import LocalCluster
from launcher_k8s.testing.cluster.kinds import JOB, POD

SCRIPT = "echo out %(number)d; setsid env -i sh -c 'sleep 10000; :' %(mark)s 2>/dev/null & exit %(code)d"
IMPATIENCE_S = 120


class Program:
    """Jobs and what became of them.

    Args:
        cluster: Where they run.
        backend: What runs them.
        at_a_time: How many together.
        mark: By what their processes are known.
    """

    def __init__(self, cluster: LocalCluster, backend: JobBackend, *, at_a_time: int, mark: str) -> None:
        self._cluster, self._backend, self._mark = cluster, backend, mark
        self._turns = asyncio.Semaphore(at_a_time)
        self.wrong: list[str] = []

    async def run(self, numbers: Iterable[int]) -> dict[str, Any]:
        """Run jobs to their end, and measure when all is quiet."""
        await asyncio.gather(*map(self._run_one, numbers))
        async with asyncio.timeout(IMPATIENCE_S):
            while await self._is_busy():  # noqa: ASYNC110 -- of several things none of which is an event
                await asyncio.sleep(0.05)
        return held(self._cluster.runtime.pid)

    async def _run_one(self, number: int) -> None:
        code = number % 7
        script = SCRIPT % {"number": number, "mark": self._mark, "code": code}
        async with self._turns:
            submitted = await self._backend.submit(Job.shell(script, name="many", image="any"), user="jo")
            status = await self._backend.wait(submitted.id, timeout_s=IMPATIENCE_S)
            seen = status.state.value, status.exit_code, await self._output(submitted.id)
            if seen != ("Finished", code, f"out {number}\n"):
                self.wrong.append(f"job {number}: {seen}")
            await self._backend.remove(submitted.id)

    async def _output(self, job_id: str) -> str:
        async with self._backend.output(job_id) as output:
            return b"".join([each.data async for each in output if isinstance(each, OutputChunk)]).decode()

    async def _is_busy(self) -> bool:
        api = self._cluster.api
        pods = self._cluster.runtime.directory / "pods"
        return bool(
            api.objects(JOB)
            or api.objects(POD)
            or await self._cluster.runtime.usage()
            or (pods.exists() and any(pods.iterdir()))
        )


def held(keeper: int) -> dict[str, Any]:
    """What this process and the keeper hold."""
    gc.collect()
    return {
        "rss": rss_mib("self"),
        "keeper rss": rss_mib(keeper),
        "sockets": len([each for each in descriptors("self") if each.startswith("socket:")]),
        "files": len([each for each in descriptors("self") if not each.startswith("socket:")]),
        "keeper files": len(descriptors(keeper)),
        "keeper children": Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split(),
        "tasks": len(asyncio.all_tasks()),
    }


def rss_mib(process: int | str) -> float:
    """A process's memory that is not swapped out."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def descriptors(process: int | str) -> list[str]:
    """What a process has open."""
    found = []
    for each in Path(f"/proc/{process}/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except FileNotFoundError:  # that of the folder itself
            continue
    return found


async def main(count: int, at_a_time: int, first: int, mark: str) -> None:
    began = time.monotonic()
    async with LocalCluster(env={"LOCAL_JOBS": mark}) as cluster:
        async with JobBackend(cluster.settings(), groups=lambda _user: ()) as backend:
            program = Program(cluster, backend, at_a_time=at_a_time, mark=mark)
            parts = (range(first), range(first, count // 2), range(count // 2, count))
            measured = [await program.run(each) for each in parts]
        keeper = cluster.runtime.pid
    took_s = time.monotonic() - began
    told = {"wrong": program.wrong, "held": measured, "keeper": keeper, "took_s": took_s}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
