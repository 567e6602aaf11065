"""Who has a cluster when: one boots it, many may use it, the last one out takes it down.

A cluster brought up by hand stays until it is taken down by hand; one that a test session booted ends with
the last session that uses it. Sessions are counted by shared locks, so that a killed one does not count; what
it left behind is used by the next if it still answers, and removed otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster import packages, teardown
from tests.cluster.api import Api
from tests.cluster.binaries import Say
from tests.cluster.boot import boot, node_ready
from tests.cluster.locks import Users, exclusive
from tests.cluster.places import Place
from tests.cluster.processes import Processes
from tests.cluster.real import OwnCluster
from tests.cluster.waiting import ClusterError, UnavailableError, until

OTHERS_S = 180


def healthy(place: Place) -> bool:
    """Whether the cluster at `place` is complete, all its processes run, and its node is ready."""
    if not place.record.exists():
        return False
    if Processes(place.pids, place.logs).absent():
        return False
    cluster = OwnCluster(place)
    api = Api(cluster.api_url, cluster.token, cluster.ca_pem)
    try:
        return api.ready() and node_ready(api)
    except (OSError, ClusterError):
        return False


def bring_up(place: Place, say: Say) -> bool:
    """Boot a cluster that stays; returns whether one was running already (then that one stays)."""
    with exclusive(place.lock("boot")):
        return _ensure(place, say, kept=True)


def bring_down(place: Place, *, force: bool = False) -> None:
    """Take the cluster down.

    Raises:
        ClusterError: a test session uses it (unless `force`), or something is left behind.
    """
    with exclusive(place.lock("boot")):
        if Users(place.lock("users")).anyone_else() and not force:
            raise ClusterError("a test session uses it; --force takes it down all the same")
        teardown.take_down(place)


@contextmanager
def in_use(place: Place, say: Say) -> Iterator[OwnCluster]:
    """Use the cluster at `place`, booting it if need be; the last user takes down what no hand brought up."""
    users = Users(place.lock("users"))
    with exclusive(place.lock("boot")):
        _ensure(place, say, kept=False)
        users.join()
    try:
        yield OwnCluster(place)
    finally:
        with exclusive(place.lock("boot")):
            users.leave()
            if not users.anyone_else() and not _kept(place):
                teardown.take_down(place)


def _ensure(place: Place, say: Say, *, kept: bool) -> bool:
    if problems := packages.obstacles(place.version):
        raise UnavailableError("; ".join(problems))
    if healthy(place) or _mended(place, say):
        if kept and not _kept(place):
            place.record.write_text(json.dumps({**json.loads(place.record.read_text()), "kept": True}))
        return True
    if teardown.leftovers(place):
        say("removing what a previous cluster left behind")
        teardown.take_down(place)
    boot(place, say, kept=kept)
    return False


def _mended(place: Place, say: Say) -> bool:
    """Another session may have killed a part of it, to start it again: wait, do not sweep it away."""
    if not Users(place.lock("users")).anyone_else():
        return False
    say("another test session has taken a part of the cluster down; waiting for it")
    until(lambda: healthy(place), "the cluster's other user", within_s=OTHERS_S, every_s=0.5)
    return True


def _kept(place: Place) -> bool:
    return place.record.exists() and bool(json.loads(place.record.read_text())["kept"])
