from __future__ import annotations

import base64

from launcher_k8s.testing.cluster import kinds
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import stored


def test_texts_of_a_secret_become_bytes() -> None:
    made = stored(
        kinds.SECRET, {"metadata": objects.metadata(), "stringData": {"a": "b"}, "data": {"c": "ZA=="}}
    )
    assert made["data"] == {"a": base64.b64encode(b"b").decode(), "c": "ZA=="}
    assert "stringData" not in made
    assert made["type"] == "Opaque"


def test_a_namespace_is_labelled_with_its_name_and_active() -> None:
    made = stored(kinds.NAMESPACE, {"metadata": {"name": "n", "uid": objects.UID}})
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "n"}
    assert made["status"] == {"phase": "Active"}


def test_limits_of_containers_follow_from_their_maximum() -> None:
    limits = [
        {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Mi"}},
        {"type": "Pod", "max": {"cpu": "3"}},
    ]
    made = stored(kinds.LIMIT_RANGE, {"metadata": objects.metadata(), "spec": {"limits": limits}})
    assert made["spec"]["limits"][0]["default"] == {"cpu": "2"}
    assert made["spec"]["limits"][0]["defaultRequest"] == {"cpu": "2", "memory": "1Mi"}
    assert made["spec"]["limits"][1] == limits[1]


def test_a_claim_is_protected_and_pending() -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    made = stored(kinds.PERSISTENT_VOLUME_CLAIM, {"metadata": objects.metadata(), "spec": spec})
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    assert made["status"] == {"phase": "Pending"}
