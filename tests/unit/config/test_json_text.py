from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import json_text
from launcher_k8s.config.json_text import RepeatedKeyError, find_nearest, find_repeated_key, load_json

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_objects_without_repeated_keys_are_read_as_ever(value: Any) -> None:
    text = json.dumps(value)
    assert load_json(text) == value
    with pytest.raises(ValueError, match="has a key twice"):
        find_repeated_key(text)


@given(before=VALUES, inside=st.dictionaries(st.text(), VALUES, min_size=1), after=VALUES)
def test_a_key_that_is_added_again_is_found_where_it_was_added(
    before: Any, inside: dict[str, Any], after: Any
) -> None:
    key = next(iter(inside))
    start = f"[{json.dumps(before)}, {json.dumps(inside)[:-1]}, "
    text = f"{start}{json.dumps(key)}: 0}}, {json.dumps(after)}]"
    with pytest.raises(RepeatedKeyError):
        load_json(text)
    repeated = find_repeated_key(text)
    assert (repeated.offset, repeated.path) == (len(start), f"[1].{key}")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a": 1, "a": 2}', "a"),
        (r'{"a": 1, "\u0061": 2}', "a"),
        ('{"a": {"a": {"b": 1, "c": [{}], "b": 1}}}', "a.a.b"),
        ('{"x": [1, "a", {"n": "n", "v": "n"}, {"n": 1, "n": 1}]}', "x[3].n"),
        ('{"a": "}\\", {", "b": [], "b": 1}', "b"),
    ],
)
def test_the_path_of_a_repeated_key(text: str, path: str) -> None:
    assert find_repeated_key(text).path == path


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("", '{"a"'),
        ("a", '"a"'),
        ("a[1]", '{"b"'),
        ("a[1].b", '"b"'),
        ("a[1].c", '{"b"'),
        ("a[7].x.y", '"a"'),
        ("none[0].such", '{"a"'),
    ],
)
def test_the_nearest_part_of_a_path_is_found(path: str, part: str) -> None:
    text = ' {"a": [1, {"b": {}}], "z": {"a": [0, {}]}}'
    assert list(find_nearest(text, [path])) == [text.index(part)]


def test_a_path_is_made_only_for_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    path = json_text._path

    def make(levels: Any) -> str:
        made.append(path(levels))
        return made[-1]

    monkeypatch.setattr(json_text, "_path", make)
    text = '{"a":' * 50 + "{" + "".join(f'"b{number}":1,' for number in range(100)) + '"b0":2' + "}" * 51
    assert find_repeated_key(text).path == "a." * 50 + "b0"
    assert len(made) == 1
