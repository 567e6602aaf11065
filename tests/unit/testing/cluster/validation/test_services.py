# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster.objects import (
    changed,
    complaint,
    service,
)

ROWS: list[tuple[Kind, Object, str]] = [
    (kinds.SERVICE, service(ports=[]), "spec.ports: Required value"),
    (kinds.SERVICE, service(type="Magic"), 'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'),
    (kinds.SERVICE, service(type="NodePort", ports=[{"port": 1, "nodePort": 80}]), "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"),
    (kinds.SERVICE, service(ports=[{"port": 1, "targetPort": "--"}]), "[spec.ports[0].targetPort: Invalid value: \"--\": must contain at least one letter (a-z), spec.ports[0].targetPort: Invalid value: \"--\": must not contain consecutive hyphens, spec.ports[0].targetPort: Invalid value: \"--\": must not begin or end with a hyphen]"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_a_wrong_service_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said


def test_the_address_of_a_service_stays() -> None:
    said = changed(kinds.SERVICE, service(), clusterIP="10.1.2.3", clusterIPs=["10.1.2.3"])
    assert said == 'spec.clusterIPs[0]: Invalid value: ["10.1.2.3"]: may not change once set'
