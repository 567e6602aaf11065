# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster.objects import (
    complaint,
    plain,
    stored,
)

ROWS: list[tuple[Kind, Object, str]] = [
    (kinds.ROLE, plain(rules=[{"verbs": ["get"]}]), "[rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]"),
    (kinds.CLUSTER_ROLE_BINDING, plain(roleRef={"kind": "ClusterRole", "name": "r"}, subjects=[{"kind": "ServiceAccount", "name": "s"}]), "subjects[0].namespace: Required value"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_a_wrong_role_or_binding_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said


def test_what_a_binding_binds_stays() -> None:
    made = stored(kinds.ROLE_BINDING, plain(roleRef={"kind": "Role", "name": "r"}))
    said = complaint(kinds.ROLE_BINDING, {**made, "roleRef": {**made["roleRef"], "name": "s"}}, made)
    assert said.endswith("cannot change roleRef")
