"""A launcher is killed with -9 between any two steps of submit, stdin and control, and at random times.

The launcher is a process, the cluster another, and so is the launcher that comes after it: whatever was under
way must be brought to its one right end. ``nox -s soak`` kills 200 on each cluster; otherwise it is a few at
those steps after which something is left half done.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping

import pytest

from tests.cluster.real import RealCluster
from tests.contract import real_role
from tests.crashes.trials import VERBS, Crash, Verb, carry_out, rehearse, take_stock
from tests.crashes.ways import PROCESSES, Way, local_cluster

SOAK = os.environ.get("LAUNCHER_K8S_SOAK") == "1"
KILLS = 200
AT_ONCE = 12
FEW = 0.05  # a conflict more or less, and a verb has other steps towards its end
A_MINUTE_S = 61.0  # by then whoever has said to be at it is taken for gone
HALF_DONE = (
    Crash("submit", "after create jobs.batch 1"),
    Crash("stdin", "after create jobs.batch 1"),
    Crash("stdin", "after patch jobs.batch launcher-k8s/stdin 1"),
    Crash("stdin", "after open pods/attach 1"),
    Crash("stdin", "after send pods/attach 1"),
    *(
        Crash(verb, f"after {step}")
        for verb in ("stop", "kill", "suspend", "resume")
        for step in ("patch jobs.batch launcher-k8s/intent 1", "read pods/exec 1")
    ),
    Crash("cancel", "before patch jobs.batch launcher-k8s/intent 1"),
    Crash("cancel", "after patch jobs.batch launcher-k8s/intent 1"),
)
"""What is left after these is for the next launcher to finish."""


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.cluster)])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    """The way to a cluster."""
    PROCESSES.set_forkserver_preload(["tests.crashes.trials"])
    if request.param == "embedded":
        with local_cluster() as way:
            yield way
        return
    cluster: RealCluster = request.getfixturevalue("real_cluster")
    namespace: str = request.getfixturevalue("namespace")
    real_role.make_account(cluster, namespace)
    token = cluster.service_account_token(namespace, real_role.ACCOUNT)
    yield Way(cluster.api_url, token, cluster.ca_pem, namespace, cluster.image)


@pytest.mark.soak
def test_a_new_launcher_recovers_every_job_of_a_killed_one(way: Way) -> None:
    verbs = {verb: rehearse(way, verb) for verb in VERBS} if SOAK else {}
    crashes = at_steps_and_times(verbs, KILLS) if SOAK else HALF_DONE
    ledger = carry_out(way, crashes, at_once=AT_ONCE, later_s=0 if SOAK else A_MINUTE_S)
    print(dict(ledger.counts), ledger.unreached)  # noqa: T201 - the figures of a soak
    assert ledger.wrong == []
    assert ledger.counts["kills"] == len(crashes)
    assert len(ledger.unreached) <= len(crashes) * FEW
    take_stock(way, ledger, others=len(verbs))


def at_steps_and_times(verbs: Mapping[str, Verb], kills: int) -> list[Crash]:
    """Each side of each step once, and random times for the rest of so many."""
    crashes = [Crash(verb, step) for verb, how in verbs.items() for step in how.steps]
    drawn = random.Random(7)
    while len(crashes) < kills:
        verb = drawn.choice(VERBS)
        crashes.append(Crash(verb, after_s=drawn.uniform(0, 1.1 * verbs[verb].took_s)))
    return crashes
