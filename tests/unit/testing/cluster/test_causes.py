from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import causes
from launcher_k8s.testing.cluster.causes import Cause, aggregate


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (causes.required("a.b"), "a.b: Required value"),
        (causes.required("a", "say it"), "a: Required value: say it"),
        (causes.invalid("a", 'x"y', "bad"), 'a: Invalid value: "x\\"y": bad'),
        (causes.invalid("a", 0, "too small"), "a: Invalid value: 0: too small"),
        (causes.invalid("a", 1.0, "whole"), "a: Invalid value: 1: whole"),
        (causes.invalid("a", None, "no"), "a: Invalid value: null: no"),
        (causes.type_invalid("a", True, "no"), "a: Invalid value: true: no"),
        (causes.not_supported("a", "x", ["b", "c"]), 'a: Unsupported value: "x": supported values: "b", "c"'),
        (causes.not_supported("a", "x", []), 'a: Unsupported value: "x"'),
        (causes.duplicate("a[1]", {"k": 1}), 'a[1]: Duplicate value: {"k":1}'),
        (causes.not_found("a", "x"), 'a: Not found: "x"'),
        (causes.forbidden("a", "not now"), "a: Forbidden: not now"),
        (causes.too_long("a", 1), "a: Too long: may not be more than 1 byte"),
        (causes.too_long("a", 9, unit="character"), "a: Too long: may not be more than 9 characters"),
        (causes.too_many("a", 3, 1), "a: Too many: 3: must have at most 1 item"),
    ],
)
def test_a_cause_reads_as_the_server_writes_it(cause: Cause, text: str) -> None:
    assert str(cause) == text


def test_one_cause_stands_alone() -> None:
    assert aggregate([causes.required("a")]) == "a: Required value"


def test_several_causes_stand_in_brackets_each_once() -> None:
    twice = [causes.required("a"), causes.required("b"), causes.required("a")]

    assert aggregate(twice) == "[a: Required value, b: Required value]"
