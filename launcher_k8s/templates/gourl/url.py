"""A URL and its text.

Source: Go 1.26, net/url/url.go (``URL``, ``Userinfo``).
"""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.templates.gourl.escaping import Part, escape, is_plain, unescape
from launcher_k8s.templates.govalues.values import GoError, encode

_ALSO_ENCODED: Final = frozenset(b"!$&'()*+,;=:@[]%")
_DIGITS: Final = frozenset("0123456789")


@attrs.frozen
class UserInfo:
    """A user's name and password; None if there is no password."""

    name: str
    password: str | None = None

    def __str__(self) -> str:
        password = "" if self.password is None else ":" + escape(self.password, Part.USER)
        return escape(self.name, Part.USER) + password


@attrs.define
class Url:
    """A URL.

    Args:
        scheme: In small letters.
        opaque: What follows the scheme where no path does.
        user: Who asks.
        host: With its port.
        path: Without escapes.
        raw_path: With them, where they are not the ones that would be made; empty otherwise.
        query: As written.
        has_empty_query: Whether there is a ``?`` with nothing behind.
        fragment: Without escapes.
        raw_fragment: As ``raw_path``.
        omits_host: Whether a path follows the scheme without ``//``.
    """

    scheme: str = ""
    opaque: str = ""
    user: UserInfo | None = None
    host: str = ""
    path: str = ""
    raw_path: str = ""
    query: str = ""
    has_empty_query: bool = False
    fragment: str = ""
    raw_fragment: str = ""
    omits_host: bool = False

    @property
    def hostname(self) -> str:
        """The host without its port and brackets."""
        name, colon, port = self.host.rpartition(":")
        host = name if colon and _DIGITS.issuperset(port) else self.host
        return host[1:-1] if len(host) > 1 and host[0] == "[" and host[-1] == "]" else host

    def __str__(self) -> str:
        head = f"{self.scheme}:" if self.scheme else ""
        query = f"?{self.query}" if self.query or self.has_empty_query else ""
        fragment = f"#{_kept(self.raw_fragment, self.fragment, Part.FRAGMENT)}" if self.fragment else ""
        return head + (self.opaque or self._hierarchy(head)) + query + fragment

    def _hierarchy(self, head: str) -> str:
        authority = self._authority()
        path = "*" if self.path == "*" else _kept(self.raw_path, self.path, Part.PATH)
        if path and path[0] != "/" and self.host:
            path = "/" + path
        if not (head or authority) and ":" in path.partition("/")[0]:
            path = "./" + path
        return authority + path

    def _authority(self) -> str:
        named = bool(self.host) or self.user is not None
        if not named and (self.omits_host or not (self.scheme and self.path)):
            return ""
        user = "" if self.user is None else f"{self.user}@"
        return f"//{user}{escape(self.host, Part.HOST)}"


def _kept(raw: str, text: str, part: Part) -> str:
    """The text with escapes: its own ones if they say the same."""
    if raw and all(byte in _ALSO_ENCODED or is_plain(byte, part) for byte in encode(raw)):
        try:
            if unescape(raw, part) == text:
                return raw
        except GoError:
            pass
    return escape(text, part)
