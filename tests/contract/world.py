"""A cluster as the contract's tests see it, whichever it is: backends on it, jobs for it, ways to break it.

Each world makes the same :class:`~launcher_k8s.JobBackend` reach its own kind of cluster. To arrange and to
look, a world has means of its own: never the library under test.
"""

from __future__ import annotations

import abc
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

from launcher_k8s import ClusterSettings, Job, JobBackend, Override, ProfileSection
from launcher_k8s.clock import Clock
from launcher_k8s.connection import JOBS, PODS, Cluster, Resource
from launcher_k8s.job import Json
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.shape.names import FINAL_ANNOTATION, JOB_NAME_LABEL
from tests.contract.acts import Act, shell_of
from tests.contract.capabilities import Can
from tests.contract.faults import Breach, Fault, Verb

USER = "jsmith"
NO_IMAGE = "localhost/there-is-no-such-image:1"
EVERY_S = 0.1
IMPATIENT = Timeouts(connect_s=2, answer_s=2, watch_idle_s=3, watch_grace_s=1, log_idle_s=3)
Object = dict[str, Any]


class World(abc.ABC):
    """One cluster, and one namespace in it that belongs to the test."""

    name: ClassVar[str]
    cannot: ClassVar[Mapping[Can, str]]
    """What it cannot show, and why."""

    image: str
    namespace: str
    clock: Clock
    """On whose time backends wait."""

    @property
    def daemons(self) -> frozenset[int]:
        """The processes of the cluster itself: one that a test stopped and started is its child."""
        return frozenset()

    # --- backends and jobs

    @abc.abstractmethod
    def backend(
        self, *, overrides: Mapping[str, Json] | None = None, impatient: bool = False, **changes: Any
    ) -> AbstractAsyncContextManager[JobBackend]:
        """An entered backend on this cluster, one per call: a second one is a second process's.

        Args:
            overrides: JSON values to set at pointers of every Job.
            impatient: Whether an answer or a stream that stands still is given up after seconds.
            **changes: Of the settings.
        """

    @abc.abstractmethod
    def reached(self, *, impatient: bool = False) -> AbstractAsyncContextManager[Cluster]:
        """The cluster as backends reach it, for what no verb of theirs shows."""

    def settings_for(self, overrides: Mapping[str, Json] | None, **changes: Any) -> ClusterSettings:
        """Settings with this world's image and namespace, but not yet a way to reach it."""
        values = tuple(Override(pointer, value) for pointer, value in (overrides or {}).items())
        profile = ProfileSection.everyone(default_container_image=self.image, job_json_overrides=values)
        return ClusterSettings(**{"namespace": self.namespace, "profiles": (profile,), **changes})

    def job(self, *acts: Act, **options: Any) -> Job:
        """A job that does these acts; the options are those of :meth:`Job.shell`."""
        return Job.shell(self.script(*acts), **{"name": "contract", **options})

    def container(self, name: str, *acts: Act) -> dict[str, Json]:
        """A container for the pod beside the job's own, as Kubernetes writes it."""
        return {"name": name, "image": self.image, "command": ["/bin/sh", "-c", self.script(*acts)]}

    def script(self, *acts: Act) -> str:
        """The script that a container runs to do these acts."""
        return shell_of(acts)

    @abc.abstractmethod
    async def release(self, job_id: str, gate: str, *, container: str = "") -> None:
        """Open a gate for a running container; the job's own if none is named."""

    # --- the cluster's objects

    @abc.abstractmethod
    async def create(self, resource: Resource, body: Object) -> Object:
        """Create an object; a resource without a namespace is the cluster's own."""

    @abc.abstractmethod
    async def objects(self, resource: Resource, *, label_selector: str = "") -> list[Object]:
        """The objects of a kind that are there."""

    @abc.abstractmethod
    async def patch(self, resource: Resource, patch: Object) -> Object:
        """Change an object by a merge patch."""

    @abc.abstractmethod
    async def delete(self, resource: Resource, *, grace_s: int | None = None) -> None:
        """Delete an object, and in the background what it owns."""

    async def job_object(self, job_id: str) -> Object:
        """The Job of an id."""
        (found,) = [each for each in await self.objects(self.within(JOBS)) if _name(each) == job_id]
        return found

    async def pods_of(self, job_id: str) -> list[Object]:
        """The Pods of a job that are there."""
        return await self.objects(self.within(PODS), label_selector=f"{JOB_NAME_LABEL}={job_id}")

    async def until_recorded(self, *job_ids: str) -> None:
        """Return when the ends of these jobs stand on their Jobs: from then on any process tells them."""

        async def are_recorded() -> bool:
            metadata = [(await self.job_object(job_id))["metadata"] for job_id in job_ids]
            return all(FINAL_ANNOTATION in each.get("annotations", {}) for each in metadata)

        await self.until(are_recorded, "the ends are recorded")

    async def names(self, resource: Resource) -> list[str]:
        """The names of the objects of a kind that are not being deleted, in order."""
        found = await self.objects(self.within(resource))
        return sorted(_name(each) for each in found if "deletionTimestamp" not in each["metadata"])

    def within(self, resource: Resource) -> Resource:
        """A collection in the test's namespace."""
        return resource.within(self.namespace)

    async def until(self, condition: Callable[[], Any], what: str, *, within_s: float = 60) -> None:
        """Let time pass until something is so; ``condition`` may give an awaitable."""
        deadline = self.clock.monotonic() + within_s
        while not await _answer_of(condition):
            assert self.clock.monotonic() < deadline, f"not within {within_s:g} s: {what}"
            await self.clock.sleep(EVERY_S)  # a cluster sets no event of ours

    # --- breaking it

    @abc.abstractmethod
    def break_(self, fault: Fault) -> Breach:
        """Let requests that backends send from now on go wrong."""

    @abc.abstractmethod
    def asked(self, verb: Verb, plural: str) -> int:
        """How many such requests backends have sent so far, those that went wrong included."""

    @abc.abstractmethod
    async def cut(self) -> None:
        """Reset every connection that is open now."""

    @abc.abstractmethod
    def unreachable(self) -> AbstractAsyncContextManager[None]:
        """Nobody reaches the cluster inside the block: connections are cut, new ones refused."""

    @abc.abstractmethod
    def standing_still(self) -> AbstractAsyncContextManager[None]:
        """Inside the block connections stay open and nothing moves in them."""

    @abc.abstractmethod
    async def expire_versions(self) -> None:
        """Every version that a watch could go on from is too old from now on; watches are cut."""

    @abc.abstractmethod
    def expire_pages(self, plural: str, *, times: int = 1) -> Breach:
        """The continue token of the next page asked for has expired."""

    @abc.abstractmethod
    async def rotate_token(self) -> None:
        """The token that backends use is no longer good; its file holds a new one."""

    @abc.abstractmethod
    async def deny(self, verb: str, plural: str) -> None:
        """Take a permission away from the account of the backends."""

    @abc.abstractmethod
    async def allow(self) -> None:
        """Give back every permission that was taken away."""

    @abc.abstractmethod
    async def run_out_of_memory(self, job_id: str) -> None:
        """A job that began with ``Outgrows`` after the gate ``memory`` meets its limit."""

    @abc.abstractmethod
    async def rotate_log(self, job_id: str, *, said: bytes) -> None:
        """The log of a job that prints much is rotated: what it said first is in an older file."""

    @abc.abstractmethod
    async def evict_by_node(self, job_id: str) -> None:
        """The node evicts the job's pod: phase Failed, reason Evicted."""

    @abc.abstractmethod
    async def evict_by_api(self, job_id: str) -> None:
        """The pod's eviction is asked of the API server, as ``kubectl drain`` does."""

    @abc.abstractmethod
    async def contended(self) -> Mapping[str, Json]:
        """Overrides by which a job takes the only one of something: another pod can want it too."""

    @abc.abstractmethod
    async def preempt(self, job_id: str) -> None:
        """The scheduler makes room for a more important pod, at the cost of the job's."""

    @abc.abstractmethod
    async def losable_node(self) -> str:
        """A node of one's own, which can be lost: give it as the job's ``host``."""

    @abc.abstractmethod
    async def run_on_losable_node(self, job_id: str) -> None:
        """Let a job on such a node begin to run, where it does not do so by itself."""

    @abc.abstractmethod
    async def lose_node(self, job_id: str) -> None:
        """The node that a job runs on falls silent and is taken out of service."""

    @abc.abstractmethod
    async def connections(self) -> int:
        """How many connections, or streams where there are none, backends have open now."""

    @abc.abstractmethod
    def bytes_sent(self) -> int:
        """How many bytes have gone to backends so far, by way of every connection."""


async def _answer_of(condition: Callable[[], Any]) -> Any:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer


def _name(found: Object) -> str:
    return str(found["metadata"]["name"])
