"""What a running job uses at one moment. Values only.

Source: domain, sections 5 ("Utilization") and 6 (response 7).
"""

from __future__ import annotations

from datetime import datetime

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.present import Table, facts_table, moment


@attrs.frozen(kw_only=True)
class Utilization:
    """What a running job uses: its own container, without sidecars.

    Args:
        time: When it was measured, aware, by the cluster's clock.
        cpu_percent: CPU lately, in percent of one core: two busy cores are 200.
        cpu_time_s: CPU time so far, in seconds, of its processes that are there and the children that they
            have waited for; None where no command can be executed in its container.
        virtual_memory_mb: Address space of its processes, in MB (10^6 bytes); None as above.
        resident_memory_mb: Memory that counts against its limit and cannot be taken back (the working set),
            in MB (10^6 bytes).
    """

    __repr__ = brief

    time: datetime
    cpu_percent: float | None = None
    cpu_time_s: float | None = attrs.field(default=None, metadata={"wire": "cpuTime"})
    virtual_memory_mb: float | None = attrs.field(default=None, metadata={"wire": "virtualMemory"})
    resident_memory_mb: float | None = attrs.field(default=None, metadata={"wire": "residentMemory"})

    def text(self) -> str:
        """The figures, a line each, for a terminal."""
        return self._table().text()

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        figures = (
            ("CPU now", self.cpu_percent, ".1f", "% of one core"),
            ("CPU time", self.cpu_time_s, ".2f", "s"),
            ("resident memory", self.resident_memory_mb, ".1f", "MB"),
            ("virtual memory", self.virtual_memory_mb, ".1f", "MB"),
        )
        shown = ((name, f"{value:{form}} {unit}") for name, value, form, unit in figures if value is not None)
        return facts_table(f"Used at {moment(self.time)}", shown)
