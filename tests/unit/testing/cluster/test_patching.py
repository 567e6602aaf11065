from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import POD

Asker = Any
Make = Callable[..., dict[str, Any]]
NOT_APPLICABLE = "the server rejected our request due to an error in our request"


@pytest.fixture
def a(ask: Asker, maps: Resource, new_map: Make) -> Resource:
    ask("create", maps, new_map("a"))
    return maps.named("a")


@pytest.mark.parametrize(
    ("kind", "body", "code", "message"),
    [
        (
            MERGE_PATCH,
            b"{nope",
            400,
            "error decoding patch: invalid character 'n' looking for beginning of object key string",
        ),
        (
            STRATEGIC_MERGE_PATCH,
            b"{nope",
            400,
            "invalid character 'n' looking for beginning of object key string",
        ),
        (MERGE_PATCH, b"", 400, "error decoding patch: unexpected end of JSON input"),
        (MERGE_PATCH, b"null", 400, "Invalid JSON Patch"),
        (
            MERGE_PATCH,
            b"[]",
            400,
            (
                "error decoding patch: json: cannot unmarshal array into Go value of type "
                "map[string]interface {}"
            ),
        ),
        (
            JSON_PATCH,
            b"{}",
            400,
            (
                "error decoding patch: json: cannot unmarshal object into Go value of type "
                "[]handlers.jsonPatchOp"
            ),
        ),
        (JSON_PATCH, b'[{"op":"remove","path":"/data/nope"}]', 422, NOT_APPLICABLE),
        (
            MERGE_PATCH,
            b'{"metadata":{"name":"b"}}',
            400,
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            JSON_PATCH,
            b'[{"op":"remove","path":"/metadata/name"}]',
            400,
            "the name of the object (a based on URL) was undeterminable: name must be provided",
        ),
        (
            MERGE_PATCH,
            b'{"metadata":{"namespace":"b"}}',
            400,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        ("application/json", b"{}", 415, "415: Unsupported Media Type"),
    ],
)
def test_what_is_no_patch(ask: Asker, a: Resource, kind: str, body: bytes, code: int, message: str) -> None:
    refused = ask("patch", a, body, content_type=kind)

    assert (refused.code, refused.body["message"]) == (code, message)


@pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC_MERGE_PATCH])
def test_null_takes_away(ask: Asker, a: Resource, kind: str) -> None:
    assert "data" not in ask("patch", a, {"data": None}, content_type=kind).body


def test_an_empty_strategic_patch_changes_nothing(ask: Asker, a: Resource) -> None:
    before = ask("get", a).body

    assert ask("patch", a, b"null", content_type=STRATEGIC_MERGE_PATCH).body == before


def test_a_patch_of_something_that_is_not_there(ask: Asker, maps: Resource) -> None:
    refused = ask("patch", maps.named("nope"), {})

    assert refused.body["message"] == 'configmaps "nope" not found'


def test_a_value_of_a_wrong_type_is_refused_with_the_whole_object(ask: Asker, a: Resource) -> None:
    refused = ask("patch", a, {"data": {"y": 1}})

    assert refused.code == 422
    assert refused.body["message"].startswith(' "" is invalid: patch: Invalid value: "{')
    assert refused.body["message"].endswith(
        "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
    )


def test_an_unknown_field_is_warned_of_and_dropped(ask: Asker, a: Resource) -> None:
    before = ask("get", a).body

    warned = ask("patch", a, {"foo": 1})

    assert warned.warnings == ('unknown field "foo"',)
    assert warned.body == before


def test_a_patch_makes_no_other_kind(ask: Asker, a: Resource) -> None:
    refused = ask("patch", a, {"kind": "Pod"})

    assert refused.body["message"].endswith("converting (v1.Pod) to (core.ConfigMap): unknown conversion")


def test_what_a_patch_leaves_alone_is_shared_with_the_version_before(
    ask: Asker, api: Api, pods: Resource, new_pod: Make
) -> None:
    ask("create", pods, new_pod("p"))
    before = api.find(POD, "p", "default")

    ask("patch", pods.named("p"), {"metadata": {"annotations": {"x": "1"}}})

    after = api.find(POD, "p", "default")
    assert before is not None
    assert after is not None
    assert after["spec"] is before["spec"]
    assert "annotations" not in before["metadata"]


def test_a_put_makes_what_is_not_there_only_of_some_kinds(ask: Asker, maps: Resource) -> None:
    leases = Resource("leases", group="coordination.k8s.io", namespace="default")

    assert ask("update", maps.named("z"), {"metadata": {"name": "z"}}).code == 404
    assert ask("update", leases.named("z"), {"metadata": {"name": "z"}}).code == 201
    refused = ask("update", leases.named("z"), {"metadata": {"name": "z"}})
    assert refused.body["message"].endswith(
        "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
    )


APPLY = "application/apply-patch+yaml"


@pytest.mark.parametrize("name", ["a", "nope"])
def test_an_apply_is_refused_whether_the_object_is_there_or_not(
    ask: Asker, maps: Resource, a: Resource, name: str
) -> None:
    refused = ask("patch", maps.named(name), b"{}", content_type=APPLY, params={"fieldManager": "me"})
    assert (refused.code, refused.body["reason"]) == (415, "UnsupportedMediaType")
    refused = ask("patch", maps.named(name), b"{}", content_type=APPLY)
    assert (refused.code, refused.body["reason"]) == (422, "Invalid")


def test_an_object_of_another_kind_must_be_in_order_first(ask: Asker, a: Resource) -> None:
    refused = ask("patch", a, {"kind": "Secret", "data": {"b": "2"}}, content_type=MERGE_PATCH)

    assert refused.body["message"].endswith(": illegal base64 data at input byte 0")
