from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.toml.writing import write_toml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1e6, "1e+06"),
        (3.0, "3.0"),
        ([1, ["a"]], '[1, ["a"]]'),
        ({"a": {"b": {"c": 1}}}, "[a]\n  [a.b]\n    c = 1\n"),
        ({"m": {"x": ["y"]}, "l": ["a"]}, 'l = ["a"]\n\n[m]\n  x = ["y"]\n'),
        ({"x": {"y": [{"z": {"w": 1}}]}}, "[x]\n\n  [[x.y]]\n    [x.y.z]\n      w = 1\n"),
        ({"": 1, "a.b": 2, "é": 3}, '"" = 1\n"a.b" = 2\n"é" = 3\n'),
        ({"a": 'q"\\\n\x01\x7f'}, 'a = "q\\"\\\\\\n\\u0001\\u007f"\n'),
        ({"a": None}, ""),
        ([1, {"a": 1, "b": None}], "[1, {a = 1, }]"),
        ({"a": [1, {"b": {"c": 1}, "d": 2}]}, "a = [1, {d = 2, b = {c = 1}}]\n"),
    ],
)
def test_values_are_written_as_burnt_sushi_writes_them(value: Any, text: str) -> None:
    assert write_toml(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([{}], "toml: top-level values must be Go maps or structs"),
        ([None], "toml: cannot encode array with nil element"),
        (None, "reflect: call of reflect.Value.Type on zero Value"),
    ],
)
def test_what_has_no_form_is_refused(value: Any, message: str) -> None:
    with pytest.raises(GoError) as caught:
        write_toml(value)
    assert str(caught.value) == message
