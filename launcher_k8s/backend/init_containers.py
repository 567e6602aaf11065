"""What is known of an init container, whose output may be wanted long before the job itself runs.

The tracker's rows hold the job's own container alone, so the Pod is read. Source: Kubernetes, "Init
containers": each runs to its end before the next; one with ``restartPolicy: Always`` goes on beside the job.
"""

from __future__ import annotations

from typing import Any

import msgspec

from launcher_k8s.kube.logs import ContainerLife
from launcher_k8s.rows.decoding import Lean, NamedContainer, decode


class _InitContainer(NamedContainer):
    restart_policy: str = ""


class _Spec(Lean):
    containers: list[NamedContainer] | None = None
    init_containers: list[_InitContainer] | None = None
    ephemeral_containers: list[NamedContainer] | None = None


class _State(Lean):
    running: dict[str, Any] | None = None
    terminated: dict[str, Any] | None = None


class _ContainerStatus(Lean):
    name: str
    state: _State = msgspec.field(default_factory=_State)
    last_state: _State = msgspec.field(default_factory=_State)
    container_id: str = msgspec.field(name="containerID", default="")

    @property
    def has_begun(self) -> bool:
        """Whether it was ever started; of one that was not, too, a kubelet says at last that it has ended."""
        is_told_of = self.state.terminated is not None and self.container_id != ""
        return is_told_of or self.state.running is not None or self.last_state.terminated is not None


class _Status(Lean):
    init_container_statuses: list[_ContainerStatus] | None = None


class PodContainers(Lean):
    """The containers of a Pod, and how far its init containers have come."""

    spec: _Spec
    status: _Status = msgspec.field(default_factory=_Status)

    def names(self) -> list[str]:
        """The names of all containers."""
        kinds = (self.spec.containers, self.spec.init_containers, self.spec.ephemeral_containers)
        return [container.name for kind in kinds for container in kind or ()]

    def has_init(self, name: str) -> bool:
        """Whether an init container is called so."""
        return any(each.name == name for each in self.spec.init_containers or ())

    def life_of_init(self, name: str, job: ContainerLife) -> ContainerLife:
        """What becomes of an init container's output.

        Args:
            name: The init container.
            job: The same of the job's own container.
        """
        known = [each for each in self.status.init_container_statuses or () if each.name == name]
        if not known or not known[0].has_begun:
            return job if job is ContainerLife.LIVE else ContainerLife.NEVER
        is_over = known[0].state.terminated is not None and not self._goes_on(name)
        return ContainerLife.ENDED if is_over else job

    def _goes_on(self, name: str) -> bool:
        inits = self.spec.init_containers or ()
        return any(each.name == name and each.restart_policy == "Always" for each in inits)


_pods = msgspec.json.Decoder(PodContainers)


def decode_containers(body: bytes) -> PodContainers:
    """The containers of a Pod.

    Raises:
        ClusterError: It is none.
    """
    return decode(_pods, body, "a Pod")
