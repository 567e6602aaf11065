from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gourl.parsing import parse_url
from launcher_k8s.templates.gourl.url import Url, UserInfo
from launcher_k8s.templates.govalues.values import GoError

HOSTS = st.text("abc.-", min_size=1, max_size=8)
TEXTS = st.text("ab/%é ?#&=+", max_size=8)


def test_the_parts_of_a_url() -> None:
    url = parse_url("HTTP://u%20x:p%40@h.example:80/a%20b/%2F?q=1&r#f%20g")
    assert url == Url(
        scheme="http",
        user=UserInfo("u x", "p@"),
        host="h.example:80",
        path="/a b//",
        raw_path="/a%20b/%2F",
        query="q=1&r",
        fragment="f g",
    )
    assert url.hostname == "h.example"


@pytest.mark.parametrize(
    "text",
    [
        "http://u%20x:p%40@h.example:80/a%20b/%2F?q=1&r#f%20g",
        "mailto:a@b",
        "/just/path",
        "*",
        "",
        "http://h?",
        "file:/etc/x",
        "//h/p",
        "http://[fe80::1%25en%200]:80/",
        "./a:b",
        "x#a!%28b",
    ],
)
def test_a_url_that_is_written_as_go_writes_it_stays(text: str) -> None:
    assert str(parse_url(text)) == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a\x7fb", r'parse "a\x7fb": net/url: invalid control character in URL'),
        (":x", 'parse ":x": missing protocol scheme'),
        ("1a:b", 'parse "1a:b": first path segment in URL cannot contain colon'),
        ("http://h:x/", 'parse "http://h:x/": invalid port ":x" after host'),
        ("http://h /", 'parse "http://h /": invalid character " " in host name'),
        ("http://%41/", 'parse "http://%41/": invalid URL escape "%41"'),
        ("http://é@h/", 'parse "http://é@h/": net/url: invalid userinfo'),
        ("/%zz", 'parse "/%zz": invalid URL escape "%zz"'),
        ("/%4", 'parse "/%4": invalid URL escape "%4"'),
        ("x#%zz", 'parse "x#%zz": invalid URL escape "%zz"'),
        ("http://a[b]/", 'parse "http://a[b]/": invalid IP-literal'),
        ("http://[1.2.3.4]/", 'parse "http://[1.2.3.4]/": invalid IP-literal'),
        ("http://[::1/", """parse "http://[::1/": missing ']' in host"""),
        ("http://[x]/", 'parse "http://[x]/": invalid host: ParseAddr("x"): unable to parse IP'),
        ("http://[::1]x/", 'parse "http://[::1]x/": invalid port "x" after host'),
        ("http://[::1%25%01]/", 'parse "http://[::1%25%01]/": invalid URL escape "%01"'),
    ],
)
def test_what_is_no_url(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        parse_url(text)
    assert str(raised.value) == error


@given(HOSTS, TEXTS, st.text("ab=&", max_size=5), TEXTS)
def test_what_was_written_is_read_back(host: str, path: str, query: str, fragment: str) -> None:
    url = Url(scheme="https", host=host, path="/" + path, query=query, fragment=fragment)
    read = parse_url(str(url))
    assert (read.scheme, read.host, read.path) == ("https", host, "/" + path)
    assert (read.query, read.fragment) == (query, fragment)


@pytest.mark.parametrize(
    ("host", "name"),
    [("h", "h"), ("h:80", "h"), ("h:x", "h:x"), ("[::1]:80", "::1"), ("[::1]", "::1"), ("", "")],
)
def test_the_name_of_a_host(host: str, name: str) -> None:
    assert Url(host=host).hostname == name
