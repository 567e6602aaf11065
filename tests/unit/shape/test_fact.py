from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.shape.fact import ABSENT, Builder, Fact, Path, constant, format_path, look, look_for
from launcher_k8s.shape.fact import given as given_field

keys = st.sampled_from("abc")
steps = st.tuples(keys) | st.tuples(keys, st.integers(0, 2), keys)
paths: st.SearchStrategy[Path] = st.tuples(steps, steps).map(lambda parts: parts[0] + parts[1])


def build(*placed: tuple[Path, Any]) -> dict[str, Any]:
    return Builder(Fact("code", path, constant(value), "why") for path, value in placed).build({})


@given(path=paths, value=st.integers() | st.text())
def test_what_is_placed_is_found(path: Path, value: Any) -> None:
    assert look(build((path, value)), path) == value


def test_a_mapping_is_merged_into_what_stands_there() -> None:
    whole = build((("a", "b"), {"x": 1, "y": 1}), (("a", "b"), {"y": 2, "z": 3}))
    assert whole == {"a": {"b": {"x": 1, "y": 2, "z": 3}}}


def test_building_does_not_share_the_mapping_it_was_given() -> None:
    given_mapping = {"x": 1}
    assert build((("a",), given_mapping), (("a", "y"), 2)) == {"a": {"x": 1, "y": 2}}
    assert given_mapping == {"x": 1}


def test_what_holds_nothing_is_not_built() -> None:
    whole = build((("a", "list", 0, "b"), 1), (("c", "d"), ABSENT), (("a", "list", 1, "b"), 2))
    assert whole == {"a": {"list": [{"b": 1}, {"b": 2}]}}


def test_keys_stand_in_the_order_of_the_facts() -> None:
    whole = build((("a", "x"), 1), (("b",), 2), (("a", "y", "z"), 3), (("a", "w"), 4))
    assert list(whole) == ["a", "b"]
    assert list(whole["a"]) == ["x", "y", "w"]


@pytest.mark.parametrize(
    "path", [("a", "x"), ("x",), ("a", "b", 1), ("a", "b", "0"), ("a", "null"), ("a", "b", 0, "c", "d")]
)
def test_nothing_is_found_where_nothing_is(path: Path) -> None:
    assert look({"a": {"b": [{"c": 1}], "null": None}}, path) is ABSENT


@pytest.mark.parametrize(("kind", "expected"), [(dict, {}), (list, [1]), (str, "")])
def test_look_for_gives_an_empty_value_of_the_kind_instead_of_another(kind: type[Any], expected: Any) -> None:
    assert look_for({"a": [1]}, ("a",), kind) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "containers", 0, "env"), "spec.containers[0].env"),
        (("metadata", "labels", "my.org/x"), "metadata.labels['my.org/x']"),
        (("annotations", "USER_TAG_0"), "annotations.USER_TAG_0"),
        (("job-name",), "['job-name']"),
        ((), ""),
    ],
)
def test_a_path_is_written_as_in_yaml(path: Path, text: str) -> None:
    assert format_path(path) == text


@pytest.mark.parametrize(("value", "expected"), [("x", "x"), ("", ABSENT), (0, ABSENT), ([], ABSENT), (5, 5)])
def test_an_empty_field_is_left_out(value: Any, expected: Any) -> None:
    assert given_field("f")({"f": value}) == expected
