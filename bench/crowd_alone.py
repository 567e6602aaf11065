"""A backend alone in a process, on a namespace full of jobs: what it takes to come up, to list and to tell.

`python -m bench.crowd_alone MEASURE DIRECTORY [JOB_ID]` prints what it has measured as JSON. Memory is traced
in a run of its own, since tracing makes everything slow.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from launcher_k8s import (
    ClusterSettings,
    JobBackend,
    JobFilter,
    JobState,
    JobStatus,
    KubernetesCluster,
    Stream,
    load_settings,
)
from launcher_k8s.connection import PODS

ROUNDS, CHANGES = 7, 3
EMPTY = "kube-public"  # there is no job in it
SUBSCRIBERS = 1000
LIVE = [JobState.PENDING, JobState.RUNNING, JobState.SUSPENDED]
NOBODY = JobFilter(tags=["of nobody"])


async def come_up(directory: str) -> Mapping[str, float]:
    """CPU and wall seconds from entering until all jobs are known, requests and decoding included."""
    settings = load_settings(directory).cluster()
    cpu, wall = time.process_time(), time.perf_counter()
    async with JobBackend(settings) as backend:
        await backend.list(NOBODY)
        return {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


async def weigh(directory: str) -> Mapping[str, float]:
    """Bytes for each job that is tracked, beyond what a backend takes that tracks none."""
    settings = load_settings(directory).cluster()
    empty, _ = await _traced(attrs.evolve(settings, namespace=EMPTY))  # loads every module, too
    tracemalloc.start()
    empty, _ = await _traced(attrs.evolve(settings, namespace=EMPTY))
    full, jobs = await _traced(settings)
    return {"jobs": jobs, "bytes_each": (full - empty) / jobs}


async def _traced(settings: ClusterSettings) -> tuple[int, int]:
    async with JobBackend(settings) as backend:
        await backend.list(NOBODY)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
        return taken, len(await backend.list())


async def ask(directory: str, job_id: str) -> Mapping[str, Any]:
    """CPU milliseconds of lists by filters, and of telling many subscribers of one change."""
    async with JobBackend(load_settings(directory).cluster()) as backend:
        (job,) = [status for status in await backend.list() if status.id == job_id]
        alike = await backend.list(JobFilter(tags=job.tags, states=LIVE), user=job.user)
        lists = {
            name: await _list_ms(backend, wanted, user) for name, (wanted, user) in _filters(job).items()
        }
        changes = [await _change_ms(backend, directory, each) for each in alike[:CHANGES]]
        return {"lists": lists, "change": {"cpu_ms": min(each["cpu_ms"] for each in changes), "all": changes}}


def _filters(job: JobStatus) -> Mapping[str, tuple[JobFilter, str | None]]:
    recently = datetime.now(UTC) - timedelta(minutes=1)
    return {
        "a user": (JobFilter(), job.user),
        "a tag": (JobFilter(tags=job.tags), None),
        "live ones": (JobFilter(states=LIVE), None),
        "the last minute": (JobFilter(start_time=recently), None),
        "a user's live ones with a tag": (JobFilter(tags=job.tags, states=LIVE), job.user),
        "nobody's": (NOBODY, None),
        "all": (JobFilter(), None),
    }


async def _list_ms(backend: JobBackend, wanted: JobFilter, user: str | None) -> Mapping[str, float]:
    found = await backend.list(wanted, user=user)
    took = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        await backend.list(wanted, user=user)
        took.append((time.process_time() - begun) * 1e3)
    return {"found": len(found), "ms": min(took)}


async def _change_ms(backend: JobBackend, directory: str, job: JobStatus) -> Mapping[str, float]:
    """From the request that ends the job's Pod until the last subscriber was told of it."""
    tagged = JobFilter(tags=job.tags)
    opening: list[tuple[Callable[[], Stream[JobStatus]], int]] = [
        (lambda: backend.statuses(job.id), 1),
        (lambda: backend.statuses(JobFilter(), user=job.user), len(await backend.list(user=job.user))),
        (lambda: backend.statuses(tagged), len(await backend.list(tagged))),
    ]
    ways = [opening[number % len(opening)] for number in range(SUBSCRIBERS)]
    streams = [open_() for open_, _ in ways]
    for stream, (_, present) in zip(streams, ways, strict=True):
        for _ in range(present):
            await anext(stream)
        await asyncio.sleep(0)  # what holds the loop for seconds lets the time limits of requests pass
    async with KubernetesCluster.from_settings(load_settings(directory).cluster()) as cluster:
        pods = PODS.within(backend.settings.namespace)
        page = json.loads((await cluster.list_page(pods, label_selector=f"job-name={job.id}")).body)
        pod = page["items"][0]
        readers = [asyncio.create_task(_final(stream, job.id)) for stream in streams]
        await asyncio.sleep(0)  # all of them wait now
        cpu, wall = time.process_time(), time.perf_counter()
        await cluster.patch(pods.named(pod["metadata"]["name"], "status"), _ended(pod))
        await asyncio.gather(*readers)
        taken = {"cpu_ms": (time.process_time() - cpu) * 1e3, "wall_ms": (time.perf_counter() - wall) * 1e3}
    for stream in streams:
        await stream.aclose()
    return taken


async def _final(stream: Stream[JobStatus], job_id: str) -> None:
    async for status in stream:
        if status.id == job_id and status.state.is_final:
            return


def _ended(pod: Any) -> bytes:
    """The status of a Pod whose containers have ended, as a patch."""
    statuses = pod["status"]["containerStatuses"]
    for each in statuses:
        started = each["state"]["running"]["startedAt"]
        each["state"] = {"terminated": {"exitCode": 0, "startedAt": started, "finishedAt": started}}
    return json.dumps({"status": {"phase": "Succeeded", "containerStatuses": statuses}}).encode()


MEASURES: Mapping[str, Callable[..., Coroutine[Any, Any, Mapping[str, Any]]]] = {
    "come-up": come_up,
    "weigh": weigh,
    "ask": ask,
}

if __name__ == "__main__":
    print(json.dumps(asyncio.run(MEASURES[sys.argv[1]](*sys.argv[2:]))))
