"""A whole cluster in memory, for unit tests: the real :class:`~launcher_k8s.JobBackend` runs on it.

It answers as an API server does, straight from its objects: no HTTP, no processes, no real time. What
fails, fails with the errors that the client makes over HTTP of the same answers
(:mod:`launcher_k8s.kube.problems`).
"""

from __future__ import annotations

import random
from typing import Final

from launcher_k8s.kube.timeouts import DEFAULT_TIMEOUTS, Timeouts
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import JOB, Object
from launcher_k8s.testing.cluster.removing import BACKGROUND, DeleteOptions
from launcher_k8s.testing.faults import Faults
from launcher_k8s.testing.scripted.clock import ScriptedClock
from launcher_k8s.testing.scripted.connection import ScriptedConnection
from launcher_k8s.testing.scripted.lives import Life, check_life
from launcher_k8s.testing.scripted.logs import DEFAULT_FILE_SIZE
from launcher_k8s.testing.scripted.pod import ScriptedPod
from launcher_k8s.testing.scripted.site import ScriptedSite

HISTORY_SIZE: Final = 10_000


class ScriptedCluster(ScriptedConnection):
    """A :class:`~launcher_k8s.connection.Cluster` that a test is the master of.

    Use ``JobBackend(settings, cluster=cluster, clock=cluster.clock)``; then let things happen to
    ``cluster.pod_of(job_id)``, or let them happen by themselves with a ``life``. It can be entered
    again after it was left: the cluster goes on, only the connection ends.

    Args:
        life: What becomes of every pod by itself; see :mod:`launcher_k8s.testing.scripted.lives`. By
            default pods wait for what the test says.
        clock: The time; by default one of its own that jumps to what is waited for next.
        namespaces: Which namespaces there are; by default any is made when it is first asked for.
        seed: Of uids and generated names.
        log_file_size: After so many bytes a container's log is rotated; only the newest file can be read.
        timeouts: How long the client waits for what a fault holds up, on the cluster's clock.

    Raises:
        TypeError: The life is none.

    Attributes:
        clock: The time.
        faults: What shall go wrong.
        api: The objects; for what a test must arrange or look at itself.
        asked: Every request, in order.
        warnings: What the API server warns of with each answer to a create.
    """

    def __init__(
        self,
        *,
        life: Life | None = None,
        clock: ScriptedClock | None = None,
        namespaces: tuple[str, ...] | None = None,
        seed: int = 0,
        log_file_size: int = DEFAULT_FILE_SIZE,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        clock = clock or ScriptedClock()
        draw = random.Random(seed).randbytes  # noqa: S311 -- the same in every run
        api = Api(now=clock.now, draw=draw, history_size=HISTORY_SIZE)
        site = ScriptedSite(api, clock, life=life, log_file_size=log_file_size)
        super().__init__(
            api,
            site,
            Faults(api, site),
            clock,
            timeouts=timeouts,
            makes_namespaces=namespaces is None,
        )
        for name in namespaces or ():
            self.add_namespace(name)

    # --- for tests

    def pod_of(self, job_id: str) -> ScriptedPod:
        """The present pod of a job: the last one that was made.

        Raises:
            LookupError: It has none.
        """
        pods = self.pods_of(job_id)
        if not pods:
            raise LookupError(f"job {job_id} has no pod")
        return pods[-1]

    def pods_of(self, job_id: str) -> list[ScriptedPod]:
        """The pods of a job that are there, oldest first."""
        return self._site.pods_of(job_id)

    def pods(self) -> list[ScriptedPod]:
        """All pods that are there, oldest first."""
        return list(self._site.pods())

    def job(self, job_id: str) -> Object:
        """The Job object of a job as it is.

        Raises:
            LookupError: There is none.
        """
        for found in self.api.objects(JOB):
            if found["metadata"]["name"] == job_id:
                return found
        raise LookupError(f"there is no Job {job_id!r}")

    def delete_job(self, job_id: str) -> None:
        """Somebody else deletes a Job, and with it what it owns, as ``kubectl delete job`` does.

        Raises:
            LookupError: There is none.
        """
        metadata = self.job(job_id)["metadata"]
        self.api.remove(JOB, job_id, metadata["namespace"], DeleteOptions(propagation=BACKGROUND))
        self._site.run_controllers()

    def requests(self) -> list[str]:
        """What was asked, in words: ``create jobs``."""
        return list(map(str, self.asked))

    def run_controllers(self) -> None:
        """Let the controllers see what a test did to :attr:`api`; after a request they do by themselves."""
        self._site.run_controllers()

    @property
    def life(self) -> Life | None:
        """What becomes of pods that are made from now on."""
        return self._site.life

    @life.setter
    def life(self, life: Life | None) -> None:
        check_life(life)
        self._site.life = life
