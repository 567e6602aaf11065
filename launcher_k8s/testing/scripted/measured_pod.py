"""What a scripted pod uses, for the metrics API and for commands that look at its processes."""

from __future__ import annotations

from typing import Self

import attrs

from launcher_k8s.processes import ProcessTotals
from launcher_k8s.quantity import MEGABYTE
from launcher_k8s.testing.cluster import metrics
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.scripted.connected_pod import ConnectedPod
from launcher_k8s.testing.scripted.pod_record import Site


@attrs.frozen
class _Usage:
    cores: float
    memory_bytes: int
    totals: ProcessTotals


class MeasuredPod(ConnectedPod):
    """A pod that can be measured."""

    def __init__(self, pod: Object, site: Site) -> None:
        super().__init__(pod, site)
        self._usages: dict[str, _Usage] = {}

    def uses(
        self,
        *,
        cpus: float = 0.0,
        mem_mb: float = 0.0,
        cpu_time_s: float = 0.0,
        virtual_memory_mb: float = 0.0,
        container: str = "",
    ) -> Self:
        """A container uses so much from now on, while it runs.

        Of a pod of which that was never said, the metrics API knows nothing, as of one that has just begun.

        Args:
            cpus: CPU, in cores.
            mem_mb: Memory, in MB (10^6 bytes).
            cpu_time_s: CPU time so far, in seconds.
            virtual_memory_mb: Address space, in MB (10^6 bytes).
            container: Which; the job's by default.
        """
        totals = ProcessTotals(cpu_time_s, _in_bytes(virtual_memory_mb))
        self._usages[self._container(container).name] = _Usage(cpus, _in_bytes(mem_mb), totals)
        return self

    # --- for the site

    @property
    def measured(self) -> list[Object]:
        """What the metrics API tells of its containers that run."""
        return [
            {"name": name, "usage": metrics.amounts(usage.cores, usage.memory_bytes)}
            for name, usage in self._usages.items()
            if self.runs_in(name)
        ]

    def totals_of(self, container: str) -> ProcessTotals:
        """What the processes of a container have used."""
        usage = self._usages.get(container)
        return usage.totals if usage else ProcessTotals(0.0, 0)


def _in_bytes(megabytes: float) -> int:
    return round(megabytes * float(MEGABYTE))
