# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster.objects import (
    complaint,
    plain,
)

ROWS: list[tuple[Kind, Object, str]] = [
    (kinds.RESOURCE_QUOTA, plain(spec={"hard": {"pods": "1500m"}}), 'spec.hard[pods]: Invalid value: "1500m": must be an integer'),
    (kinds.RESOURCE_QUOTA, plain(spec={"scopes": ["BestEffort", "NotBestEffort"]}), 'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'),
    (kinds.LIMIT_RANGE, plain(spec={"limits": [{"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}), 'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_a_wrong_limit_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said
