from __future__ import annotations

import base64
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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (1, 1, 6)),
        ({"parallelism": 3}, (3, None, 6)),
        ({"completions": 3}, (1, 3, 6)),
        ({"completionMode": "Indexed", "completions": 2, "backoffLimitPerIndex": 1}, (1, 2, 2**31 - 1)),
    ],
)
def test_a_job_gets_its_counts(given: dict[str, Any], expected: tuple[Any, ...]) -> None:
    spec = stored(kinds.JOB, objects.job(**given))["spec"]
    assert (spec["parallelism"], spec.get("completions"), spec["backoffLimit"]) == expected


def test_a_job_gets_a_selector_of_its_uid_and_labels_for_its_pods() -> None:
    made = stored(kinds.JOB, objects.job())
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": objects.UID}}
    assert labels["job-name"] == labels["batch.kubernetes.io/job-name"] == "one"
    assert made["metadata"]["labels"] == labels


def test_a_job_with_labels_keeps_them() -> None:
    new = objects.job()
    new["metadata"]["labels"] = {"own": "1"}
    assert stored(kinds.JOB, new)["metadata"]["labels"] == {"own": "1"}


def test_a_manual_selector_is_left_alone() -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": objects.pod()["spec"]}
    selector = {"matchLabels": {"a": "b"}}
    made = stored(kinds.JOB, objects.job(manualSelector=True, selector=selector, template=template))
    assert made["spec"]["selector"] == selector
    assert made["spec"]["template"]["metadata"]["labels"] == {"a": "b"}


def test_a_policy_on_failures_replaces_only_failed_pods() -> None:
    policy = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}
    spec = stored(kinds.JOB, objects.job(podFailurePolicy=policy))["spec"]
    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["podFailurePolicy"]["rules"][0]["onPodConditions"][0]["status"] == "True"


def test_a_service_gets_an_address_and_keeps_it() -> None:
    made = stored(kinds.SERVICE, objects.service())
    assert made["spec"]["clusterIP"].startswith("10.")
    assert made["spec"]["clusterIPs"] == [made["spec"]["clusterIP"]]
    again = admit.prepare(kinds.SERVICE, {**made, "spec": {"ports": [{"port": 81}]}}, made)
    assert again["spec"]["clusterIP"] == made["spec"]["clusterIP"]


def test_a_service_on_nodes_gets_ports_of_their_range() -> None:
    ports = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    made = stored(kinds.SERVICE, objects.service(type="NodePort", ports=ports))
    numbers = [port["nodePort"] for port in made["spec"]["ports"]]
    assert len(set(numbers)) == 2
    assert all(30000 <= number <= 32767 for number in numbers)


def test_a_service_without_an_address_says_so_twice() -> None:
    made = stored(kinds.SERVICE, objects.service(clusterIP="None"))
    assert made["spec"]["clusterIPs"] == ["None"]


def test_a_service_that_is_a_name_has_no_address() -> None:
    made = stored(kinds.SERVICE, objects.service(type="ExternalName", externalName="example.com", ports=[]))
    assert "clusterIP" not in made["spec"]


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
