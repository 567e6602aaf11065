"""The node's agent and its scheduler: pods in, processes out, and what faults do to them.

Pods without a node are bound to the only one, or told why they cannot be; each bound pod has a worker. The
agent also answers for the insides of pods: logs, exec, attach, metrics.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from decimal import Decimal
from signal import SIGKILL
from typing import Any, Final

from aiohttp import web

from launcher_k8s.testing.cluster import metrics
from launcher_k8s.testing.cluster.container_states import stamp
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.kinds import NODE, NODE_METRICS, POD, Kind, Object
from launcher_k8s.testing.cluster.log_access import check_log
from launcher_k8s.testing.cluster.refusals import bad_request, not_found
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.requests import Answer, Request, read_flag
from launcher_k8s.testing.cluster.statuses import FINAL_PHASES
from launcher_k8s.testing.cluster.store import EventType
from launcher_k8s.testing.local import access_to_pods, node
from launcher_k8s.testing.local.access_to_pods import PlainRefusal
from launcher_k8s.testing.local.container_runner import ContainerRunner
from launcher_k8s.testing.local.logreading import LogReader, parse_log_query
from launcher_k8s.testing.local.machine import describe
from launcher_k8s.testing.local.metrics import Meter
from launcher_k8s.testing.local.scheduling import merge, pod_requests, why_not
from launcher_k8s.testing.local.sessions import Wanted, attach, execute
from launcher_k8s.testing.local.websockets import Channels
from launcher_k8s.testing.local.worker import PodWorker, Site

SCHEDULER: Final = "default-scheduler"
"""Pods that name another one wait for it."""

LOW_ON_MEMORY: Final = "The node was low on resource: memory. "


class Kubelet:
    """Runs the pods of a cluster.

    Args:
        site: What pods share.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._api = site.api
        self._scheduler = EventRecorder(site.api, SCHEDULER, now=site.now)
        self._workers: dict[str, PodWorker] = {}
        self._waiting: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._meter = Meter()
        self._is_lost = False
        self._is_closed = False

    def start(self) -> None:
        """Register the node, and begin to look after pods."""
        made = node.node_object(
            self._site.capacity, describe(), version=self._api.version, now=self._site.now()
        )
        self._api.subscribe(self._note)
        self._api.add(NODE, made)
        # A node comes in tainted as not ready, until it says that it is.
        self._api.change(NODE, node.NAME, "", lambda present: {**present, "spec": made["spec"]})
        for pod in self._api.objects(POD):
            self._note_pod("ADDED", pod)

    async def close(self) -> None:
        """End every pod; their objects stay as they are."""
        self._is_closed = True
        workers, self._workers = list(self._workers.values()), {}
        await asyncio.gather(*(worker.forget() for worker in workers))
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- pods

    def _note(self, kind: Kind, type_: EventType, content: Object) -> None:
        if self._is_closed:
            return
        if kind is POD:
            self._note_pod(type_, content)
        elif kind is NODE:
            self._reschedule()

    def _note_pod(self, type_: EventType, pod: Object) -> None:
        uid, bound = pod["metadata"]["uid"], pod["spec"].get("nodeName")
        if type_ == "DELETED":
            self._waiting.pop(uid, None)
            worker = self._workers.pop(uid, None)
            if worker is not None:
                self._begin(worker.forget())
            self._reschedule()
        elif not bound:
            ours = pod["spec"].get("schedulerName", SCHEDULER) == SCHEDULER
            if ours and "deletionTimestamp" not in pod["metadata"]:
                self._schedule(pod)
        elif uid in self._workers:
            if not self._is_lost:
                self._workers[uid].note(pod)
            if pod.get("status", {}).get("phase") in FINAL_PHASES:
                self._reschedule()
        elif bound == node.NAME and pod.get("status", {}).get("phase") not in FINAL_PHASES:
            self._workers[uid] = PodWorker(pod, self._site)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- scheduling

    def _schedule(self, pod: Object) -> None:
        metadata = pod["metadata"]
        found = self._api.find(NODE, node.NAME)
        reason = why_not(pod, found, self._used()) if found else "no nodes available to schedule pods"
        if self._waiting.get(metadata["uid"]) == reason:
            return
        if reason:
            self._waiting[metadata["uid"]] = reason
            self._scheduler.record(POD, pod, "FailedScheduling", reason, warning=True)
            self._bind(pod, "", _condition("False", stamp(self._site.now()), "Unschedulable", reason))
            return
        self._waiting.pop(metadata["uid"], None)
        self._bind(pod, node.NAME, _condition("True", stamp(self._site.now())))
        name = f"{metadata['namespace']}/{metadata['name']}"
        self._scheduler.record(POD, pod, "Scheduled", f"Successfully assigned {name} to {node.NAME}")

    def _bind(self, pod: Object, node_name: str, condition: Object) -> None:
        def edit(present: Object) -> Object:
            status = present.get("status", {})
            others = [each for each in status.get("conditions", []) if each["type"] != "PodScheduled"]
            told = condition | {"observedGeneration": present["metadata"].get("generation", 1)}
            spec = {**present["spec"], "nodeName": node_name} if node_name else present["spec"]
            return {**present, "spec": spec, "status": {**status, "conditions": [*others, told]}}

        self._api.change(POD, pod["metadata"]["name"], pod["metadata"]["namespace"], edit)

    def _used(self) -> dict[str, Decimal]:
        used: dict[str, Decimal] = {}
        for worker in self._workers.values():
            if worker.pod.get("status", {}).get("phase") not in FINAL_PHASES:
                used = merge(used, pod_requests(worker.pod))
        return used

    def _reschedule(self) -> None:
        """Try again what found no room."""
        if self._waiting:
            for pod in self._api.objects(POD):
                if pod["metadata"]["uid"] in self._waiting and not pod["spec"].get("nodeName"):
                    self._schedule(pod)

    # --- logs, exec, attach

    def open_log(self, asked: Request) -> AsyncGenerator[bytes] | None:
        """A container's log; None for a pod that has no node yet.

        Raises:
            Refusal: There is none to be had.
        """
        resource = asked.resource
        query = parse_log_query(asked.params, resource.name, self._site.now())
        pod = self._pod(asked)
        container = access_to_pods.choose_container(pod, query.container)
        if not pod["spec"].get("nodeName"):
            return None
        runner = self._runner(pod, container)
        check_log(pod, container, previous=query.previous)
        log = None
        if runner is not None:
            log = runner.log_of(previous=query.previous)
        return _no_log(container) if log is None else LogReader(log, query).chunks()

    async def connect(self, http: web.Request, asked: Request) -> web.StreamResponse:
        """Execute a command in a container, or attach to one, over a websocket.

        Raises:
            Refusal: That cannot be done.
        """
        pod = self._pod(asked)
        container = access_to_pods.choose_container(pod, asked.params.get("container", ""))
        if not pod["spec"].get("nodeName"):
            raise bad_request(f"pod {pod['metadata']['name']} does not have a host assigned")
        runner = self._runner(pod, container)
        wanted = Wanted(
            **{name: read_flag(asked.params, name) or False for name in ("stdin", "stdout", "stderr", "tty")}
        )
        if not (wanted.stdin or wanted.stdout or wanted.stderr):
            raise PlainRefusal(400, "you must specify at least 1 of stdin, stdout, stderr")
        Channels.check(http)
        is_exec = asked.resource.subresource == "exec"
        if runner is None or runner.process is None or runner.streams is None:
            raise PlainRefusal(500, _absent(pod, container, is_exec=is_exec))
        if not is_exec:
            return await attach(http, runner, wanted)
        may_signal = self._site.runtime.capabilities.pid_namespace
        command = http.query.getall("command", [])
        return await execute(http, runner.process, command, wanted, may_signal=may_signal)

    def _pod(self, asked: Request) -> Object:
        pod = self._api.find(POD, asked.resource.name, asked.resource.namespace)
        if pod is None:
            raise not_found("pods", asked.resource.name)
        return pod

    def _runner(self, pod: Object, container: str) -> ContainerRunner | None:
        worker = self._workers.get(pod["metadata"]["uid"])
        return worker.runners.get(container) if worker is not None else None

    # --- metrics

    async def metrics(self, kind: Kind, asked: Request) -> Answer:
        """What pods or nodes use.

        Raises:
            Refusal: Nothing is known of the one that is asked for.
        """
        usages = await self._site.runtime.usage()
        cores = self._meter.cores(usages)
        used = {process: (cores[process], usage.rss_bytes) for process, usage in usages.items()}
        now = stamp(self._site.now())
        if kind is NODE_METRICS:
            total = metrics.amounts(
                sum(each[0] for each in used.values()), sum(each[1] for each in used.values())
            )
            items = [metrics.node_metrics(each, total, timestamp=now) for each in self._api.objects(NODE)]
        else:
            items = [
                metrics.pod_metrics(worker.pod, told, timestamp=now)
                for worker in self._workers.values()
                if (told := _container_usages(worker, used))
            ]
        return metrics.answer(kind, asked, items)

    # --- faults

    def evict(self, pod_name: str, namespace: str = "") -> None:
        """End a pod for lack of a resource."""
        worker = self._worker(pod_name, namespace)
        worker.record("Evicted", LOW_ON_MEMORY, warning=True)
        worker.end(grace_s=0.0, verdict=("Evicted", LOW_ON_MEMORY))

    def kill_for_memory(self, pod_name: str, namespace: str = "", *, container: str = "") -> None:
        """Kill a container, as the kernel does for using more memory than its limit."""
        worker = self._worker(pod_name, namespace)
        name = container or worker.state.main[0].name
        runner = worker.runners[name]
        if runner.process is None:
            raise LookupError(f"container {name!r} of pod {pod_name!r} does not run")
        runner.killed_for_memory = True
        self._begin(runner.process.signal(SIGKILL, everyone=True))

    def lose(self, node_name: str = "") -> None:
        """Let the node fall silent: its pods are to be deleted, and nobody is there to end them."""
        if node_name not in ("", node.NAME):
            raise LookupError(f"there is no node {node_name!r}, only {node.NAME!r}")
        self._is_lost = True
        now = self._site.now()
        self._api.change(NODE, node.NAME, "", lambda present: node.lost(present, now))
        for worker in list(self._workers.values()):
            metadata = worker.pod["metadata"]
            worker.freeze()
            self._api.change(POD, metadata["name"], metadata["namespace"], worker.state.unreachable(now))
            self._api.remove(POD, metadata["name"], metadata["namespace"], DeleteOptions(uid=metadata["uid"]))

    def _worker(self, pod_name: str, namespace: str) -> PodWorker:
        """The worker of a pod by its name, or by its Job's."""
        for worker in reversed(self._workers.values()):
            metadata = worker.pod["metadata"]
            names = (metadata["name"], metadata.get("labels", {}).get("batch.kubernetes.io/job-name"))
            if pod_name in names and namespace in ("", metadata["namespace"]):
                return worker
        raise LookupError(f"there is no pod {pod_name!r} on the node, and no pod of a Job {pod_name!r}")


def _condition(status: str, time: str, reason: str = "", message: str = "") -> Object:
    told = {"reason": reason, "message": message}
    condition = {"type": "PodScheduled", "status": status, "lastProbeTime": None, "lastTransitionTime": time}
    return condition | {key: text for key, text in told.items() if text}


def _absent(pod: Object, container: str, *, is_exec: bool) -> str:
    if is_exec:
        return f'container not found ("{container}")'
    metadata = pod["metadata"]
    return f"container {container} not found in pod {metadata['name']}_{metadata['namespace']}"


async def _no_log(container: str) -> AsyncGenerator[bytes]:
    yield f"unable to retrieve container logs for {container}".encode()


def _container_usages(worker: PodWorker, used: dict[Any, tuple[float, int]]) -> list[Object]:
    return [
        {"name": name, "usage": metrics.amounts(*used[runner.process])}
        for name, runner in worker.runners.items()
        if runner.process in used
    ]
