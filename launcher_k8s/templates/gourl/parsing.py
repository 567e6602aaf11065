"""A URL out of its text.

Source: Go 1.26, net/url/url.go (``Parse``).
"""

from __future__ import annotations

import re
import string
from typing import Final

from launcher_k8s.templates.gourl.addresses import parse_address
from launcher_k8s.templates.gourl.escaping import Part, escape, unescape
from launcher_k8s.templates.gourl.url import Url, UserInfo
from launcher_k8s.templates.govalues.characters import to_lower
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import GoError

_CONTROL: Final = re.compile("[\x00-\x1f\x7f]").search
_SCHEME: Final = re.compile("([A-Za-z][A-Za-z0-9+.-]*):").match
_PORT: Final = re.compile("(?::[0-9]*)?").fullmatch
_USERINFO: Final = frozenset(string.ascii_letters + string.digits + "-._:~!$&'()*+,;=%@")


def parse_url(text: str) -> Url:
    """``url.Parse``.

    Raises:
        GoError: It is none.
    """
    rest, _, fragment = text.partition("#")
    try:
        url = _parse(rest)
    except GoError as error:
        raise GoError(f"parse {quote(rest)}: {error}") from None
    if fragment:
        try:
            url.fragment, url.raw_fragment = _unescaped(fragment, Part.FRAGMENT)
        except GoError as error:
            raise GoError(f"parse {quote(text)}: {error}") from None
    return url


def _parse(text: str) -> Url:
    if _CONTROL(text):
        raise GoError("net/url: invalid control character in URL")
    url = Url()
    if text == "*":
        url.path = "*"
        return url
    rest = _take_scheme(url, text)
    if rest.endswith("?") and rest.count("?") == 1:
        url.has_empty_query, rest = True, rest[:-1]
    else:
        rest, _, url.query = rest.partition("?")
    if not rest.startswith("/"):
        if url.scheme:
            url.opaque = rest
            return url
        if ":" in rest.partition("/")[0]:
            raise GoError("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (url.scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        _set_authority(url, authority)
        rest = slash + path
    elif url.scheme and rest.startswith("/"):
        url.omits_host = True
    url.path, url.raw_path = _unescaped(rest, Part.PATH)
    return url


def _take_scheme(url: Url, text: str) -> str:
    """The scheme, and what is left of the text."""
    if text.startswith(":"):
        raise GoError("missing protocol scheme")
    match = _SCHEME(text)
    if match is None:
        return text
    url.scheme = to_lower(match[1])
    return text[match.end() :]


def _unescaped(text: str, part: Part) -> tuple[str, str]:
    """A text without escapes, and with them if they are not the ones that would be made."""
    plain = unescape(text, part)
    return plain, "" if escape(plain, part) == text else text


def _set_authority(url: Url, authority: str) -> None:
    userinfo, at, host = authority.rpartition("@")
    url.host = _parse_host(host)
    if not at:
        return
    if not _USERINFO.issuperset(userinfo):
        raise GoError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    name = unescape(name, Part.USER)
    url.user = UserInfo(name, unescape(password, Part.USER) if colon else None)


def _parse_host(host: str) -> str:
    bracket = host.rfind("[")
    if bracket > 0:
        raise GoError("invalid IP-literal")
    if bracket == 0:
        return _parse_literal(host)
    # Programs whose go.mod names Go 1.26 or later take the first one in a web address (urlstrictcolons).
    colon = host.rfind(":")
    if colon >= 0:
        _check_port(host[colon:])
    return unescape(host, Part.HOST)


def _check_port(text: str) -> None:
    if not _PORT(text):
        raise GoError(f"invalid port {quote(text)} after host")


def _parse_literal(host: str) -> str:
    """An address in brackets, perhaps with a zone and a port."""
    end = host.rfind("]")
    if end < 0:
        raise GoError("missing ']' in host")
    port = host[end + 1 :]
    _check_port(port)
    name, zone, identifier = host[1:end].partition("%25")
    address = unescape(name, Part.HOST) + unescape(zone + identifier, Part.ZONE)
    try:
        is_version_4 = parse_address(address)
    except GoError as error:
        raise GoError(f"invalid host: {error}") from None
    if is_version_4:
        raise GoError("invalid IP-literal")
    return f"[{address}]{port}"
