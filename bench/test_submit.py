"""Submitting to a real API server, beside a bare aiohttp client that posts the same bodies.

Needs a cluster (tests/cluster). The three take turns, each as often first as last, and jobs are suspended:
none is measured beside the controllers' work for another. What counts is the sum of all turns, not the best.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import time

import aiohttp
import pytest

from launcher_k8s import (
    ClusterSettings,
    Job,
    JobBackend,
    KubernetesCluster,
    Override,
    ProfileSection,
    plan_job,
)
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.submission import create_job
from launcher_k8s.host import SystemClock
from launcher_k8s.naming import job_id_from_random
from launcher_k8s.plan import JobPlan
from tests.cluster.real import RealCluster

JOBS = 100
AT_ONCE = 16
ROUNDS = 9
READY_LIMIT = 0.9
WHOLE_LIMIT = 0.7

JOB = Job.shell("true", name="bench", image="nowhere/none:1", env={"A": "1"}, tags=["bench"])


@pytest.mark.cluster
async def test_submitting_beside_a_bare_client(real_cluster: RealCluster, namespace: str) -> None:
    settings = ClusterSettings(
        api_url=real_cluster.api_url,
        auth_token=real_cluster.token,
        certificate_authority=real_cluster.ca_pem,
        namespace=namespace,
        thread_pool_size=AT_ONCE,
        profiles=(ProfileSection.everyone(job_json_overrides=[Override("/spec/suspend", True)]),),
    )
    turns = {
        "bare": lambda: _bare(settings, real_cluster),
        "ready": lambda: _ready(settings),
        "whole": lambda: _whole(settings),
    }
    took = dict.fromkeys(turns, 0.0)
    names = list(turns)
    for number in range(ROUNDS):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            took[name] += await turns[name]()
            _clear(real_cluster, namespace)
    ready_ratio, whole_ratio = took["bare"] / took["ready"], took["bare"] / took["whole"]
    rates = {name: ROUNDS * JOBS / seconds for name, seconds in took.items()}
    print(
        f"\nbare {rates['bare']:.0f}/s, ready plans {rates['ready']:.0f}/s (ratio {ready_ratio:.2f}), "
        f"end to end {rates['whole']:.0f}/s (ratio {whole_ratio:.2f})"
    )
    assert ready_ratio >= READY_LIMIT
    assert whole_ratio >= WHOLE_LIMIT


def _plans(settings: ClusterSettings) -> list[JobPlan]:
    return [
        plan_job(JOB, settings, user="me", job_id=job_id_from_random(JOB.name, random.randbytes(5)))
        for _ in range(JOBS)
    ]


async def _bare(settings: ClusterSettings, cluster: RealCluster) -> float:
    bodies = [plan.job_body() for plan in _plans(settings)]
    url = f"{settings.api_url}/apis/batch/v1/namespaces/{settings.namespace}/jobs"
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=ssl.create_default_context(cadata=cluster.ca_pem))
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def post(body: bytes) -> None:
            async with session.post(url, data=body, params={"fieldValidation": "Warn"}) as answer:
                assert answer.status == 201
                json.loads(await answer.read())

        await post(_plans(settings)[0].job_body())
        begun = time.perf_counter()
        await asyncio.gather(*map(post, bodies))
        return time.perf_counter() - begun


async def _ready(settings: ClusterSettings) -> float:
    plans = _plans(settings)
    patience = Patience(SystemClock(), random.random)
    async with KubernetesCluster.from_settings(settings) as cluster:
        await create_job(cluster, _plans(settings)[0], patience)
        begun = time.perf_counter()
        await asyncio.gather(*(create_job(cluster, plan, patience) for plan in plans))
        return time.perf_counter() - begun


async def _whole(settings: ClusterSettings) -> float:
    async with JobBackend(settings, groups=lambda _: ()) as backend:
        await backend.submit(JOB, user="me")
        begun = time.perf_counter()
        await asyncio.gather(*(backend.submit(JOB, user="me") for _ in range(JOBS)))
        return time.perf_counter() - begun


def _clear(cluster: RealCluster, namespace: str) -> None:
    path = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    cluster.request("DELETE", f"{path}?propagationPolicy=Background")
    cluster.kubectl("wait", "--for=delete", "job", "--all", "-n", namespace, "--timeout=60s")
