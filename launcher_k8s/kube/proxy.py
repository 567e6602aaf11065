"""Which proxy stands between us and the API server.

The same environment variables as kubectl (Go's ``http.ProxyFromEnvironment``): ``HTTPS_PROXY`` or
``HTTP_PROXY`` by the URL's scheme, lower case too; ``NO_PROXY`` as names, ``.suffixes``, addresses and
CIDR blocks, ``*`` for everything; this machine is never reached through a proxy. (The HTTP library's
own reading of the environment would also send passwords from ``~/.netrc``.)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL; None to connect directly.

    Args:
        url: Where to go.
        environ: The process's environment.
    """
    parts = urlsplit(url)
    name = f"{parts.scheme}_proxy"
    proxy = environ.get(name.upper()) or environ.get(name) or ""
    host = (parts.hostname or "").rstrip(".")
    if not proxy or _is_loopback(host) or _is_excepted(host, parts.port, environ):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_excepted(host: str, port: int | None, environ: Mapping[str, str]) -> bool:
    listed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    entries = (entry.strip().lower() for entry in listed.split(","))
    return any(entry and _covers(entry, host, port) for entry in entries)


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        address = _address(host)
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, _, entry_port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
    if entry_port and entry_port != str(port or ""):
        return False
    name = name.removeprefix("*")
    return host == name.removeprefix(".") or host.endswith(name if name.startswith(".") else f".{name}")


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
