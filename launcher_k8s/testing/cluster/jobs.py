"""The Job controller, and the one that removes Jobs after their time to live.

Both are steps without a clock of their own: they are told of changes, keep when which Job is to be looked
at, and look when :meth:`JobController.run` is called. A change of a Job's spec is acted on at once, one
of its pods or its status after a second, so that several are seen together (``SyncJobBatchPeriod`` of
``pkg/controller/job``, Kubernetes 1.36). What a look does is in
:mod:`launcher_k8s.testing.cluster.job_sync`.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from launcher_k8s.testing.cluster import job_conditions, job_pods
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.job_backoff import NO_FAILURES, Backoff
from launcher_k8s.testing.cluster.job_pods import JobPod
from launcher_k8s.testing.cluster.job_sync import sync_job
from launcher_k8s.testing.cluster.kinds import JOB, POD, Kind, Object
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.removing import FOREGROUND, DeleteOptions
from launcher_k8s.testing.cluster.store import EventType
from launcher_k8s.testing.cluster.writing import stamp

COMPONENT: Final = "job-controller"
BATCH: Final = timedelta(seconds=1)
_AT_ONCE: Final = timedelta(0)
_LONGEST_RETRY: Final = timedelta(minutes=1)
_OURS: Final = ("", "kubernetes.io/job-controller")

Key = tuple[str, str]
"""Namespace and name."""


class _Memory(msgspec.Struct, gc=False):  # there is one for each Job, and none holds another
    """What the controller keeps of a Job that has not ended between two looks.

    Args:
        uid: Of which one of that name.
        generation: Of the spec it saw last.
        backoff: The failures so far.
        refusals: How often in a row the cluster refused a pod.
    """

    uid: str
    generation: int = 0
    backoff: Backoff = NO_FAILURES
    refusals: int = 0


class JobController:
    """Makes the pods of Jobs and writes what became of them.

    Args:
        api: The cluster.
        now: The time, aware.
        wake: Called when :attr:`due` has become earlier: somebody shall call :meth:`run` then.
    """

    def __init__(self, api: Api, *, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._api = api
        self._now = now
        self._wake = wake
        self._events = EventRecorder(api, COMPONENT, now=now)
        self._hands = _Hands(api, self._events)
        self._agenda = _Agenda()
        self._memories: dict[Key, _Memory] = {}
        self._pods: dict[str, dict[str, JobPod]] = defaultdict(dict)  # by the Job's uid, and by their own
        self._is_acting = False
        api.subscribe(self._note_job, JOB)
        api.subscribe(self._note_pod, POD)

    @property
    def due(self) -> datetime | None:
        """When the next Job is to be looked at; None while there is none."""
        return self._agenda.due

    def run(self) -> None:
        """Look at every Job whose time has come."""
        while (key := self._agenda.take(self._now())) is not None:
            self._look_at(key)

    # --- what is heard

    def _note_job(self, _kind: Kind, type_: EventType, job: Object) -> None:
        metadata = job["metadata"]
        key = (metadata["namespace"], metadata["name"])
        if type_ == "DELETED":
            self._memories.pop(key, None)
            self._agenda.drop(key)
            self._free(metadata["uid"])
            return
        if job_conditions.ended_at(job) is not None:
            self._memories.pop(key, None)
            self._plan_removal(key, job)
            self._free(metadata["uid"])
            return
        memory = self._memory(key, metadata["uid"])
        is_new_spec = memory.generation != metadata.get("generation", 0)
        memory.generation = metadata.get("generation", 0)
        if is_new_spec or not self._is_acting:  # what we write ourselves is no news
            self._plan(key, _AT_ONCE if is_new_spec else BATCH)

    def _note_pod(self, _kind: Kind, type_: EventType, pod: Object) -> None:
        owner, seen = job_pods.controller_of(pod), JobPod.of(pod)
        if owner is None:
            self._note_released(type_, seen)
            self._set_free(seen)
            return
        name, uid = owner
        if type_ == "DELETED":
            self._forget(uid, seen.uid)
        else:
            if type_ == "MODIFIED" and seen.uid not in self._pods.get(uid, ()):
                for other in self._holders_of(seen.uid):
                    self._forget(other, seen.uid)
            self._pods[uid][seen.uid] = seen
        of_job = (seen.namespace, name)
        memory = self._memories.get(of_job)
        if memory is None or memory.uid != uid:  # it has ended, or is gone
            self._set_free(seen)
        elif type_ != "ADDED" or not self._is_acting:
            self._plan(of_job, BATCH)

    def _note_released(self, type_: EventType, seen: JobPod) -> None:
        """A pod that nobody controls any more counts for the Job that had it, as long as it is there."""
        for job_uid in self._holders_of(seen.uid):
            if type_ == "DELETED":
                self._forget(job_uid, seen.uid)
            else:
                self._pods[job_uid][seen.uid] = seen

    def _holders_of(self, uid: str) -> list[str]:
        return [job_uid for job_uid, pods in self._pods.items() if uid in pods]

    def _forget(self, job_uid: str, uid: str) -> None:
        """A pod of a Job is gone, or another's."""
        pods = self._pods.get(job_uid, {})
        pods.pop(uid, None)
        if not pods:
            self._pods.pop(job_uid, None)

    def _free(self, uid: str) -> None:
        """Hold no pod of a Job back that has ended or is gone."""
        for seen in self._pods.pop(uid, {}).values():
            self._set_free(seen)

    def _set_free(self, seen: JobPod) -> None:
        if seen.is_tracked:
            self._hands.untrack(seen)

    def _plan(self, key: Key, after: timedelta) -> None:
        if self._agenda.put(key, self._now() + after):
            self._wake()

    def _plan_removal(self, key: Key, job: Object) -> None:
        ended, ttl_s = job_conditions.ended_at(job), job["spec"].get("ttlSecondsAfterFinished")
        if ended is None or ttl_s is None or "deletionTimestamp" in job["metadata"]:
            return
        due = job_pods.parse_time(ended) + timedelta(seconds=ttl_s)
        self._plan(key, max(_AT_ONCE, due - self._now()))

    # --- what is done

    def _look_at(self, key: Key) -> None:
        namespace, name = key
        job = self._api.find(JOB, name, namespace)
        if job is None or job["spec"].get("managedBy", "") not in _OURS:
            return
        if job_conditions.ended_at(job) is not None:
            self._remove_if_old(job)
        elif job["spec"].get("completionMode", "NonIndexed") != "NonIndexed":
            message = "Skipped Job sync because completion mode is unknown"
            self._events.record(JOB, job, "UnknownCompletionMode", message, warning=True)
        else:
            self._sync(key, job)

    def _sync(self, key: Key, job: Object) -> None:
        memory, now = self._memory(key, job["metadata"]["uid"]), self._now()
        self._is_acting = True
        try:
            pods = list(self._pods.get(memory.uid, {}).values())
            outcome = sync_job(job, pods, self._hands, backoff=memory.backoff, now=now, stamp=stamp(now))
        finally:
            self._is_acting = False
        memory.backoff = outcome.backoff
        memory.refusals = memory.refusals + 1 if outcome.was_refused else 0
        if outcome.was_refused:
            self._plan(key, min(BATCH * 2 ** min(memory.refusals - 1, 10), _LONGEST_RETRY))
        if outcome.again_in is not None:
            self._plan(key, outcome.again_in)

    def _remove_if_old(self, job: Object) -> None:
        """What ``pkg/controller/ttlafterfinished`` does."""
        metadata, ttl_s = job["metadata"], job["spec"].get("ttlSecondsAfterFinished")
        ended = job_conditions.ended_at(job)
        if ended is None or ttl_s is None:
            return
        if self._now() >= job_pods.parse_time(ended) + timedelta(seconds=ttl_s):
            options = DeleteOptions(propagation=FOREGROUND, uid=metadata["uid"])
            self._api.remove(JOB, metadata["name"], metadata["namespace"], options)

    def _memory(self, key: Key, uid: str) -> _Memory:
        memory = self._memories.get(key)
        if memory is None or memory.uid != uid:
            memory = self._memories[key] = _Memory(uid)
        return memory


class _Hands:
    """Acts for a look at a Job (:class:`~launcher_k8s.testing.cluster.job_sync.Hands`)."""

    def __init__(self, api: Api, events: EventRecorder) -> None:
        self._api = api
        self._events = events

    def create_pod(self, job: Object) -> bool:
        try:
            namespace = job["metadata"]["namespace"]
            pod = self._api.add(POD, job_pods.new_pod(job), namespace=namespace, is_checked=True)
        except Refusal as refusal:
            self.record(job, "FailedCreate", f"Error creating: {refusal}", warning=True)
            return False
        self.record(job, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")
        return True

    def delete_pod(self, job: Object, pod: JobPod) -> None:
        if self._api.remove(POD, pod.name, pod.namespace) is not None:
            self.record(job, "SuccessfulDelete", f"Deleted pod: {pod.name}")

    def untrack(self, pod: JobPod) -> None:
        def edit(present: Object) -> Object:
            return job_pods.untracked(present) if job_pods.is_tracked(present) else present

        self._api.change(POD, pod.name, pod.namespace, edit)

    def write_status(self, job: Object, status: Object) -> Object:
        metadata = job["metadata"]
        written = self._api.change(
            JOB, metadata["name"], metadata["namespace"], lambda present: {**present, "status": status}
        )
        return job if written is None else written

    def record(self, job: Object, reason: str, message: str, *, warning: bool = False) -> None:
        self._events.record(JOB, job, reason, message, warning=warning)


class _Agenda:
    """Which Job is to be looked at when; each stands there once, at its earliest time."""

    def __init__(self) -> None:
        self._times: dict[Key, datetime] = {}
        self._heap: list[tuple[datetime, Key]] = []

    @property
    def due(self) -> datetime | None:
        while self._heap:
            time, key = self._heap[0]
            if self._times.get(key) == time:
                return time
            heapq.heappop(self._heap)
        return None

    def put(self, key: Key, time: datetime) -> bool:
        """Note a Job; returns whether it is now the first."""
        known = self._times.get(key)
        if known is not None and known <= time:
            return False
        first = self.due
        self._times[key] = time
        heapq.heappush(self._heap, (time, key))
        return first is None or time < first

    def take(self, now: datetime) -> Key | None:
        due = self.due
        if due is None or due > now:
            return None
        _, key = heapq.heappop(self._heap)
        del self._times[key]
        return key

    def drop(self, key: Key) -> None:
        self._times.pop(key, None)
