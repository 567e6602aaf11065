from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.strings import REGISTRY
from launcher_k8s.templates.govalues.allowance import LARGEST_TEXT, LimitError
from launcher_k8s.templates.govalues.values import (
    GoError,
    Int64,
    IntList,
    NilStringList,
    StringList,
    StringMap,
    decode,
    encode,
)

BYTES = st.binary(max_size=8).map(decode)


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


def failure(name: str, *arguments: Any) -> str:
    with pytest.raises(GoError) as caught:
        call(name, *arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("hello", (), "Hello!"),
        ("trim", (" \t\x85\u00a0a b\u3000\n",), "a b"),
        ("trim", ("\x1ca\u200b",), "\x1ca\u200b"),
        ("trimAll", ("-x", "x-a-x-"), "a"),
        ("trimall", ("", " a "), " a "),
        ("trimAll", ("\ufffd", "\udcffa\udcfe\ufffd"), "a"),
        ("trimSuffix", ("-", "a--"), "a-"),
        ("trimSuffix", ("\udca9", "é"), "\udcc3"),
        ("trimPrefix", ("a", "aab"), "ab"),
        ("trimPrefix", ("\udcc3", "é"), "\udca9"),
        ("contains", ("", "a"), True),
        ("contains", ("\udca9", "é"), True),
        ("contains", ("b", "a"), False),
        ("hasPrefix", ("a", "ab"), True),
        ("hasPrefix", ("\udcc3", "é"), True),
        ("hasSuffix", ("b", "ab"), True),
        ("hasSuffix", ("\udca9", "éa"), False),
        ("replace", ("a", "bb", "banana"), "bbbnbbnbb"),
        ("replace", ("", "-", "é!"), "-é-!-"),
        ("replace", ("\udcc3", "\udcc4", "é"), "ĩ"),
        ("repeat", (3, "ab"), "ababab"),
        ("repeat", (0, "ab"), ""),
        ("trunc", (3, "abcdef"), "abc"),
        ("trunc", (-2, "abcdef"), "ef"),
        ("trunc", (-6, "abcdef"), "abcdef"),
        ("trunc", (1, "é"), "\udcc3"),
        ("trunc", (-1, "é"), "\udca9"),
        ("substr", (1, 3, "abcdef"), "bc"),
        ("substr", (2, -1, "abcdef"), "cdef"),
        ("substr", (2, 99, "abcdef"), "cdef"),
        ("substr", (-1, 2, "abcdef"), "ab"),
        ("substr", (0, 1, "é"), "\udcc3"),
        ("plural", ("one", "many", 1), "one"),
        ("plural", ("one", "many", -1), "many"),
        ("cat", (1, None, " a ", [2]), "1  a  [2]"),
        ("cat", (), ""),
        ("quote", ('a"b', None, 1.0, True), r'"a\"b" "1" "true"'),
        ("quote", (None,), ""),
        ("quote", ('say "é"',), r'"say \"é\""'),
        ("quote", (["a", None],), '"[a <nil>]"'),
        ("squote", ("a'b", None, 5), "'a'b' '5'"),
        ("toString", (Int64(5),), "5"),
        ("toString", (b"ab",), "ab"),
        ("toString", (None,), "<nil>"),
        ("join", ("-", ["a", None, 1, 2.5]), "a-1-2.5"),
        ("join", ("-", StringList(["a", "b"])), "a-b"),
        ("join", ("-", IntList([1, 2])), "1-2"),
        ("join", ("-", "abc"), "abc"),
        ("join", ("-", None), ""),
        ("join", ("-", {"a": 1}), "map[a:1]"),
        ("join", ("-", b"ab"), "97-98"),
        ("join", ("", ["\udcc3", "\udca9"]), "é"),
    ],
)
def test_texts(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("splitList", (",", "a,b,,"), StringList(["a", "b", "", ""])),
        ("splitList", (",", ""), StringList([""])),
        ("splitList", ("", "é\udcff!"), StringList(["é", "\udcff", "!"])),
        ("splitList", ("\udcc3", "é"), StringList(["", "\udca9"])),
        ("split", ("$", "a$b"), StringMap({"_0": "a", "_1": "b"})),
        ("splitn", (",", 2, "a,b,c"), StringMap({"_0": "a", "_1": "b,c"})),
        ("splitn", (",", 0, "a,b"), StringMap()),
        ("splitn", (",", -1, "a,b"), StringMap({"_0": "a", "_1": "b"})),
        ("splitn", ("", 2, "abc"), StringMap({"_0": "a", "_1": "bc"})),
        ("splitn", ("", 9, "ab"), StringMap({"_0": "a", "_1": "b"})),
        ("splitn", ("\udcc3", 2, "éé"), StringMap({"_0": "", "_1": "\udca9é"})),
        ("toStrings", ([1, None, "a"],), StringList(["1", "a"])),
        ("toStrings", ("a",), StringList(["a"])),
        ("toStrings", (None,), StringList()),
        ("sortAlpha", (["b", 10, 9, "B"],), StringList(["10", "9", "B", "b"])),
        ("sortAlpha", ("ba",), StringList(["ba"])),
        ("sortAlpha", (None,), StringList(["<nil>"])),
    ],
)
def test_lists_of_texts_have_their_own_type(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    found = call(name, *arguments)
    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("repeat", (-1, "a"), "strings: negative Repeat count"),
        ("substr", (-1, -1, "abc"), "runtime error: slice bounds out of range [:-1]"),
        ("substr", (-1, 5, "abc"), "runtime error: slice bounds out of range [:5] with length 3"),
        ("substr", (5, -1, "abc"), "runtime error: slice bounds out of range [5:3]"),
        ("substr", (2, 1, "abc"), "runtime error: slice bounds out of range [2:1]"),
    ],
)
def test_what_panics_in_go_is_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    assert failure(name, *arguments) == message


def test_a_list_of_strings_is_put_in_order_itself() -> None:
    texts = StringList(["b", "a"])
    assert call("sortAlpha", texts) is texts
    assert texts == ["a", "b"]


def test_a_list_of_strings_stays_what_it_is() -> None:
    nothing = NilStringList()
    assert call("toStrings", nothing) is nothing


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("repeat", (1 << 40, "ab")),
        ("replace", ("a", "x" * 10_000, "a" * 10_000)),
        ("join", ("x" * (LARGEST_TEXT // 2), ["", "", "", ""])),
    ],
)
def test_a_text_too_large_is_refused(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(LimitError, match="more than a template may make"):
        call(name, *arguments)


@given(BYTES, st.integers(0, 9))
def test_a_text_is_its_first_bytes_and_the_others(text: str, count: int) -> None:
    first = call("trunc", count, text)
    rest = call("substr", min(count, len(encode(text))), -1, text)
    assert encode(first) + encode(rest) == encode(text)


@given(BYTES, st.binary(min_size=1, max_size=2).map(decode))
def test_what_is_split_and_joined_is_the_same(text: str, separator: str) -> None:
    assert call("join", separator, call("splitList", separator, text)) == text
    assert call("replace", separator, separator, text) == text
    assert call("contains", separator, text) == (encode(separator) in encode(text))
