from __future__ import annotations

import math
from typing import Any

import pytest

from launcher_k8s.templates.functions.marshalling import HELM_REGISTRY, LAUNCHER_REGISTRY, REGISTRY
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.values import GoError, NilList, NilMap


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize("name", ["toJson", "mustToJson"])
def test_json_escapes_html(name: str) -> None:
    assert call(name, {"b": "<a&b>", "a": 1}) == '{"a":1,"b":"\\u003ca\\u0026b\\u003e"}'


@pytest.mark.parametrize("name", ["toRawJson", "mustToRawJson"])
def test_raw_json_does_not(name: str) -> None:
    assert call(name, ["<a&b>"]) == '["<a&b>"]'


@pytest.mark.parametrize("name", ["toPrettyJson", "mustToPrettyJson"])
def test_pretty_json_is_indented_by_two_blanks(name: str) -> None:
    assert call(name, {"a": [1, {}]}) == '{\n  "a": [\n    1,\n    {}\n  ]\n}'


def test_what_has_no_json_is_nothing_or_an_error() -> None:
    assert call("toJson", math.nan) == call("toPrettyJson", [1j]) == ""
    for name in ("mustToJson", "mustToPrettyJson", "toRawJson", "mustToRawJson"):
        with pytest.raises(GoError, match="json: unsupported value: NaN"):
            call(name, math.nan)


def test_what_is_no_json_is_nil_or_an_error() -> None:
    assert call("fromJson", "{") is None
    with pytest.raises(GoError, match="unexpected end of JSON input"):
        call("mustFromJson", "{")


def test_a_number_that_is_too_large_is_nil_where_it_stands() -> None:
    assert call("fromJson", "[1e999, 1]") == [None, 1.0]
    with pytest.raises(GoError, match="json: cannot unmarshal number 1e999 into Go value of type float64"):
        call("mustFromJson", "[1e999]")


def test_helms_from_json_tells_errors_in_a_map() -> None:
    from_json = HELM_REGISTRY["fromJson"].call
    assert from_json('{"a": 1}') == {"a": 1.0}
    assert from_json("{") == {"Error": "unexpected end of JSON input"}
    assert from_json("[]") == {
        "Error": "json: cannot unmarshal array into Go value of type map[string]interface {}"
    }
    assert type(from_json("null")) is NilMap


def test_from_json_array_tells_errors_in_a_list() -> None:
    from_array = LAUNCHER_REGISTRY["fromJsonArray"].call
    assert from_array("[1]") == [1.0]
    assert from_array("1e999") == ["json: cannot unmarshal number into Go value of type []interface {}"]
    assert from_array("{}") == ["json: cannot unmarshal object into Go value of type []interface {}"]
    assert type(from_array("null")) is NilList


def test_all_numbers_are_floats() -> None:
    assert type_name(call("fromJson", "7")) == "float64"
