"""The Launcher's and Helm's functions on YAML.

Source: facts on templates, 1.2, 2.9 and 2.10; Helm 4, pkg/engine/funcs.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.yaml.reading import read_yaml
from launcher_k8s.templates.yaml.writing import V3, write_yaml

REGISTRY: Final[Registry] = {}

_KINDS: Final = {dict: "object", list: "array", str: "string", bool: "bool", float: "number", int: "number"}


@function(REGISTRY, "any", "toYaml")
def to_yaml(value: Any) -> str:
    """A value as YAML; nothing if it has no such form."""
    try:
        return write_yaml(value)
    except GoError:
        return ""


@function(REGISTRY, "any", "mustToYaml")
def must_to_yaml(value: Any) -> str:
    """A value as YAML."""
    return write_yaml(value)


@function(REGISTRY, "any", "toYamlPretty")
def to_yaml_pretty(value: Any) -> str:
    """A value as YAML with its sequences indented."""
    return write_yaml(value, V3)


@function(REGISTRY, "string", "fromYaml")
def from_yaml(text: str) -> dict[str, Any]:
    """A YAML document that is a mapping; under ``Error`` what is wrong with it if it is none."""
    try:
        value = _decoded(text, dict, "map[string]interface {}")
    except GoError as error:
        return {"Error": str(error)}
    return {} if value is None else value


@function(REGISTRY, "string", "fromYamlArray")
def from_yaml_array(text: str) -> list[Any]:
    """A YAML document that is a sequence; one that holds what is wrong with it if it is none."""
    try:
        value = _decoded(text, list, "[]interface {}")
    except GoError as error:
        return [str(error)]
    return [] if value is None else value


def _decoded(text: str, wanted: type, name: str) -> Any:
    try:
        value = read_yaml(text)
    except GoError as error:
        raise GoError(f"error converting YAML to JSON: {error}") from None
    if value is None or type(value) is wanted:
        return _with_floats(value)
    problem = f"json: cannot unmarshal {_KINDS[type(value)]} into Go value of type {name}"
    raise GoError(f"error unmarshaling JSON: while decoding JSON: {problem}")


def _with_floats(value: Any) -> Any:
    """A value as encoding/json decodes it, to which all numbers are floats."""
    kind = type(value)
    if kind is int:
        return float(value)
    if kind is dict:
        return {key: _with_floats(item) for key, item in value.items()}
    return [_with_floats(item) for item in value] if kind is list else value
