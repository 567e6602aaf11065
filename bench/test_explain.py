"""Explaining three users of a profiles file of 300 sections, text and JSON and notebook view included.

The limit is the issue's: 50 ms of CPU for the three, beside what reading that file takes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from launcher_k8s.explanation import explain
from launcher_k8s.job import Job
from launcher_k8s.settings import ClusterSettings
from tests.memory_files import PROFILES, RESOURCES, read_cluster

SECTIONS = 300
ROUNDS = 10
LIMIT_MS = 50
USERS = {"user7": (), "user42": ("group1", "group2"), "user100": tuple(f"group{n}" for n in range(100))}
JOB = Job.shell("true", image="r:4", cpus=1, mem_mb=512)


def _files() -> dict[str, str | bytes | None]:
    everyone = "[*]\ncontainer-images=r:4,r:3\ndefault-container-image=r:4\nmax-cpus=2\nmax-mem-mb=1024\n"
    groups = [f"[@group{n}]\nmax-cpus={n + 2}\ndefault-cpus=1\nmax-nvidia-gpus=2\n" for n in range(100)]
    users = [f"[user{n}]\nmax-cpus=3\ncontainer-images=r:4,own:{n}\nmax-mem-mb=4096\n" for n in range(199)]
    resources = "".join(f"[size{n}]\ncpus={n + 1}\nmem-mb={512 * (n + 1)}\n" for n in range(12))
    return {PROFILES: everyone + "".join(groups + users), RESOURCES: resources}


def _explain_three(cluster: ClusterSettings) -> None:
    for user, groups in USERS.items():
        explanation = explain(cluster, user, groups=groups, job=JOB)
        assert explanation.text()
        assert json.dumps(explanation.records())
        assert explanation._repr_html_()


def _cpu_ms(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return (time.process_time() - begun) * 1000


def test_explaining_three_users_costs_little() -> None:
    files = _files()
    cluster = read_cluster(files)
    assert len(cluster.profiles) == SECTIONS
    explained = min(_cpu_ms(lambda: _explain_three(cluster)) for _ in range(ROUNDS))
    read = min(_cpu_ms(lambda: read_cluster(files)) for _ in range(ROUNDS))
    print(f"\nexplain three users {explained:.2f} ms CPU; reading their file {read:.2f} ms CPU")
    assert explained <= LIMIT_MS
