from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.shape.fact import Data
from launcher_k8s.templates.documents import DocumentError, read_document
from launcher_k8s.templates.structure import Attempt, changed_by_values, neutral, neutral_data

PLAIN = "kind: Job\nname: {name}\n"
IN_LIST = "args:\n  - {name}\n"
QUOTED = 'name: "{name}"\n'


def wrong(template: str, data: Data, *, needs: str = "") -> str:
    """What is found for a template that puts fields into a text, and fails for values without some text."""

    def render(values: Data) -> str | None:
        return template.format(**values) if all(needs in str(text) for text in values.values()) else None

    def read(text: str) -> dict[str, Any] | None:
        try:
            return read_document(text).value
        except DocumentError:
            return None

    text = template.format(**data)
    return changed_by_values(data, Attempt(text, read_document(text).value), render, read)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        (PLAIN, "x\nhostNetwork: true"),
        (PLAIN, "{a: b}"),
        (PLAIN, "[a, b]"),
        (IN_LIST, "a: b"),
        (IN_LIST, "-"),
        (IN_LIST, "- a"),
        (IN_LIST, "? a"),
        (IN_LIST, "x\n  - y"),
        ("a: [{name}]\n", "b, c"),
        ("{name}: x\n", "a: 1\nb"),
        ("a: {{{name}: 1}}\n", "b: 2, c"),
        ("a: &a {{b: c}}\nd: {{e: f, {name}: *a}}\n", "<<"),
        (QUOTED, 'x"\nhostNetwork: "true'),
    ],
)
def test_a_value_that_becomes_structure_is_told_with_its_field(template: str, value: str) -> None:
    assert wrong(template, {"name": value}) == ("the value of name changes the structure of what is rendered")


@pytest.mark.parametrize("value", ["x", "", "a b", "null", "1e3", "a#b", "a:b", "\N{SNOWMAN}", "yes", "~"])
@pytest.mark.parametrize("template", [PLAIN, IN_LIST])
def test_a_value_that_stays_one_scalar_is_none(template: str, value: str) -> None:
    assert wrong(template, {"name": value}) == ""


def test_the_item_of_a_list_is_named() -> None:
    data = {"args": ["a", "b: c"]}
    assert wrong("args:\n  - {args[0]}\n  - {args[1]}\n", data).startswith("the value of args[1] changes")


def test_values_that_only_together_change_the_structure_are_told() -> None:
    def render(values: Data) -> str:
        return "a: x" if "," in values["b"] + values["c"] else "a: [x]"

    data = {"b": "1,2", "c": "3,4"}
    found = changed_by_values(
        data, Attempt("a: x", {"a": "x"}), render, lambda text: read_document(text).value
    )
    assert found == "several values together change the structure of what is rendered"


def test_a_field_that_must_keep_its_characters_does_not_hide_another() -> None:
    data = {"pattern": "team: x", "name": "x\nhostNetwork: true"}

    def fails_for_other_patterns(values: Data) -> str | None:
        return PLAIN.format(**values) if values["pattern"] == "team: x" else None

    text = PLAIN.format(**data)
    made = Attempt(text, read_document(text).value)
    found = changed_by_values(data, made, fails_for_other_patterns, lambda text: read_document(text).value)
    assert found == (
        "whether the value of pattern changes the structure of what is rendered cannot be told: the template "
        "fails when harmless characters stand for the special ones"
    )


def test_where_a_kind_of_character_is_needed_the_others_are_tried() -> None:
    assert wrong(PLAIN, {"name": "[x]\nhostNetwork: 'true'"}, needs="\n").startswith(
        "the value of name changes"
    )
    assert wrong(QUOTED, {"name": "team: 'x'"}, needs=":") == ""


def test_a_value_of_which_nothing_can_be_tried_is_told() -> None:
    assert "name changes the structure of what is rendered cannot be told" in wrong(
        QUOTED, {"name": "team: x"}, needs=":"
    )


def test_a_text_that_is_no_document_without_its_values_is_made_of_them() -> None:
    assert wrong("a: {name}\n  b: 1\n", {"name": "\n"}).startswith("the value of name changes")


def test_keys_that_are_sorted_in_another_order_are_the_same_structure() -> None:
    def render(values: Data) -> str:
        return "a:\n" + "".join(f'  "{key}": x\n' for key in sorted(values["labels"]))

    data = {"labels": {"#z": "", "y": ""}}
    made = Attempt(render(data), read_document(render(data)).value)
    assert changed_by_values(data, made, render, lambda text: read_document(text).value) == ""


def test_keys_stay_different() -> None:
    assert neutral({"a:": 1, "a,": 2, "ax": 3}) == {"ax": 1, "axx": 2, "axxx": 3}


def test_what_the_launcher_computes_is_as_it_was() -> None:
    data = {"servicePortsJson": '[{"a": 1}]', "name": "[x]"}
    assert neutral_data(data) == {"servicePortsJson": '[{"a": 1}]', "name": "xxx"}


@given(value=st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_is_harmless_stays_so(value: Any) -> None:
    assert neutral(neutral(value)) == neutral(value)


@given(text=st.text(max_size=30))
def test_a_harmless_text_is_one_scalar_of_the_same_length(text: str) -> None:
    harmless = neutral(text)
    assert len(harmless) == len(text)
    assert not isinstance(read_document(f"a:\n  - {harmless}\n").value["a"][0], dict | list)
