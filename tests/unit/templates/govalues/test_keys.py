from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.govalues.keys import sort_texts, sorted_keys
from launcher_k8s.templates.govalues.values import decode, encode


def test_keys_are_in_the_order_of_their_bytes() -> None:
    mapping = dict.fromkeys(["b", "a", "B", "\uffff", "\U00010000", "\udcff", "é", ""])
    assert sorted_keys(mapping) == ["", "B", "a", "b", "é", "\uffff", "\U00010000", "\udcff"]


@given(st.lists(st.binary(max_size=4).map(decode)))
def test_texts_are_in_the_order_of_their_bytes(texts: list[str]) -> None:
    expected = sorted(map(encode, texts))
    sort_texts(texts)
    assert list(map(encode, texts)) == expected
