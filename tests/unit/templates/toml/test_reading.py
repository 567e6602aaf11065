from __future__ import annotations

import pytest

from launcher_k8s.templates.gojson.encoding import marshal
from launcher_k8s.templates.govalues.values import GoError, Int64
from launcher_k8s.templates.toml.reading import read_toml


def test_integers_are_of_64_bits() -> None:
    value = read_toml('a = 1\n[b]\nc = ["d", 1.5]')
    assert value == {"a": 1, "b": {"c": ["d", 1.5]}}
    assert type(value["a"]) is Int64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad", "toml: line 1: unexpected EOF; expected key separator '='"),
        ("a 1", "toml: line 1: expected '.' or '=', but got '1' instead"),
        ("b = 1\na =", "toml: line 2: unexpected EOF; expected value"),
    ],
)
def test_a_bad_document_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(GoError) as caught:
        read_toml(text)
    assert str(caught.value) == message


def test_dates_and_times_are_times() -> None:
    value = read_toml("a = 2001-01-01T10:00:00.5+02:00\nb = 2001-01-02\nc = 10:00:00")
    assert marshal(value) == (
        '{"a":"2001-01-01T10:00:00.5+02:00","b":"2001-01-02T00:00:00Z","c":"0000-01-01T10:00:00Z"}'
    )
