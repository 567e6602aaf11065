from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.access import Denial
from launcher_k8s.testing.cluster.api import Api, Request
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, JOB, NAMESPACE, NODE, POD, Kind, Object
from launcher_k8s.testing.cluster.refusals import Refusal

Asker = Any
Make = Callable[..., dict[str, Any]]


def test_an_object_is_made_with_what_the_server_fills_in(ask: Asker, maps: Resource, new_map: Make) -> None:
    made = ask("create", maps, new_map("a", uid="mine", creationTimestamp="1999-01-01T00:00:00Z"))

    metadata = made.body["metadata"]
    assert made.code == 201
    assert (made.body["kind"], made.body["apiVersion"]) == ("ConfigMap", "v1")
    assert metadata["creationTimestamp"] == "2026-01-02T12:00:00Z"
    assert metadata["namespace"] == "default"
    assert len(metadata["uid"]) == 36
    assert metadata["resourceVersion"].isdigit()
    assert ask("get", maps.named("a")).body == made.body


def test_a_name_is_drawn_where_only_its_beginning_is_given(ask: Asker, maps: Resource) -> None:
    made = ask("create", maps, {"metadata": {"generateName": "a-"}})

    assert made.body["metadata"]["name"].startswith("a-")
    assert made.body["metadata"]["generateName"] == "a-"


def test_a_name_is_taken_once(ask: Asker, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a"))

    assert ask("create", maps, new_map("a")).body["message"] == 'configmaps "a" already exists'


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({}, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'),
        (
            {"metadata": {"name": "b", "namespace": "zz"}},
            400,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            {"metadata": {"name": "b", "resourceVersion": "5"}},
            500,
            "resourceVersion should not be set on objects to be created",
        ),
        (
            {"kind": "Pod", "apiVersion": "v1"},
            400,
            (
                'Pod in version "v1" cannot be handled as a ConfigMap: '
                "converting (v1.Pod) to (core.ConfigMap): unknown conversion"
            ),
        ),
        (
            b"{nope",
            400,
            (
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; "
                "json parse error: invalid character 'n' looking for beginning of object key string ({nope)"
            ),
        ),
    ],
)
def test_what_is_not_made(ask: Asker, maps: Resource, body: object, code: int, message: str) -> None:
    refused = ask("create", maps, body)

    assert (refused.code, refused.body["message"]) == (code, message)


def test_a_dry_run_stores_nothing(ask: Asker, maps: Resource, new_map: Make) -> None:
    made = ask("create", maps, new_map("a"), params={"dryRun": "All"})

    assert made.code == 201
    assert "resourceVersion" not in made.body["metadata"]
    assert ask("get", maps.named("a")).code == 404


def test_an_unknown_field_is_warned_of_or_refused(ask: Asker, maps: Resource, new_map: Make) -> None:
    warned = ask("create", maps, {**new_map("a"), "foo": 1})
    refused = ask("create", maps, {**new_map("b"), "foo": 1}, params={"fieldValidation": "Strict"})

    assert warned.warnings == ('unknown field "foo"',)
    assert refused.code == 400
    assert 'strict decoding error: unknown field "foo"' in refused.body["message"]


def test_yaml_is_read_too(ask: Asker, maps: Resource) -> None:
    made = ask("create", maps, b"metadata:\n  name: a\n", content_type="application/yaml")

    assert made.body["metadata"]["name"] == "a"


def test_a_replacement_keeps_what_is_not_its_own(ask: Asker, maps: Resource, new_map: Make) -> None:
    before = ask("create", maps, new_map("a", labels={"l": "1"})).body

    after = ask("update", maps.named("a"), {"metadata": {"name": "a"}, "data": {"y": "2"}}).body

    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["data"] == {"y": "2"}
    assert "labels" not in after["metadata"]


def test_a_replacement_of_an_older_version_is_refused(ask: Asker, maps: Resource, new_map: Make) -> None:
    old = ask("create", maps, new_map("a")).body
    ask("patch", maps.named("a"), {"data": {"y": "2"}})

    refused = ask("update", maps.named("a"), old)

    assert refused.code == 409
    assert refused.body["message"].endswith("please apply your changes to the latest version and try again")


def test_a_change_of_nothing_keeps_the_version(ask: Asker, maps: Resource, new_map: Make) -> None:
    before = ask("create", maps, new_map("a")).body

    assert ask("patch", maps.named("a"), {"data": {"x": "1"}}).body == before


def test_a_patch_can_ask_for_a_version(ask: Asker, maps: Resource, new_map: Make) -> None:
    version = ask("create", maps, new_map("a")).body["metadata"]["resourceVersion"]
    patch = {"metadata": {"resourceVersion": version}, "data": {"x": "2"}}

    assert ask("patch", maps.named("a"), patch).code == 200
    assert ask("patch", maps.named("a"), patch).code == 409


def test_status_and_spec_are_written_apart(ask: Asker, pods: Resource, new_pod: Make) -> None:
    ask("create", pods, new_pod("p"))
    patch = {"metadata": {"labels": {"l": "1"}}, "status": {"phase": "Running"}, "spec": {"nodeName": "n"}}

    by_status = ask("patch", pods.named("p", "status"), patch).body

    assert by_status["status"]["phase"] == "Running"
    assert by_status["metadata"]["labels"] == {"l": "1"}
    assert "nodeName" not in by_status["spec"]
    assert by_status["metadata"]["generation"] == 1
    by_spec = ask("patch", pods.named("p"), {"status": {"phase": "Failed"}}).body
    assert by_spec["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    ("verb", "resource", "code"),
    [
        ("list", Resource("foos"), 404),
        ("get", Resource("pods", namespace="default", name="p", subresource="foo"), 404),
        ("list", Resource("nodes", namespace="default"), 404),
        ("create", Resource("configmaps"), 405),
        ("create", Resource("configmaps", namespace="default", name="a"), 405),
        ("update", Resource("configmaps", namespace="default"), 405),
        ("deletecollection", Resource("namespaces"), 405),
        ("create", Resource("jobs", group="batch", namespace="default", name="j", subresource="status"), 405),
        ("create", Resource("pods", group="metrics.k8s.io", version="v1beta1", namespace="default"), 405),
    ],
)
def test_what_is_not_served(ask: Asker, verb: str, resource: Resource, code: int) -> None:
    assert ask(verb, resource).code == code


def test_a_list_is_in_order_and_says_its_version(ask: Asker, api: Api, maps: Resource, new_map: Make) -> None:
    for name in "ba":
        ask("create", maps, new_map(name))

    listed = ask("list", maps).body

    assert [item["metadata"]["name"] for item in listed["items"]] == ["a", "b", "kube-root-ca.crt"]
    assert all("kind" not in item for item in listed["items"])
    assert listed["kind"] == "ConfigMapList"
    assert listed["metadata"]["resourceVersion"] == str(api.resource_version)


def test_a_selected_list(ask: Asker, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a", labels={"l": "1"}))

    listed = ask("list", maps, params={"labelSelector": "l=1"}).body

    assert [item["metadata"]["name"] for item in listed["items"]] == ["a"]


def test_a_collection_is_deleted_by_selector(ask: Asker, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a", labels={"l": "1"}))
    ask("create", maps, new_map("b"))

    gone = ask("deletecollection", maps, params={"labelSelector": "l=1"}).body

    assert [item["metadata"]["name"] for item in gone["items"]] == ["a"]
    assert ask("get", maps.named("a")).code == 404
    assert ask("get", maps.named("b")).code == 200


def test_who_is_denied_something_is_told_what(ask: Asker, api: Api, maps: Resource) -> None:
    denial = Denial(verb="list", resource="configmaps")
    api.access.deny(denial)

    assert ask("list", maps).body["message"] == (
        'configmaps is forbidden: User "system:admin" cannot list resource "configmaps" '
        'in API group "" in the namespace "default"'
    )
    api.access.allow(denial)
    assert ask("list", maps).code == 200


def test_a_subscriber_is_told_of_every_change_in_order(api: Api) -> None:
    told: list[tuple[str, str]] = []

    def subscriber(kind: Kind, type_: str, content: Object) -> None:
        told.append((type_, content["metadata"]["name"]))
        if (type_, kind) == ("ADDED", NODE) and content["metadata"]["name"] == "a":
            api.add(NODE, {"metadata": {"name": "b"}})
            told.append(("done", "a"))

    api.subscribe(subscriber)
    api.add(NODE, {"metadata": {"name": "a"}})

    assert told == [("ADDED", "a"), ("done", "a"), ("ADDED", "b")]


def test_the_cluster_itself_writes_any_part_of_an_object(api: Api, new_pod: Make) -> None:
    api.add(POD, new_pod("p"), namespace="default")

    changed = api.change(POD, "p", "default", lambda pod: {**pod, "status": {"phase": "Running"}})

    assert changed is not None
    assert changed["status"] == {"phase": "Running"}
    assert api.find(POD, "p", "default") == changed
    assert api.change(POD, "q", "default", lambda pod: pod) is None


def test_a_cluster_begins_with_its_namespaces(api: Api) -> None:
    found = [namespace["metadata"]["name"] for namespace in api.objects(NAMESPACE)]

    assert found == ["default", "kube-node-lease", "kube-public", "kube-system"]
    assert [each["metadata"]["name"] for each in api.objects(CONFIG_MAP, "default")] == ["kube-root-ca.crt"]


def test_two_clusters_of_the_same_randomness_are_the_same(clock: Any) -> None:
    clusters = [Api(now=clock, draw=lambda size: b"\1" * size) for _ in range(2)]

    bodies = [each.answer(Request("list", NAMESPACE.resource())).body for each in clusters]

    assert bodies[0] == bodies[1]


def test_a_refused_delete_of_a_job_warns_too(ask: Asker) -> None:
    jobs = Resource("jobs", group="batch", namespace="default")

    with pytest.raises(Refusal) as caught:
        ask.api.answer(Request("delete", jobs.named("nope")))

    assert caught.value.code == 404
    assert caught.value.warnings[0].startswith("child pods are preserved by default")


def test_an_object_let_go_is_shown_without_what_held_it(ask: Asker, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a", finalizers=["x.io/y"]))
    ask("delete", maps.named("a"))

    gone = ask("patch", maps.named("a"), {"metadata": {"finalizers": None}})

    assert gone.code == 200
    assert "finalizers" not in gone.body["metadata"]


@pytest.mark.parametrize(
    ("version", "code"), [("", 200), ("0", 200), ("1", 200), ("abc", 500), ("99999", 504)]
)
def test_a_version_an_object_is_at_least_of(ask: Asker, maps: Resource, version: str, code: int) -> None:
    assert ask("get", maps.named("kube-root-ca.crt"), params={"resourceVersion": version}).code == code


def test_what_a_test_adds_is_read_as_a_request_is(api: Api, ask: Asker) -> None:
    container = {"name": "main", "image": "i", "stdin": False}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    api.add(JOB, {"metadata": {"name": "j"}, "spec": {"template": template}}, namespace="default")
    # What Go leaves out must not look like a change of the template, which may not be changed.
    suspended = ask("patch", JOB.resource("default").named("j"), {"spec": {"suspend": True}})
    assert (suspended.code, suspended.body["spec"]["suspend"]) == (200, True)
    with pytest.raises(Refusal, match=r'unknown field "spec\.colour"'):
        api.add(JOB, {"metadata": {"name": "k"}, "spec": {"colour": "red"}}, namespace="default")
