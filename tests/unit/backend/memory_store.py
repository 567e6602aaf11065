"""The objects of a cluster in memory, one count of versions for all of them, and what happens to them.

Nothing happens by itself, and nothing takes time: a test lets a pod start, print and end.
"""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from launcher_k8s.shape.names import MAIN_CONTAINER

Object = dict[str, Any]

_START = datetime(2026, 11, 21, tzinfo=UTC)


class MemoryStore:
    """Objects by collection and name, the events that made them so, and what pods have printed."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Object] = {}
        self.version = 1
        self.history: list[tuple[int, str, str, Object]] = []
        self.printed: dict[str, list[tuple[datetime, bytes]]] = defaultdict(list)
        self.hangups = 0
        self.news = asyncio.Event()  # another one after each change

    def put(self, plural: str, obj: Object) -> Object:
        """Store an object, new or changed, and tell the watches."""
        kind = "MODIFIED" if (plural, obj["metadata"]["name"]) in self.objects else "ADDED"
        return self._store(kind, plural, obj)

    def drop(self, plural: str, name: str, *, silently: bool = False) -> None:
        """Take an object away; silently: as if it happened while nobody watched."""
        obj = self.objects.pop((plural, name))
        if not silently:
            self._store("DELETED", plural, obj)
            del self.objects[plural, name]

    def start(self, job_id: str) -> str:
        """Let a job's pod start; returns its name."""
        name = self.schedule(job_id)
        self._set_state(name, "Running", {"running": {"startedAt": self._time()}})
        return name

    def end(self, job_id: str, code: int = 0) -> None:
        """Let a job's pod end."""
        name = f"{job_id}-pod"
        status = self.objects["pods", name]["status"]["containerStatuses"][0]["state"]
        ended = {"exitCode": code, "startedAt": status["running"]["startedAt"], "finishedAt": self._time()}
        self._set_state(name, "Failed" if code else "Succeeded", {"terminated": ended})

    def schedule(self, job_id: str) -> str:
        """Let a job's pod be made, and no more; returns its name."""
        job = self.objects["jobs", job_id]
        template, uid = job["spec"]["template"], job["metadata"]["uid"]
        labels = {**template["metadata"].get("labels", {}), "job-name": job_id, "controller-uid": uid}
        name = f"{job_id}-pod"
        metadata = {**template["metadata"], "name": name, "labels": labels, "creationTimestamp": self._time()}
        self.put("pods", {"metadata": metadata, "spec": template["spec"]})
        return name

    def tell(self, plural: str, name: str, reason: str, message: str = "", *, warning: bool = True) -> None:
        """Let an Event about an object happen."""
        about = self.objects[plural, name]["metadata"]
        kind = {"jobs": "Job", "pods": "Pod"}[plural]
        event = {
            "metadata": {"name": f"{name}.{self.version}"},
            "involvedObject": {"kind": kind, "name": name, "uid": about["uid"]},
            "type": "Warning" if warning else "Normal",
            "reason": reason,
            "message": message,
            "lastTimestamp": self._time(),
        }
        self.put("events", event)

    def write_output(self, pod: str, text: bytes) -> None:
        """Let a pod print whole lines."""
        for line in text.splitlines(keepends=True):
            self.version += 1
            self.printed[pod].append((_START + timedelta(seconds=self.version), line))
        self._stir()

    def hang_up(self) -> None:
        """End every watch, as the server does after its time."""
        self.hangups += 1
        self._stir()

    def owned_by(self, job_id: str) -> Iterator[tuple[str, str]]:
        """What goes with a job when it is deleted."""
        for (plural, name), obj in self.objects.items():
            owners = [owner["name"] for owner in obj["metadata"].get("ownerReferences", ())]
            if job_id in owners or obj["metadata"].get("labels", {}).get("job-name") == job_id:
                yield plural, name

    def _set_state(self, pod: str, phase: str, state: Object) -> None:
        status = {"phase": phase, "containerStatuses": [{"name": MAIN_CONTAINER, "state": state}]}
        self.put("pods", {**self.objects["pods", pod], "status": status})

    def _store(self, kind: str, plural: str, obj: Object) -> Object:
        self.version += 1
        obj = copy.deepcopy(obj)
        metadata = obj["metadata"]
        number = self.version
        metadata.setdefault("uid", f"{number:08x}-0000-4000-8000-{number:012x}")
        metadata.setdefault("creationTimestamp", self._time())
        metadata["resourceVersion"] = str(self.version)
        self.objects[plural, metadata["name"]] = obj
        self.history.append((self.version, plural, kind, obj))
        self._stir()
        return obj

    def _time(self) -> str:
        return f"{_START + timedelta(seconds=self.version):%Y-%m-%dT%H:%M:%SZ}"

    def _stir(self) -> None:
        self.news.set()
        self.news = asyncio.Event()
