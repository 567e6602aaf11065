"""Sprig's functions on emptiness, on types, and on the flow of a template.

Empty are zero, false, nil, no text and what has no elements, which is what Python takes for false; a struct
never is. Source: Sprig 3.3.0, defaults.go, reflect.go and functions.go.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from launcher_k8s.templates.govalues.comparing import deep_equal
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

REGISTRY: Final[Registry] = {}

function(REGISTRY, "any, any", "deepEqual")(deep_equal)
function(REGISTRY, "any", "typeOf")(type_name)
function(REGISTRY, "any", "kindOf")(kind_name)


@function(REGISTRY, "any, ...any", "default")
def default(fallback: Any, given: Any = None, *_more: Any) -> Any:
    """What is given, or the fallback if that is nothing or empty."""
    return given or fallback


@function(REGISTRY, "any", "empty")
def empty(value: Any) -> bool:
    """Whether it is empty."""
    return not value


@function(REGISTRY, "...any", "coalesce")
def coalesce(*values: Any) -> Any:
    """The first that is not empty; nil if there is none."""
    for value in values:
        if value:
            return value
    return None


@function(REGISTRY, "...any", "all")
def all_filled(*values: Any) -> bool:
    """Whether none of them is empty."""
    return all(values)


@function(REGISTRY, "...any", "any")
def any_filled(*values: Any) -> bool:
    """Whether one of them is not empty."""
    return any(values)


@function(REGISTRY, "any, any, bool", "ternary")
def ternary(chosen: Any, other: Any, condition: bool) -> Any:
    """The first value if the condition holds, else the second."""
    return chosen if condition else other


@function(REGISTRY, "string", "fail")
def fail(message: str) -> NoReturn:
    """End the render with this message."""
    raise GoError(message)


@function(REGISTRY, "string, any", "typeIs")
def type_is(target: str, value: Any) -> bool:
    """Whether the value's type has this name."""
    return type_name(value) == target


@function(REGISTRY, "string, any", "typeIsLike")
def type_is_like(target: str, value: Any) -> bool:
    """The same, or a pointer to that type."""
    return type_name(value) in (target, "*" + target)


@function(REGISTRY, "string, any", "kindIs")
def kind_is(target: str, value: Any) -> bool:
    """Whether the value's kind has this name."""
    return kind_name(value) == target
