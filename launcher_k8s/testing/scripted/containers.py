"""The containers of one scripted pod: how far each has come, and of their specs what tells them apart.

The rest of a spec is in the Pod object, and looked up there when a status is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.testing.cluster.container_states import Container
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.statuses import find_container, new_containers


class Containers(msgspec.Struct, frozen=True, gc=False):  # each pod has one, and it holds no cycles
    """A pod's init containers and containers."""

    init: Sequence[Container]
    main: Sequence[Container]

    @classmethod
    def of(cls, pod: Object) -> Containers:
        """Those of a new pod, none of them started."""
        init, main = new_containers(pod)
        for each in (*init, *main):
            each.spec = _kept(each.spec)
        return cls(init, main)

    @property
    def every(self) -> Sequence[Container]:
        """All of them, init containers first."""
        return (*self.init, *self.main)

    @property
    def running(self) -> Sequence[Container]:
        """Those whose programs run."""
        return [each for each in self.every if each.is_running]

    def named(self, name: str) -> Container | None:
        """One by its name; the job's, or else the first, without one."""
        if name:
            return find_container(self.every, name)
        return find_container(self.main, MAIN_CONTAINER) or self.main[0]

    def with_specs(self, pod: Object) -> Containers:
        """The same with all that the pod says of them."""
        init, main = _specs(pod)
        return Containers(_with_each(self.init, init) if init else (), _with_each(self.main, main))


def program_of(pod: Object, name: str) -> str:
    """What a container of that name runs."""
    init, main = _specs(pod)
    spec = next(each for each in (*init, *main) if each["name"] == name)
    return str((spec.get("command") or ["sh"])[0])


def _with_each(containers: Sequence[Container], specs: Sequence[Mapping[str, Any]]) -> Sequence[Container]:
    return [replace(each, spec=spec) for each, spec in zip(containers, specs, strict=True)]


def _kept(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """What tells a container apart from others of its pod."""
    policy = spec.get("restartPolicy")
    return {"name": spec["name"], "restartPolicy": policy} if policy else {"name": spec["name"]}


def _specs(pod: Object) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    return pod["spec"].get("initContainers", ()), pod["spec"]["containers"]
