from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions import toml, yaml
from launcher_k8s.templates.govalues.values import GoError

CALLS = {**toml.REGISTRY, **yaml.REGISTRY}
MISMATCH = "error unmarshaling JSON: while decoding JSON: json"


@pytest.mark.parametrize(
    ("name", "argument", "result"),
    [
        ("toYaml", {"a": ["b"]}, "a:\n- b"),
        ("toYaml", "\x7f", ""),
        ("toYamlPretty", {"a": ["b"]}, "a:\n  - b"),
        ("fromYaml", "a: 1\nb: [yes]", {"a": 1.0, "b": [True]}),
        ("fromYaml", "", {}),
        ("fromYamlArray", "[1]", [1.0]),
        ("fromYamlArray", "~", []),
        ("toToml", {"a": 1}, "a = 1\n"),
        ("toToml", [None], "toml: cannot encode array with nil element"),
        ("fromToml", "a = 1", {"a": 1}),
    ],
)
def test_it_gives(name: str, argument: Any, result: Any) -> None:
    assert CALLS[name].call(argument) == result


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "error converting YAML to JSON: yaml: mapping values are not allowed in this context"),
        ("[1]", f"{MISMATCH}: cannot unmarshal array into Go value of type map[string]interface {{}}"),
    ],
)
def test_what_is_wrong_with_a_document_is_its_value(text: str, problem: str) -> None:
    assert CALLS["fromYaml"].call(text) == {"Error": problem}


def test_numbers_are_floats_as_json_has_them() -> None:
    assert type(CALLS["fromYaml"].call("a: 1")["a"]) is float


@pytest.mark.parametrize(
    ("name", "argument"), [("mustToYaml", "\x7f"), ("mustToToml", [None]), ("toToml", None)]
)
def test_it_ends_the_render(name: str, argument: Any) -> None:
    with pytest.raises(GoError):
        CALLS[name].call(argument)
