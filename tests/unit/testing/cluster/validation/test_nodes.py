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
    (kinds.NODE, plain(spec={"taints": [{"key": "a", "effect": "Never"}]}), 'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_a_wrong_node_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said
