"""Constants: what they stand for, as Go's strconv has it."""

from __future__ import annotations

import pytest

from launcher_k8s.templates.gotemplate.items import ItemType
from launcher_k8s.templates.gotemplate.literals import LiteralError, parse_float, parse_number, unquote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"plain"', "plain"),
        (r'"a\tb\n\\\""', 'a\tb\n\\"'),
        (r'"\u00e9\U0001F600\x41\101"', "é\U0001f600AA"),
        (r'"\xc3\xa9"', "é"),
        (r'"\xff"', "\udcff"),
        ('"é\udcff"', "é\ufffd"),
        ("`a\\n\r\n`", "a\\n\n"),
        ("`\udcff`", "\udcff"),
    ],
)
def test_strings(text: str, expected: str) -> None:
    assert unquote(text) == expected


@pytest.mark.parametrize("text", [r'"\q"', r'"\x4"', r'"\ud800"', r'"\U00110000"', r'"\400"', r'"\'"'])
def test_strings_that_are_none(text: str) -> None:
    with pytest.raises(LiteralError, match="invalid syntax"):
        unquote(text)


@pytest.mark.parametrize(
    ("text", "signed", "unsigned", "floating"),
    [
        ("1", 1, 1, 1.0),
        ("-1", -1, None, -1.0),
        ("-0", 0, 0, 0.0),
        ("+5", 5, None, 5.0),
        ("0x1F", 31, 31, 31.0),
        ("0b101", 5, 5, 5.0),
        ("0o17", 15, 15, 15.0),
        ("017", 15, 15, 15.0),
        ("1_000", 1000, 1000, 1000.0),
        ("0x_1", 1, 1, 1.0),
        ("9223372036854775808", None, 1 << 63, float(1 << 63)),
        ("1.5", None, None, 1.5),
        ("1e3", 1000, 1000, 1000.0),
        ("-1e3", -1000, None, -1000.0),
        ("0x1p4", 16, 16, 16.0),
        (".5", None, None, 0.5),
    ],
)
def test_a_number_is_of_all_types_that_can_hold_it(
    text: str, signed: int | None, unsigned: int | None, floating: float
) -> None:
    node = parse_number(0, text, ItemType.NUMBER)
    assert (node.int64, node.uint64, node.float64, node.complex128) == (signed, unsigned, floating, None)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2i", ItemType.NUMBER, 2j),
        ("1+2i", ItemType.COMPLEX, 1 + 2j),
        ("-1.5e3-2.5i", ItemType.COMPLEX, -1500 - 2.5j),
        ("1e+2+3i", ItemType.COMPLEX, 100 + 3j),
    ],
)
def test_complex_numbers(text: str, kind: ItemType, expected: complex) -> None:
    node = parse_number(0, text, kind)
    assert (node.complex128, node.float64) == (expected, None)


def test_a_complex_number_without_imaginary_part_is_a_number_as_well() -> None:
    node = parse_number(0, "3+0i", ItemType.COMPLEX)
    assert (node.int64, node.float64, node.complex128) == (3, 3.0, 3 + 0j)


@pytest.mark.parametrize(
    ("text", "code"), [("'a'", 97), (r"'\n'", 10), (r"'\''", 39), ("'é'", 233), (r"'\xff'", 255)]
)
def test_characters_are_numbers(text: str, code: int) -> None:
    assert parse_number(0, text, ItemType.CHAR_CONSTANT).int64 == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1__0", 'illegal number syntax: "1__0"'),
        ("08", 'integer overflow: "08"'),
        ("0x", 'illegal number syntax: "0x"'),
        (".", 'illegal number syntax: "."'),
        ("1e400", 'illegal number syntax: "1e400"'),
        ("18446744073709551616", 'integer overflow: "18446744073709551616"'),
    ],
)
def test_numbers_that_are_none(text: str, message: str) -> None:
    with pytest.raises(LiteralError) as caught:
        parse_number(0, text, ItemType.NUMBER)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["inf", "nan", "1e", "0x1", "1 ", "", "e5", "1_", "_1"])
def test_what_is_no_floating_point_number(text: str) -> None:
    assert parse_float(text) is None
