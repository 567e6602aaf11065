from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.regex import REGISTRY
from launcher_k8s.templates.govalues.values import GoError, NilStringList, StringList


def call(name: str, *arguments: Any) -> Any:
    return REGISTRY[name].call(*arguments)


@pytest.mark.parametrize("form", ["regex", "mustRegex"])
@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("Match", ("^a+$", "aaa"), True),
        ("Match", ("^a$", "a\n"), False),
        ("Match", ("(?i)É", "é"), True),
        ("Find", ("[0-9]+", "ab12cd3"), "12"),
        ("Find", ("x", "abc"), ""),
        ("Find", ("a|ab", "ab"), "a"),
        ("FindAll", ("[a-c]", "abcd", -1), StringList(["a", "b", "c"])),
        ("FindAll", ("[a-c]", "abcd", 2), StringList(["a", "b"])),
        ("FindAll", ("[a-c]", "abcd", 0), NilStringList()),
        ("FindAll", ("x", "abcd", -1), NilStringList()),
        ("FindAll", ("b*", "abbé", -1), StringList(["", "bb", ""])),
        ("Split", ("z+", "pizza", -1), StringList(["pi", "a"])),
        ("Split", ("z", "pizza", 2), StringList(["pi", "za"])),
        ("Split", ("", "héy", -1), StringList(["h", "é", "y"])),
        ("Split", ("a", "", -1), StringList([""])),
        ("Split", ("a", "banana", 0), NilStringList()),
        ("Split", ("a", "ba", -1), StringList(["b", ""])),
        ("ReplaceAll", ("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-"),
        ("ReplaceAll", ("a(x*)b", "-ab-axxb-", "$1W"), "---"),
        ("ReplaceAll", ("(?P<n>x)", "axb", "[$n$$$]"), "a[x$$]b"),
        ("ReplaceAll", ("x", "axb", "${"), "a${b"),
        ("ReplaceAll", ("x", "axb", "$01$9"), "ab"),
        ("ReplaceAll", ("x*", "abxé", "-"), "-a-b-é-"),
        ("ReplaceAll", ("", "", "-"), "-"),
        ("ReplaceAllLiteral", ("a(x*)b", "-ab-axxb-", "${1}"), "-${1}-${1}-"),
    ],
)
def test_both_forms_do_the_same(form: str, name: str, arguments: tuple[Any, ...], result: Any) -> None:
    found = call(form + name, *arguments)
    assert (found, type(found)) == (result, type(result))


def test_a_wrong_pattern_matches_nothing() -> None:
    assert call("regexMatch", "(", "(") is False


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Find", ("(", "")),
        ("FindAll", ("(", "", 1)),
        ("Split", ("(", "", 1)),
        ("ReplaceAll", ("(", "", "")),
        ("ReplaceAllLiteral", ("(", "", "")),
    ],
)
def test_a_wrong_pattern_panics_in_the_plain_form(name: str, arguments: tuple[Any, ...]) -> None:
    said = "error parsing regexp: missing closing ): `(`"
    for form, message in [("regex", f"regexp: Compile(`(`): {said}"), ("mustRegex", said)]:
        with pytest.raises(GoError) as caught:
            call(form + name, *arguments)
        assert str(caught.value) == message


def test_a_wrong_pattern_is_an_error_of_must_match() -> None:
    with pytest.raises(GoError, match="missing closing"):
        call("mustRegexMatch", "(", "")


@given(st.text("a.*+é[]()\\^$|{}-\udcff"))
def test_a_quoted_text_matches_itself(text: str) -> None:
    quoted = call("regexQuoteMeta", text)
    if "\udcff" not in text:
        assert call("regexFind", f"^{quoted}$", text) == text


@given(st.text("abx ", max_size=12), st.sampled_from(["x", "x+", "[ab]", "a|x", "(a)(b)"]))
def test_matches_are_those_of_python_where_the_two_agree(text: str, written: str) -> None:
    found = [match[0] for match in re.finditer(written, text)]
    assert call("regexFindAll", written, text, -1) == found
    assert call("regexReplaceAllLiteral", written, text, "-") == re.sub(written, "-", text)
