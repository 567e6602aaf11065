from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from launcher_k8s.shape.go_json import go_json
from tests.strategies import json_values

_NUMBERS = "[1,-0,0.000001,1e-7,100000000000000000000,1e+21,21712031267290990]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        ("<b>&</b>\u2028", '"\\u003cb\\u003e\\u0026\\u003c/b\\u003e\\u2028"'),
        ("é", '"é"'),
        ([1.0, -0.0, 1e-6, 1e-7, 1e20, 1e21, 2.171203126729099e16], _NUMBERS),
    ],
)
def test_json_is_written_as_go_does(value: Any, text: str) -> None:
    assert go_json(value) == text


@given(value=json_values)
def test_it_reads_back_as_the_same_value(value: Any) -> None:
    assert json.loads(go_json(value)) == value
