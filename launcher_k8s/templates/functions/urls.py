"""Sprig's functions on URLs.

Source: Sprig 3.3.0, url.go; Go 1.26, net/url/url.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.gourl.parsing import parse_url
from launcher_k8s.templates.gourl.url import Url
from launcher_k8s.templates.govalues.kinds import kind_name
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}


@function(REGISTRY, "string", "urlParse")
def url_parse(text: str) -> dict[str, Any]:
    """A URL's parts in a map."""
    try:
        url = parse_url(text)
    except GoError as error:
        raise GoError(f"unable to parse url: {error}") from None
    return {
        "scheme": url.scheme,
        "host": url.host,
        "hostname": url.hostname,
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": "" if url.user is None else str(url.user),
    }


@function(REGISTRY, "map[string]any", "urlJoin")
def url_join(parts: dict[str, Any]) -> str:
    """A URL of such a map."""
    url = Url(
        scheme=_part(parts, "scheme"),
        host=_part(parts, "host"),
        path=_part(parts, "path"),
        query=_part(parts, "query"),
        opaque=_part(parts, "opaque"),
        fragment=_part(parts, "fragment"),
    )
    userinfo = _part(parts, "userinfo")
    if userinfo:
        try:
            url.user = parse_url(f"proto://{userinfo}@host").user
        except GoError as error:
            raise GoError(f"unable to parse userinfo in dict: {error}") from None
    return str(url)


def _part(parts: dict[str, Any], key: str) -> str:
    value = parts.get(key, "")
    if isinstance(value, str):
        return value
    if value is None:
        raise GoError("runtime error: invalid memory address or nil pointer dereference")
    raise GoError(f"unable to parse {key} key, must be of type string, but {kind_name(value)} found")
