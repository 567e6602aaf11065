from __future__ import annotations

import math
from typing import Any

import pytest

from launcher_k8s.templates.yaml.scalars import is_text, resolve


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("!!null", None)),
        ("~", ("!!null", None)),
        ("Null", ("!!null", None)),
        ("y", ("!!bool", True)),
        ("On", ("!!bool", True)),
        ("NO", ("!!bool", False)),
        ("oN", ("!!str", "oN")),
        ("1_000", ("!!int", 1000)),
        ("017", ("!!int", 15)),
        ("0o17", ("!!int", 15)),
        ("0x1F", ("!!int", 31)),
        ("-0b11", ("!!int", -3)),
        ("0b+1", ("!!int", 1)),
        ("08", ("!!float", 8.0)),
        ("18446744073709551615", ("!!int", (1 << 64) - 1)),
        ("18446744073709551616", ("!!float", 18446744073709551616.0)),
        ("+9223372036854775808", ("!!float", 9223372036854775808.0)),
        ("1e3", ("!!float", 1000.0)),
        ("1e400", ("!!str", "1e400")),
        (".5", ("!!float", 0.5)),
        ("-.Inf", ("!!float", -math.inf)),
        ("12:30", ("!!str", "12:30")),
        ("<<", ("!!str", "<<")),
        ("=", ("!!str", "=")),
        ("2001-01-01", ("!!timestamp", "2001-01-01")),
        ("2001-1-1T2:3:4.5+24:60", ("!!timestamp", "2001-1-1T2:3:4.5+24:60")),
        ("2001-01-01   10:00:00", ("!!timestamp", "2001-01-01   10:00:00")),
        ("2001-02-29", ("!!str", "2001-02-29")),
        ("2001-01-01T24:00:00Z", ("!!str", "2001-01-01T24:00:00Z")),
        ("0000-02-29", ("!!timestamp", "0000-02-29")),
    ],
)
def test_an_unquoted_scalar_means(text: str, expected: tuple[str, Any]) -> None:
    assert resolve(text) == expected


def test_nan_is_a_float() -> None:
    tag, value = resolve(".NaN")
    assert tag == "!!float"
    assert math.isnan(value)


@pytest.mark.parametrize("text", ["12:30", "1:59", "-1:2.5", "yes", "0o17", "", "1_0"])
def test_what_another_reader_would_take_for_more_is_no_text(text: str) -> None:
    assert not is_text(text)


@pytest.mark.parametrize("text", ["1:60", "nginx:1.25", "yess", "0o18", "1.2.3", "<<"])
def test_what_is_like_a_number_or_word_but_none_is_text(text: str) -> None:
    assert is_text(text)
