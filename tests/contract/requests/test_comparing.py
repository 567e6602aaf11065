"""What is compared, and how narrow a wanted difference is."""

from __future__ import annotations

import pytest

from tests.contract.requests.comparing import VERDICT, Difference, Wanted, differences, wanted
from tests.contract.requests.sending import Answered

TEXT = "the pod is {a: 1} and that is wrong"


def wish(**changes: object) -> Wanted:
    return Wanted(**{"request": "reading: *", "where": "body.*", "reason": "because"} | changes)  # type: ignore[arg-type]


def differing(where: str, real: object = 1, ours: object = 2) -> Difference:
    return Difference("reading: a pod", where, real, ours)


@pytest.mark.parametrize("where", VERDICT)
def test_a_pattern_never_hides_what_clients_act_on(where: str) -> None:
    assert not wish(where=["*", "body.*"]).covers(differing(where))
    assert wish(where=[where]).covers(differing(where))


def test_a_difference_is_wanted_where_it_is_named() -> None:
    assert wish(where="body.items[?].name").covers(differing("body.items[3].name"))
    assert not wish(where="body.items[?].name").covers(differing("body.items[3].kind"))
    assert not wish(request="writing: *").covers(differing("body.kind"))


def test_of_a_text_only_the_named_part_may_differ() -> None:
    narrow = wish(within=r"\{[^{}]*\}")
    assert narrow.covers(differing("body.message", TEXT, TEXT.replace("a: 1", "b: 2")))
    assert not narrow.covers(differing("body.message", TEXT, TEXT.replace("wrong", "right")))


def test_of_other_values_the_named_part_of_their_json_may_differ() -> None:
    narrow = wish(within=r'\{"b": 1\}, ')
    assert narrow.covers(differing("body.rules", [{"b": 1}, {"c": 1}], [{"c": 1}]))
    assert not narrow.covers(differing("body.rules", [{"b": 1}, {"c": 1}], [{"c": 2}]))


def test_every_leaf_that_differs_is_told_with_its_path() -> None:
    real = {"x": Answered(200, {"items": [{"a": 1, "b": True}]}, "application/json")}
    ours = {"x": Answered(404, {"items": [{"a": 1, "b": 1}], "c": 2}, "application/json", ("299 - careful",))}
    found = differences(real, ours, real_namespace="one", our_namespace="two")
    assert [each.where for each in found] == ["code", "warnings", "body.items[0].b", "body.c"]


def test_what_servers_choose_for_themselves_is_no_difference() -> None:
    body = {"metadata": {"namespace": "one", "resourceVersion": "7"}, "rows": [{"cells": ["x", "8s"]}]}
    other = {"metadata": {"namespace": "two", "resourceVersion": "9"}, "rows": [{"cells": ["x", "4m3s"]}]}
    real, ours = {"x": Answered(200, body)}, {"x": Answered(200, other)}
    assert differences(real, ours, real_namespace="one", our_namespace="two") == []


def test_an_order_that_means_nothing_is_no_difference() -> None:
    rules = [{"verbs": ["*"]}, {"verbs": ["get"]}]
    real = {"x": Answered(200, {"nonResourceRules": rules, "verbs": ["a", "b"]})}
    ours = {"x": Answered(200, {"nonResourceRules": rules[::-1], "verbs": ["b", "a"]})}
    found = differences(real, ours, real_namespace="one", our_namespace="two")
    assert [each.where for each in found] == ["body.verbs[0]", "body.verbs[1]"]


def test_every_wanted_difference_has_a_reason() -> None:
    assert all(len(each.reason.split()) > 3 for each in wanted())
