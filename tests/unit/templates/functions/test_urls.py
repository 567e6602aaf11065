from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions.urls import REGISTRY
from launcher_k8s.templates.govalues.values import GoError

PARTS = {
    "scheme": "http",
    "host": "h:80",
    "hostname": "h",
    "path": "/a b",
    "query": "x=1",
    "opaque": "",
    "fragment": "f",
    "userinfo": "u:p",
}
TEXT = "http://u:p@h:80/a%20b?x=1#f"


def test_a_url_comes_apart_and_together_again() -> None:
    assert REGISTRY["urlParse"].call(TEXT) == PARTS
    assert REGISTRY["urlJoin"].call(PARTS) == TEXT


def test_nothing_is_a_url() -> None:
    assert REGISTRY["urlJoin"].call({}) == ""
    assert set(REGISTRY["urlParse"].call("").values()) == {""}


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"scheme": 1}, "unable to parse scheme key, must be of type string, but int found"),
        ({"path": ["a"]}, "unable to parse path key, must be of type string, but slice found"),
        ({"host": None}, "runtime error: invalid memory address or nil pointer dereference"),
        (
            {"userinfo": "é"},
            'unable to parse userinfo in dict: parse "proto://é@host": net/url: invalid userinfo',
        ),
    ],
)
def test_parts_that_make_no_url(parts: dict[str, Any], error: str) -> None:
    with pytest.raises(GoError) as raised:
        REGISTRY["urlJoin"].call(parts)
    assert str(raised.value) == error


def test_what_is_no_url() -> None:
    with pytest.raises(GoError, match='unable to parse url: parse ":": missing protocol scheme'):
        REGISTRY["urlParse"].call(":")
