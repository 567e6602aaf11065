from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.documents import read_document
from tests.unit.templates.jinja.rendering import failure, render

HOSTILE = "x\nhostNetwork: true\n---\n\t\"'{{ Job }}{% raw %}\x00\x7f\x85\u2028\ufeff\U0001f600 # :- *&!|>%@`"
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def shown(value: Any) -> Any:
    """What is read back: lone surrogates are no characters."""
    text = json.dumps(value)
    return json.loads(text.encode("ascii").decode(), object_hook=None) if value is None else _clean(value)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


@given(value=VALUES)
def test_any_value_is_read_back_as_it_was(value: Any) -> None:
    text = render("a: {{ Job.v }}\nb:\n  - {{ Job.v }}\nc: [{{ Job.v }}, {{ Job.v }}]\n", {"v": value})
    assert read_document(text).value == {"a": shown(value), "b": [shown(value)], "c": [shown(value)] * 2}


@given(value=TEXTS)
def test_texts_in_every_place_change_no_structure(value: str) -> None:
    text = render(
        "{{ Job.v ~ '-k' }}: {{ Job.v ~ '-x' }}\nz: {{ Job.v | upper }} # {{ Job.v }}\n", {"v": value}
    )
    assert len(read_document(text).value) == 2


def test_a_hostile_text_stays_a_text() -> None:
    assert read_document(render("a: {{ Job.v }}\nb: 1\n", {"v": HOSTILE})).value == {"a": HOSTILE, "b": 1}


def test_what_is_raw_is_printed_as_it_is() -> None:
    assert render("{{ 'a: b' | raw }}|{{ 'a: b' | safe }}|{{ 5 | raw }}|{{ none | raw }}") == "a: b|a: b|5|"


def test_raw_is_lost_where_a_text_becomes_part_of_another() -> None:
    assert render("{{ ('a' | raw) ~ 'b' }}{{ 'a' | raw | upper }}{{ ['a' | raw] }}") == '"ab""A"["a"]'


def test_a_large_text_is_printed_in_one_line() -> None:
    text = render("a: {{ Job.v }}\nb: 1\n", {"v": "y: |\n" * 200_000})
    assert text.count("\n") == 2
    assert len(read_document(text).value["a"]) == 1_000_000


def test_infinity_is_no_json() -> None:
    assert "infinity" in failure("{{ 'inf' | float }}").cause
