from __future__ import annotations

import os

import pytest

from tests.differential.campaign import compare
from tests.differential.requirement import real_go

SOAK = os.environ.get("LAUNCHER_K8S_SOAK") == "1"
REQUESTS = 20_000 if SOAK else 2_000
SEED = int(os.environ.get("LAUNCHER_K8S_SEED", "1" if SOAK else "0"))


@pytest.mark.go
@pytest.mark.soak
@pytest.mark.timeout(7200 if SOAK else 900)
def test_random_templates_render_as_with_go() -> None:
    real_go()
    campaign = compare(SEED, range(REQUESTS))
    print(campaign.report())
    assert not campaign.differences
    assert not campaign.census.never
    assert 0.2 <= campaign.census.share_of_errors <= 0.4
