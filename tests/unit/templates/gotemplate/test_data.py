"""What templates are given: copies, and nothing that leads to Python."""

from __future__ import annotations

import os
from typing import Any

import pytest

from launcher_k8s.templates.gotemplate.data import DEEPEST, copy_data
from launcher_k8s.templates.govalues.values import MISSING, Int64, StringList
from tests.unit.templates.gotemplate.rendering import failure, render


def test_a_template_changes_nothing_of_what_it_is_given() -> None:
    data = {"m": {"a": 1}, "l": [{"b": 2}]}
    assert render('{{set .m "a" 2}}{{range .l}}{{set . "b" 3}}{{end}}', data) == "map[a:2]map[b:3]"
    assert data == {"m": {"a": 1}, "l": [{"b": 2}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, 2), [1, 2]),
        ({"a": ("x",)}, {"a": ["x"]}),
        (1 << 63, float(1 << 63)),
        ((1 << 63) - 1, (1 << 63) - 1),
        ("a\ud800b\udcff", "a\ufffdb\ufffd"),
        ({"\ud800": "\udfff"}, {"\ufffd": "\ufffd"}),
        ("\U0001f600é", "\U0001f600é"),
    ],
)
def test_values_become_what_json_would_make_of_them(value: Any, expected: Any) -> None:
    assert copy_data(value) == expected


def test_gos_own_values_are_kept() -> None:
    for value in (Int64(1), StringList(["a"]), MISSING, b"bytes", 1j):
        assert copy_data(value) is value


@pytest.mark.parametrize("value", [object(), {1, 2}, os, os.environ.get, {"a": [object]}, type])
def test_other_objects_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="which no template can use"):
        copy_data(value)


def test_keys_must_be_text() -> None:
    with pytest.raises(TypeError, match="1 as a key"):
        copy_data({1: 2})


def test_data_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match=f"more than {DEEPEST} levels"):
        copy_data(endless)


@pytest.mark.parametrize(
    "name", ["__class__", "get", "items", "keys", "upper", "__init__", "mro", "gi_frame"]
)
@pytest.mark.parametrize("value", [{}, "text", 1, 1.5, True, [1], None, b"", Int64(1), StringList()])
def test_fields_are_never_pythons(name: str, value: Any) -> None:
    data = {"v": value}
    text = f"{{{{.v.{name}}}}}"
    if value == {}:
        assert render(text, data) == "<no value>"
    else:
        assert f".{name}" in failure(text, data).cause or f"field {name} in" in failure(text, data).cause
