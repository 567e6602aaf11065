"""What a backend has while it is entered: a cluster, and what follows and writes on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs

from launcher_k8s.backend.controlling import Controller
from launcher_k8s.backend.diagnosing import Diagnostician
from launcher_k8s.backend.events import Events
from launcher_k8s.backend.expiry import Expiry
from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.lookup import Lookup
from launcher_k8s.backend.metering import Meter
from launcher_k8s.backend.patience import Patience
from launcher_k8s.backend.recording import Recorder
from launcher_k8s.backend.services import Make, Services
from launcher_k8s.backend.submitting import Submitter
from launcher_k8s.backend.succession import Successor
from launcher_k8s.backend.troubles import Troubles
from launcher_k8s.backend.utilization import Inside
from launcher_k8s.connection import Cluster
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.rules.validity import check_namespace
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.tracker import Tracker

_UNREACHABLE = ("missing-api-url", "missing-token")


@attrs.frozen
class Opened:
    """The parts of an entered backend."""

    cluster: Cluster
    tracker: Tracker
    expiry: Expiry
    follower: Follower
    submitter: Submitter
    lookup: Lookup
    controller: Controller
    meter: Meter
    inside: Inside
    diagnostician: Diagnostician


@asynccontextmanager
async def opened(
    settings: ClusterSettings, cluster: Cluster | None, patience: Patience, make_service: Make
) -> AsyncGenerator[Opened]:
    """Open a cluster and start to follow it; submits and final states under way are finished at the end.

    Args:
        settings: The cluster's settings.
        cluster: How to reach it; as the settings say if None.
        patience: How requests are repeated.
        make_service: Makes the Service of a job that lacks one.

    Raises:
        ConfigurationError: Nothing says how to reach the cluster, or it can have no such namespace.
    """
    check_namespace(settings)
    namespace = settings.namespace
    tracker = Tracker(instance_id=settings.instance_id)
    declared: asyncio.Queue[str] = asyncio.Queue()
    async with (
        cluster or _cluster_of(settings) as reached,
        Expiry(reached, namespace, tracker, patience, settings.job_expiry_hours) as expiry,
        Recorder(reached, namespace, tracker, patience, expiry.consider) as recorder,
        Troubles(events := Events(reached, namespace, patience.clock), tracker, patience) as troubles,
        Feeder(reached, namespace, settings.instance_id, tracker, patience) as feeder,
        Follower(reached, settings, tracker, recorder, troubles, feeder, declared, patience) as follower,
        Submitter(reached, follower, feeder, patience) as submitter,
        Meter(reached, namespace, patience) as meter,
    ):
        lookup = Lookup(reached, namespace, tracker, follower, patience)
        async with (
            Controller(reached, namespace, settings.instance_id, follower, lookup, patience) as controller,
            Successor(declared, tracker, controller, patience),
            Services(reached, settings, tracker, follower, patience, make_service),
        ):
            inside = Inside(reached, namespace, patience.clock)
            diagnostician = Diagnostician(reached, namespace, tracker, events, patience)
            yield Opened(
                reached,
                tracker,
                expiry,
                follower,
                submitter,
                lookup,
                controller,
                meter,
                inside,
                diagnostician,
            )


def _cluster_of(settings: ClusterSettings) -> Cluster:
    missing = [] if settings.api_url else ["api-url"]
    if not (settings.auth_token or settings.auth_token_path):
        missing.append("auth-token-path or auth-token")
    if missing:
        # The files' own findings name the file and its keys, which are others in Connect's.
        told = [f"{d.location.file}: {d.hint}" for d in settings.diagnostics if d.code in _UNREACHABLE]
        advice = "; ".join(told) or "set them in launcher.kubernetes.conf"
        raise ConfigurationError(
            f"nothing says how to reach cluster {settings.name!r}: {' and '.join(missing)} not set",
            hint=f"{advice}, or give the backend a cluster",
        )
    # Only now: its HTTP library takes a while to load.
    from launcher_k8s.kube.client import KubernetesCluster

    return KubernetesCluster.from_settings(settings)
