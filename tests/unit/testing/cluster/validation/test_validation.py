from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster.objects import (
    complaint,
    job,
    plain,
    pod,
    service,
    stored,
)

GOOD: list[tuple[Kind, Object]] = [
    (kinds.JOB, job()),
    (kinds.POD, pod()),
    (kinds.SERVICE, service()),
    (kinds.CONFIG_MAP, plain(data={"a.b-c_D": "1"})),
    (kinds.SECRET, plain(data={"a": "AA=="})),
    (kinds.SERVICE_ACCOUNT, plain()),
    (kinds.EVENT, plain(involvedObject={"namespace": "here"})),
    (kinds.LEASE, plain(spec={"leaseDurationSeconds": 1})),
    (kinds.ROLE, plain(rules=[{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}])),
    (kinds.CLUSTER_ROLE, plain(rules=[{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}])),
    (
        kinds.ROLE_BINDING,
        plain(roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "u"}]),
    ),
    (
        kinds.RESOURCE_QUOTA,
        plain(spec={"hard": {"pods": "1", "count/jobs.batch": "2", "requests.cpu": "1500m"}}),
    ),
    (
        kinds.NODE,
        plain(spec={"taints": [{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute"}]}),
    ),
]


@pytest.mark.parametrize(("kind", "new"), GOOD, ids=lambda each: each.kind if isinstance(each, Kind) else "")
def test_what_is_good_is_taken_and_may_be_stored_again(kind: Kind, new: Object) -> None:
    assert complaint(kind, new) == ""
    made = stored(kind, new)
    again = {name: dict(part) if isinstance(part, dict) else part for name, part in made.items()}
    assert complaint(kind, again, made) == ""
