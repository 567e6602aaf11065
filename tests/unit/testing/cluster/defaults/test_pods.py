from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import admit, kinds
from launcher_k8s.testing.cluster.defaults.pods import qos_class
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import stored


def first_container(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pod["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("busybox", "Always"),
        ("busybox:latest", "Always"),
        ("busybox:1", "IfNotPresent"),
        ("registry:5000/busybox", "Always"),
        ("registry:5000/busybox:2", "IfNotPresent"),
        ("busybox@sha256:" + "a" * 64, "IfNotPresent"),
    ],
)
def test_only_an_image_of_the_latest_tag_is_always_pulled(image: str, policy: str) -> None:
    made = stored(kinds.POD, objects.container(image=image))
    assert first_container(made)["imagePullPolicy"] == policy


def test_a_pod_requests_what_it_is_limited_to_but_a_template_does_not() -> None:
    limited = objects.container(resources={"limits": {"cpu": "1"}})
    made = stored(kinds.POD, limited)
    assert first_container(made)["resources"]["requests"] == {"cpu": "1"}
    job = stored(kinds.JOB, objects.job(template={"spec": limited["spec"]}))
    assert "requests" not in job["spec"]["template"]["spec"]["containers"][0]["resources"]


def test_a_probe_gets_its_times_and_its_path() -> None:
    made = stored(kinds.POD, objects.container(livenessProbe={"httpGet": {"port": 80}}))
    probe = first_container(made)["livenessProbe"]
    assert probe["httpGet"] == {"port": 80, "path": "/", "scheme": "HTTP"}
    assert (probe["timeoutSeconds"], probe["periodSeconds"], probe["failureThreshold"]) == (1, 10, 3)


def test_volumes_are_empty_directories_unless_said_and_files_get_a_mode() -> None:
    made = stored(kinds.POD, objects.pod(volumes=[{"name": "a"}, {"name": "b", "configMap": {"name": "x"}}]))
    assert made["spec"]["volumes"] == [
        {"name": "a", "emptyDir": {}},
        {"name": "b", "configMap": {"name": "x", "defaultMode": 420}},
    ]


def test_a_pod_tolerates_a_lost_node_for_five_minutes_unless_it_says_for_how_long() -> None:
    own = {
        "key": "node.kubernetes.io/not-ready",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 5,
    }
    made = stored(kinds.POD, objects.pod(tolerations=[own]))
    assert [(each["key"], each["tolerationSeconds"]) for each in made["spec"]["tolerations"]] == [
        ("node.kubernetes.io/not-ready", 5),
        ("node.kubernetes.io/unreachable", 300),
    ]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        (
            {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m", "memory": "1024Mi"}},
            "Guaranteed",
        ),
        ({"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}, "Burstable"),
        ({"limits": {"nvidia.com/gpu": "1"}}, "BestEffort"),
    ],
)
def test_the_class_of_service_follows_from_cpu_and_memory(resources: dict[str, Any], expected: str) -> None:
    assert qos_class({"containers": [{"resources": resources}]}) == expected


def test_a_pods_address_stands_in_both_fields() -> None:
    made = stored(kinds.POD, objects.pod())
    changed = admit.prepare(
        kinds.POD, {**made, "status": {**made["status"], "podIP": "10.0.0.1"}}, made, subresource="status"
    )
    assert changed["status"]["podIPs"] == [{"ip": "10.0.0.1"}]
