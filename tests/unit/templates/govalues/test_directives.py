from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.govalues.printing import sprintf
from launcher_k8s.templates.govalues.values import Int64, Uint8


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("%5d|", 42, "   42|"),
        ("%-5d|", 42, "42   |"),
        ("%05d", -42, "-0042"),
        ("%+d", 42, "+42"),
        ("% d", 42, " 42"),
        ("%.5d", 42, "00042"),
        ("%.0d|", 0, "|"),
        ("%8.3d|", -5, "    -005|"),
        ("%b", 5, "101"),
        ("%#b", 5, "0b101"),
        ("%o", 8, "10"),
        ("%#o", 8, "010"),
        ("%O", 8, "0o10"),
        ("%#x", 255, "0xff"),
        ("%#X", -255, "-0XFF"),
        ("%c", 233, "é"),
        ("%c", -1, "\ufffd"),
        ("%q", 39, r"'\''"),
        ("%+q", 233, r"'\u00e9'"),
        ("%U", 233, "U+00E9"),
        ("%#U", 233, "U+00E9 'é'"),
        ("%.6U", 233, "U+0000E9"),
        ("%U", -1, "U+FFFFFFFFFFFFFFFF"),
        ("%x", Uint8(200), "c8"),
        ("%d", Int64(-1), "-1"),
    ],
)
def test_integers(form: str, value: int, text: str) -> None:
    assert sprintf(form, value) == text


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("%f", 1.5, "1.500000"),
        ("%.2f", 2.675, "2.67"),
        ("%8.2f|", -1.5, "   -1.50|"),
        ("%08.2f", -1.5, "-0001.50"),
        ("%-8.2f|", 1.5, "1.50    |"),
        ("%+.1e", 12345.0, "+1.2e+04"),
        ("%g", 1e20, "1e+20"),
        ("%#g", 1.0, "1.00000"),
        ("%#.3x", 1.0, "0x1.000p+00"),
        ("%#v", 1e6, "1e+06"),
        ("%6.1f|", float("inf"), "  +Inf|"),
        ("%06.1f|", float("-inf"), "  -Inf|"),
        ("% f", float("nan"), " NaN"),
        ("%F", 0.5, "0.500000"),
        ("%6v|", 0.5, "   0.5|"),
        ("%.1f", 1 + 2j, "(1.0+2.0i)"),
        ("%s", 1j, "%!s(complex128=(0+1i))"),
    ],
)
def test_floats(form: str, value: complex, text: str) -> None:
    assert sprintf(form, value) == text


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("%5s|", "é", "    é|"),
        ("%-5s|", "é", "é    |"),
        ("%05s|", "é", "0000é|"),
        ("%.2s|", "日本語", "日本|"),
        ("%x", "é", "c3a9"),
        ("% X", "ab", "61 62"),
        ("%# x", "ab", "0x61 0x62"),
        ("%#x", "ab", "0x6162"),
        ("%.1x", "ab", "61"),
        ("%4x|", "", "    |"),
        ("%#q", "a\tb", "`a\tb`"),
        ("%#q", "a\nb", r'"a\nb"'),
        ("%+q", "é", r'"\u00e9"'),
        ("%7q|", "é", '    "é"|'),
        ("%t", True, "true"),
        ("%7t|", False, "  false|"),
        ("%x", ["ab", 10], "[6162 a]"),
        ("%s", b"ab", "ab"),
        ("%x", b"ab", "6162"),
        ("%t", b"a", "[%!t(uint8=97)]"),
        ("%5v|", [1, "a"], "[    1     a]|"),
        ("%3v|", None, "<nil>|"),
        ("%8v|", None, "   <nil>|"),
    ],
)
def test_texts_and_lists(form: str, value: Any, text: str) -> None:
    assert sprintf(form, value) == text


@pytest.mark.parametrize(
    ("form", "values", "text"),
    [
        ("%[2]s %[1]s", ["a", "b"], "b a"),
        ("%[1]d %d", [1, 2], "1 2"),
        ("%[3]d", [1], "%!d(BADINDEX)"),
        ("%[x]d", [1], "%!d(BADINDEX)"),
        ("%[]d", [1], "%!d(BADINDEX)"),
        ("%[1", [1], "%!(NOVERB)"),
        ("%[2]*[1]d|", [5, 4], "   5|"),
        ("%*d|", [4, 7], "   7|"),
        ("%-*d|", [4, 7], "7   |"),
        ("%*d|", [-4, 7], "7   |"),
        ("%*d", ["x", 7], "%!(BADWIDTH)7"),
        ("%*d", [10_000_000, 7], "%!(BADWIDTH)7"),
        ("%.*f", [2, 1.0], "1.00"),
        ("%.*f", [-2, 1.0], "%!(BADPREC)1.000000"),
        ("%[1]3d", [1], "%!d(BADINDEX)"),
        ("%5.", [1], "%!.(int=    1)"),
        ("%-010d|", [7], "7         |"),
        ("%é", [7], "%!é(int=7)"),
        ("%9999999999d", [7], "%!(NOVERB)%!(EXTRA int=7)"),
        ("%s %s", ["a"], "a %!s(MISSING)"),
        ("%[2]d", [1, 2], "2"),
        ("%5%%+[1]v|%#[1]v", ["a"], '%a|"a"'),
        ("%[1].2f", [1.0], "%!f(BADINDEX)"),
        ("%.[1]*f", [2, 1.0], "1.00"),
        ("%[1]s %.1f", ["a", 1.25], "a 1.2"),
        ("%[1]s%.f", ["a", 1.5], "a2"),
    ],
)
def test_indexes_widths_and_precisions(form: str, values: list[Any], text: str) -> None:
    assert sprintf(form, *values) == text
