"""What a running job uses at one moment. Values only.

Source: domain, sections 5 ("Utilization") and 6 (response 7).
"""

from __future__ import annotations

from datetime import datetime

import attrs


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

    time: datetime
    cpu_percent: float | None = None
    cpu_time_s: float | None = attrs.field(default=None, metadata={"wire": "cpuTime"})
    virtual_memory_mb: float | None = attrs.field(default=None, metadata={"wire": "virtualMemory"})
    resident_memory_mb: float | None = attrs.field(default=None, metadata={"wire": "residentMemory"})
