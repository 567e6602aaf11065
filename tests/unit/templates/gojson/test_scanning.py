from __future__ import annotations

import pytest

from launcher_k8s.templates.gojson.scanning import find_error

END = "unexpected end of JSON input"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", END),
        ("[1", END),
        ('{"a"', END),
        ('"abc', END),
        ("-", "invalid character ' ' in numeric literal"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("falze", "invalid character 'z' in literal false (expecting 's')"),
        ("nulx", "invalid character 'x' in literal null (expecting 'l')"),
        ("'a'", r"invalid character '\'' looking for beginning of value"),
        ("[,]", "invalid character ',' looking for beginning of value"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("{a}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("1 2", "invalid character '2' after top-level value"),
        ('"a\n"', r"invalid character '\n' in string literal"),
        (r'"\x"', "invalid character 'x' in string escape code"),
        (r'"\u12g4"', r"invalid character 'g' in \u hexadecimal character escape"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ("01", "invalid character '1' after top-level value"),
        ("é", "invalid character 'Ã' looking for beginning of value"),
    ],
)
def test_the_first_byte_that_cannot_be_is_told(text: str, error: str) -> None:
    assert find_error(text.encode()) == error


@pytest.mark.parametrize("text", ["0", "-1.5e+3", '{"a":[{},[]],"b":null}', " true ", r'"\u00e9\n"', "[1E2]"])
def test_nothing_is_wrong_with_json(text: str) -> None:
    assert find_error(text.encode()) is None


def test_what_is_nested_deeper_than_go_reads_is_wrong() -> None:
    assert find_error(b"[" * 10_001) == "invalid character '[' exceeded max depth"
    assert find_error(b"[" * 10_000 + b"]" * 10_000) is None
