"""What is known of one container of a pod: its runs, what it waits for, and its status object.

Shapes are those a kubelet 1.36 writes; times have whole seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.wording import kind_of

START_ERROR_CODE: Final = 128
NEVER: Final = datetime.fromtimestamp(0, UTC)
CREATING: Final = "ContainerCreating"
INITIALIZING: Final = "PodInitializing"
MOST_EXIT_CODE: Final = 255


def check_exit_code(code: object) -> None:
    """See that a program can end with a code.

    Raises:
        TypeError: It is no integer.
        ValueError: A process of Linux has no such exit code.
    """
    if not isinstance(code, int) or isinstance(code, bool):
        raise TypeError(f"an exit code is an integer, not {kind_of(code)}")
    if not 0 <= code <= MOST_EXIT_CODE:
        raise ValueError(f"an exit code is from 0 to {MOST_EXIT_CODE}, not {code}")


class Run(msgspec.Struct, frozen=True, gc=False):
    """One run of a container, from its start to its end.

    Args:
        container_id: Of this run.
        started_at: When its program started; 1970 if it could not be started.
        finished_at: When it ended, if it has.
        exit_code: 128 and the signal's number for a signal, as a shell says it.
        reason: ``Completed``, ``Error``, ``OOMKilled``, ``StartError``...
        message: More, if there is more to say.
    """

    container_id: str
    started_at: datetime
    finished_at: datetime | None = None
    exit_code: int = 0
    reason: str = ""
    message: str = ""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.finished_at is not None

    def state(self) -> Object:
        """The run as ``state`` or ``lastState``."""
        if self.finished_at is None:
            return {"running": {"startedAt": stamp(self.started_at)}}
        terminated: Object = {
            "exitCode": self.exit_code,
            "reason": self.reason,
            "startedAt": stamp(self.started_at),
            "finishedAt": stamp(self.finished_at),
            "containerID": self.container_id,
        }
        if self.message:
            terminated["message"] = self.message
        return {"terminated": terminated}


class Container(msgspec.Struct, gc=False, eq=False):
    """One container of a pod.

    Args:
        spec: As in the pod.
        init: Whether it is an init container (a sidecar included).
        waiting: Reason and message, while it waits.
        run: The present run, or the last one of a container that runs no more.
        last: The run before.
        restarts: How often it was started again.
        image_id: Of an image that was there.
    """

    spec: Mapping[str, Any]
    init: bool = False
    waiting: tuple[str, str] | None = (CREATING, "")
    run: Run | None = None
    last: Run | None = None
    restarts: int = 0
    image_id: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.spec["name"])

    @property
    def is_sidecar(self) -> bool:
        """Whether it is an init container that runs beside the main ones."""
        return self.init and self.spec.get("restartPolicy") == "Always"

    @property
    def is_running(self) -> bool:
        """Whether its program runs now."""
        return self.waiting is None and self.run is not None and not self.run.ended

    @property
    def end(self) -> Run | None:
        """The last run of a container that neither runs nor waits."""
        run = self.run
        return run if self.waiting is None and run is not None and run.ended else None

    @property
    def succeeded(self) -> bool:
        """Whether it has ended well."""
        end = self.end
        return end is not None and end.exit_code == 0

    @property
    def is_ready(self) -> bool:
        """Whether it counts as ready: it runs, or it is an init container that is done."""
        return self.is_running or (self.init and not self.is_sidecar and self.succeeded)

    def begin(self, run: Run) -> None:
        """A new run has started, or failed to."""
        if self.run is not None:
            self.last, self.restarts = self.run, self.restarts + 1
        self.waiting, self.run = None, run

    def wait(self, reason: str, message: str = "") -> None:
        """It is not running, for this reason."""
        self.waiting = (reason, message)

    def status(self) -> Object:
        """Its entry among the pod's container statuses."""
        spec, run, is_running = self.spec, self.run, self.is_running
        status: Object = {
            "name": spec["name"],
            "image": spec.get("image", ""),
            "imageID": self.image_id if run is not None else "",
            "state": self._state(),
            "lastState": self._last_state(),
            "ready": is_running or self.is_ready,
            "restartCount": self.restarts,
            "started": is_running,
        }
        if run is not None:
            status["containerID"] = run.container_id
            status["resources"] = resources = _amounts(spec)
            if "requests" in resources:
                status["allocatedResources"] = resources["requests"]
        if mounts := spec.get("volumeMounts"):
            status["volumeMounts"] = [_volume_mount(each) for each in mounts]
        return status

    def _state(self) -> Object:
        if self.waiting is not None:
            reason, message = self.waiting
            return {"waiting": {"reason": reason} | ({"message": message} if message else {})}
        assert self.run is not None
        return self.run.state()

    def _last_state(self) -> Object:
        if self.waiting is not None and self.run is not None and self.run.ended:
            return self.run.state()
        return self.last.state() if self.last is not None else {}


@lru_cache(maxsize=64)
def stamp(moment: datetime) -> str:
    """A time as objects carry it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _amounts(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {key: dict(value) for key, value in spec.get("resources", {}).items() if value}


def _volume_mount(mount: Mapping[str, Any]) -> Object:
    status: Object = {"mountPath": mount["mountPath"], "name": mount["name"]}
    if mount.get("readOnly"):
        status["readOnly"], status["recursiveReadOnly"] = True, "Disabled"
    return status
