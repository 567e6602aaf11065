"""Renders small templates with Go's own functions and a few more, as the tests of the language need them."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.functions.go_builtins import REGISTRY
from launcher_k8s.templates.gotemplate.engine import Compiled, Engine
from launcher_k8s.templates.gotemplate.limits import Limits
from launcher_k8s.templates.govalues.signature import Function, Registry, function
from launcher_k8s.templates.govalues.values import GoError, int64

FUNCTIONS: Registry = {
    **REGISTRY,
    "include": Function("include", ("string", "any"), None, lambda *_: None),
    "tpl": Function("tpl", ("string", "any"), None, lambda *_: None),
}


@function(FUNCTIONS, "string", "upper")
def upper(text: str) -> str:
    return text.upper()


@function(FUNCTIONS, "int, string", "repeat")
def repeat(count: int, text: str) -> str:
    if count < 0:
        raise GoError("strings: negative Repeat count")
    return text * count


@function(FUNCTIONS, "...any", "add")
def add(*numbers: int) -> int:
    return int64(sum(numbers))


@function(FUNCTIONS, "...any", "list")
def list_of(*values: Any) -> list[Any]:
    return list(values)


@function(FUNCTIONS, "map[string]any, string, any", "set")
def set_key(mapping: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    mapping[key] = value
    return mapping


@function(FUNCTIONS, "bool, float64, uint64, int64, complex128", "pack")
def pack(*values: Any) -> str:
    return " ".join(f"{type(value).__name__}={value}" for value in values)


@function(FUNCTIONS, "[]any, map[string]any, []string, any", "nils")
def nils(*values: Any) -> str:
    return " ".join(type(value).__name__ for value in values)


@function(FUNCTIONS, "string", "fail")
def fail(message: str) -> str:
    raise GoError(message)


@function(FUNCTIONS, "", "broken")
def broken() -> str:
    raise ZeroDivisionError("as no function should")


def compiled(
    text: str, library: str = "", *, limits: Limits | None = None, missing: str = "default"
) -> Compiled:
    """The templates ``library.tpl`` and ``job.tpl``, in this order."""
    engine = Engine(FUNCTIONS, missing=missing, limits=limits)
    return engine.compile({"library.tpl": library, "job.tpl": text})


def render(text: str, data: Any = None, *, library: str = "", missing: str = "default") -> str:
    """What ``job.tpl`` renders to."""
    return compiled(text, library, missing=missing).render("job.tpl", data)


def failure(
    text: str,
    data: Any = None,
    *,
    library: str = "",
    limits: Limits | None = None,
    missing: str = "default",
) -> TemplateRenderError:
    """How rendering ``job.tpl`` fails."""
    templates = compiled(text, library, limits=limits, missing=missing)
    with pytest.raises(TemplateRenderError) as caught:
        templates.render("job.tpl", data)
    return caught.value


def syntax_error(text: str) -> TemplateSyntaxError:
    """How compiling ``job.tpl`` fails."""
    with pytest.raises(TemplateSyntaxError) as caught:
        compiled(text)
    return caught.value
