from __future__ import annotations

import sys

import pytest

from launcher_k8s.templates.functions.patterns import (
    PatternError,
    Subject,
    compile_pattern,
    failed_compile,
)
from launcher_k8s.templates.govalues.values import GoError


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("(a", "missing closing ): `(a`"),
        ("a)", "unexpected ): `a)`"),
        ("x[a", "missing closing ]: `[a`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a{2,1}?", "invalid repeat count: `{2,1}`"),
        ("a*{1001}", "invalid repeat count: `{1001}`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("((a{100}){100}){100}", "invalid repeat count: `{100}`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        (r"\8", r"invalid escape sequence: `\8`"),
        (r"a\Cb", r"invalid escape sequence: `\C`"),
        (r"\x{", r"invalid escape sequence: `\x{`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("(?P<é>a)", "invalid named capture: `(?P<é>`"),
        ("a(?<=b)c", "invalid named capture: `(?<=b)c`"),
        ("(?<!b>)c", "invalid named capture: `(?<!b>`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("é\udcffa", "invalid UTF-8: `\udcffa`"),
    ],
)
def test_a_pattern_that_is_none_is_told_in_the_words_of_go(written: str, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(written)
    assert str(caught.value) == f"error parsing regexp: {message}"


@pytest.mark.parametrize(("written", "quoted"), [("(", "`(`"), ("`(", '"`("')])
def test_a_panic_quotes_the_pattern(written: str, quoted: str) -> None:
    assert str(failed_compile(written, PatternError("no"))) == f"regexp: Compile({quoted}): no"


def test_a_quoted_backslash_c_is_a_letter() -> None:
    assert compile_pattern(r"\\C").find(Subject(r"a\C"), 0) == [(1, 3)]


def test_groups_have_numbers_and_names() -> None:
    pattern = compile_pattern("(a)?(?P<last>b)")
    assert pattern.names == {"last": 2}
    assert pattern.find(Subject("b"), 0) == [(0, 1), (-1, -1), (0, 1)]


def test_a_boundary_is_between_characters_only() -> None:
    subject = Subject("日é")
    assert [subject.part(*span) for span in compile_pattern(r"\B").find_all(subject, 9)] == ["", "", ""]
    assert [start for start, _ in compile_pattern(r"\B").find_all(subject, 9)] == [0, 3, 5]


def test_a_boundary_inside_a_character_is_passed_over() -> None:
    assert compile_pattern(r"\B").find(Subject("aé"), 0) == [(3, 3)]


def test_a_byte_that_is_no_character_matches_as_one_and_stays_itself() -> None:
    subject = Subject("a\udcffb")
    spans = compile_pattern("[^a]").find(subject, 0)
    assert spans is not None
    assert subject.part(*spans[0]) == "\udcff"
    assert [subject.part(*span) for span in compile_pattern(".").find_all(subject, 9)] == ["a", "\udcff", "b"]


def test_the_error_names_the_extra_where_re2_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(GoError, match=r"install launcher-k8s\[regex\]"):
        compile_pattern("never compiled before")


@pytest.mark.timeout(10)
def test_no_pattern_takes_exponential_time() -> None:
    assert compile_pattern("(a*)*(a*)*$b").find(Subject("a" * 20_000), 0) is None
