"""The scenario under every fault, in every world that can show it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.contract.world import World
from tests.faults.faults import ANYWHERE, AT_ONCE, ROTATED, Fault
from tests.faults.scenario import Scenario

SIMULATED = [
    *(("scripted", fault) for fault in ANYWHERE),
    *(("embedded", fault) for fault in (*ANYWHERE, ROTATED)),
]

# The harness asks an API server that comes back; Python's ssl does not close a socket that is reset too soon.
HARNESS = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.mark.parametrize(
    ("where", "faults"),
    [
        *(pytest.param(where, [fault], id=f"{where}-{fault.name}") for where, fault in SIMULATED),
        *(
            pytest.param("real", faults, id=f"real-{name}", marks=[pytest.mark.cluster, HARNESS])
            for name, faults in AT_ONCE.items()
        ),
    ],
)
async def test_nothing_is_lost_doubled_or_left_behind(world: World, faults: Sequence[Fault]) -> None:
    await Scenario(world, faults).play()
