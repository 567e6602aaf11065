"""Helm's functions on TOML.

Source: facts on templates, 1.2; Helm 4, pkg/engine/funcs.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import MISSING, GoError
from launcher_k8s.templates.toml.reading import read_toml
from launcher_k8s.templates.toml.writing import write_toml

REGISTRY: Final[Registry] = {}


@function(REGISTRY, "any", "toToml")
def to_toml(value: Any) -> str:
    """A value as TOML; what is wrong with it if it has no such form, but nil ends the render."""
    if value is None or value is MISSING:
        return write_toml(value)
    try:
        return write_toml(value)
    except GoError as error:
        return str(error)


@function(REGISTRY, "any", "mustToToml")
def must_to_toml(value: Any) -> str:
    """A value as TOML."""
    return write_toml(value)


@function(REGISTRY, "string", "fromToml")
def from_toml(text: str) -> dict[str, Any]:
    """A TOML document; under ``Error`` what is wrong with it if it is none."""
    try:
        return read_toml(text)
    except GoError as error:
        return {"Error": str(error)}
