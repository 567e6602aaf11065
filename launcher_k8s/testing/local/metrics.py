"""How much CPU processes use: rates, made of the CPU times that /proc tells."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import attrs

from launcher_k8s.testing.local.container import Usage
from launcher_k8s.testing.local.pods import Process

_SHORTEST_S: Final = 0.5


@attrs.frozen
class _Sample:
    at: float
    cpu_s: float
    cores: float


class Meter:
    """Makes rates of CPU out of the CPU times of processes.

    A rate is over the time since the last look, or since the start of the process.
    """

    def __init__(self) -> None:
        self._samples: dict[Process, _Sample] = {}

    def cores(self, usages: Mapping[Process, Usage]) -> Mapping[Process, float]:
        """How many cores each process has used lately; forgets processes that are gone."""
        self._samples = {process: self._look(process, usage) for process, usage in usages.items()}
        return {process: sample.cores for process, sample in self._samples.items()}

    def _look(self, process: Process, usage: Usage) -> _Sample:
        now = time.time()
        before = self._samples.get(process) or _Sample(process.started_at.timestamp(), 0.0, 0.0)
        passed = now - before.at
        if passed < _SHORTEST_S and process in self._samples:
            return before
        return _Sample(now, usage.cpu_s, max(0.0, usage.cpu_s - before.cpu_s) / max(passed, 1e-3))
