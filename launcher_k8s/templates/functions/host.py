"""Sprig's functions that ask the host: environment variables and host names.

Source: Go 1.26, os/env.go; Sprig 3.3.0, functions.go and network.go.
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}

_REFERENCE: Final = re.compile(r"\$(?:\{([^}]*)\}|(\{)|([*#$@!?\-0-9])|([A-Za-z0-9_]+))")


@function(REGISTRY, "string", "env", needs_effects=True)
def environment(effects: Effects, name: str) -> str:
    """An environment variable; nothing if it is not set."""
    return effects.environment(name)


@function(REGISTRY, "string", "expandenv", needs_effects=True)
def expand(effects: Effects, text: str) -> str:
    """A text with environment variables for ``$NAME`` and ``${NAME}``."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        return effects.environment(name) if name else ""

    return _REFERENCE.sub(value, text)


@function(REGISTRY, "string", "getHostByName", needs_effects=True)
def host_by_name(effects: Effects, name: str) -> str:
    """One of a host's addresses, taken at random; it is an error if it has none."""
    addresses = effects.addresses_of(name)
    if not addresses:
        raise GoError("invalid argument to Intn")
    return addresses[int.from_bytes(effects.random_bytes(8), "big") % len(addresses)]
