"""Holding a plan against the schemas, beside planning it: why no submit does so.

The limit of planning is 0.4 ms of CPU; the check takes more than all of it, for what is wrong in the
configuration and not in the job. For a person at a terminal, and for a whole configuration, it is nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from launcher_k8s.job import Job
from launcher_k8s.plan import plan_job
from launcher_k8s.schemas import check_overrides, check_schema
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection

ROUNDS = 20
CALLS = 50
LIMIT_MS = 3.0
SECTIONS = 300
LIMIT_S = 2.0

ALIASES = Override("/spec/template/spec/hostAliases", [{"ip": "10.2.141.12", "hostnames": ["db01"]}])
MISSPELT = Override("/spec/template/spec/hostAlias", [])
JOB = Job.shell(
    "make", image="r:4", cpus=1, mem_mb=512, ports=[8080], tags=["a"], env={f"N{n}": "1" for n in range(10)}
)


def _cpu_s(call: Callable[[], object], calls: int) -> float:
    begun = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - begun) / calls


def _overriding(override: Override) -> ClusterSettings:
    return ClusterSettings(profiles=(ProfileSection.everyone(job_json_overrides=[override]),))


def test_checking_a_plan_costs_little() -> None:
    sound, wrong = (plan_job(JOB, _overriding(each), user="me") for each in (ALIASES, MISSPELT))
    assert (len(check_schema(sound)), len(check_schema(wrong))) == (0, 1)
    calls: dict[str, Callable[[], object]] = {
        "plan": lambda: plan_job(JOB, _overriding(ALIASES), user="me"),
        "check of it": lambda: check_schema(sound),
        "check with a finding": lambda: check_schema(wrong),
    }
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            best[name] = min(best[name], _cpu_s(call, CALLS) * 1000)
    print()
    for name, milliseconds in best.items():
        print(f"{name:22} {milliseconds:.3f} ms CPU, {milliseconds / best['plan']:.2f} of planning")
    assert best["check with a finding"] <= LIMIT_MS


def test_checking_three_hundred_sections_is_done_while_a_person_waits() -> None:
    sections = [ProfileSection.user(f"u{n}", job_json_overrides=[ALIASES, MISSPELT]) for n in range(SECTIONS)]
    settings = ClusterSettings(profiles=tuple(sections))
    check_overrides(settings)
    taken_s = _cpu_s(lambda: check_overrides(settings), 1)
    print(f"\n{SECTIONS} sections: {taken_s:.2f} s CPU")
    assert taken_s <= LIMIT_S
