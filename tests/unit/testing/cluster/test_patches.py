from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.kinds import CLUSTER_ROLE, POD, SERVICE
from launcher_k8s.testing.cluster.merge_keys import merge_key
from launcher_k8s.testing.cluster.patches import PatchError, json_patch, merge_patch, strategic_merge

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("target", "patch", "merged"),  # RFC 7396, appendix A
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target: Any, patch: Any, merged: Any) -> None:
    assert merge_patch(target, patch) == merged


@given(OBJECTS, OBJECTS)
def test_no_patch_writes_into_what_it_patches(target: dict[str, Any], patch: dict[str, Any]) -> None:
    before = copy.deepcopy((target, patch))

    merge_patch(target, patch)
    strategic_merge(POD, target, patch)

    assert (target, patch) == before


def test_a_merge_shares_what_it_leaves_alone() -> None:
    target = {"metadata": {"name": "x"}, "spec": {"a": 1}}

    assert merge_patch(target, {"metadata": {"name": "y"}})["spec"] is target["spec"]


def test_json_patch_applies_all_operations() -> None:
    target = {"data": {"a": "1"}}

    patched = json_patch(
        target,
        [{"op": "test", "path": "/data/a", "value": "1"}, {"op": "add", "path": "/data/b", "value": "2"}],
    )

    assert patched == {"data": {"a": "1", "b": "2"}}
    assert target == {"data": {"a": "1"}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/data/a", "value": "2"},
        {"op": "remove", "path": "/data/b"},
        {"op": "replace", "path": "/data/b", "value": "1"},
        {"op": "add", "path": "/nope/b", "value": "1"},
        {"op": "jump", "path": "/data/a"},
        {"op": "add", "path": "data", "value": "1"},
        {"op": "add", "value": "1"},
        {"op": "move", "from": "/zz", "path": "/a"},
        {"path": "/data/a"},
    ],
)
def test_an_operation_that_cannot_be_applied(operation: dict[str, Any]) -> None:
    with pytest.raises(PatchError):
        json_patch({"data": {"a": "1"}}, [operation])


def containers(*items: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"containers": list(items)}}


def test_items_are_merged_by_what_tells_them_apart() -> None:
    target = containers({"name": "a", "image": "1", "tty": True}, {"name": "b", "image": "1"})

    merged = strategic_merge(POD, target, containers({"name": "a", "image": "2"}))

    assert merged == containers({"name": "a", "image": "2", "tty": True}, {"name": "b", "image": "1"})


def test_a_new_item_comes_first_as_in_the_server() -> None:
    merged = strategic_merge(POD, containers({"name": "a"}, {"name": "b"}), containers({"name": "c"}))

    assert [each["name"] for each in merged["spec"]["containers"]] == ["c", "a", "b"]


def test_an_item_can_be_deleted() -> None:
    patch = containers({"name": "a", "$patch": "delete"})

    assert strategic_merge(POD, containers({"name": "a"}, {"name": "b"}), patch) == containers({"name": "b"})


def test_a_list_can_be_replaced() -> None:
    patch = containers({"$patch": "replace"}, {"name": "c"})

    assert strategic_merge(POD, containers({"name": "a"}), patch) == containers({"name": "c"})


def test_an_object_can_be_replaced_or_emptied() -> None:
    target = {"metadata": {"labels": {"a": "1"}}}

    for directive, labels in (("replace", {"b": "2"}), ("delete", {})):
        patch = {"metadata": {"labels": {"$patch": directive, "b": "2"}}}
        assert strategic_merge(POD, target, patch) == {"metadata": {"labels": labels}}


def test_texts_are_merged_as_a_set_and_deleted_by_value() -> None:
    target = {"metadata": {"finalizers": ["a", "b"]}}

    added = strategic_merge(POD, target, {"metadata": {"finalizers": ["c", "a"]}})
    deleted = strategic_merge(POD, target, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}})

    assert sorted(added["metadata"]["finalizers"]) == ["a", "b", "c"]
    assert deleted["metadata"]["finalizers"] == ["b"]


def test_an_order_can_be_set() -> None:
    target = containers({"name": "a"}, {"name": "b"})
    patch = {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}

    assert strategic_merge(POD, target, patch) == containers({"name": "b"}, {"name": "a"})


def test_an_order_that_does_not_fit_the_list_is_refused() -> None:
    patch = {"spec": {"$setElementOrder/containers": [{"name": "b"}], "containers": [{"name": "a"}]}}

    with pytest.raises(PatchError, match="The order in patch list"):
        strategic_merge(POD, containers({"name": "a"}), patch)


def test_keys_that_are_not_retained_go() -> None:
    target = {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}
    change = {"name": "v", "hostPath": {"path": "/"}, "$retainKeys": ["name", "hostPath"]}

    merged = strategic_merge(POD, target, {"spec": {"volumes": [change]}})

    assert merged == {"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}}


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        (containers({"image": "x"}), "does not contain declared merge key: name"),
        (containers({"$patch": "delete"}), "does not contain declared merge key: name"),
        (containers({"name": "a", "$patch": "merge"}), "merging lists cannot yet be specified"),
        ({"spec": {"$patch": "jump"}}, "unknown patch type: jump"),
        ({"spec": {"$retainKeys": [], "a": 1}}, "invalid patch format of retainKeys"),
    ],
)
def test_a_strategic_patch_that_cannot_be_applied(patch: dict[str, Any], text: str) -> None:
    with pytest.raises(PatchError, match=text):
        strategic_merge(POD, containers({"name": "a"}), patch)


def test_what_tells_items_apart_depends_on_the_kind() -> None:
    assert merge_key(POD, "ports") == "containerPort"
    assert merge_key(SERVICE, "ports") == "port"
    assert merge_key(POD, "tolerations") is None
    assert merge_key(CLUSTER_ROLE, "rules") is None
    assert merge_key(CLUSTER_ROLE, "finalizers") == ""
