"""The filters and tests of Jinja2 that templates may use, each with its arguments counted.

Left out are those for HTML, and what a render must not have: ``random``. Source: Jinja2 3.1, "List of Builtin
Filters".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import pass_context
from jinja2.filters import FILTERS
from jinja2.runtime import Context, Undefined
from jinja2.tests import TESTS
from jinja2.utils import _PassArg

from launcher_k8s.templates.jinja.callee import CallError
from launcher_k8s.templates.jinja.growth import check_filter
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.operators import fitting, formatted
from launcher_k8s.templates.jinja.printing import json_text, shown, text_of
from launcher_k8s.templates.jinja.values import Raw, plain, settled
from launcher_k8s.templates.jinja.words import word_for

_KEPT: Final = (
    "abs", "batch", "capitalize", "center", "count", "dictsort", "filesizeformat", "first", "float",
    "groupby", "indent", "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject",
    "rejectattr", "replace", "reverse", "round", "select", "selectattr", "slice", "sort", "title", "trim",
    "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap",
)  # fmt: skip
_TESTS: Final = (
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "greaterthan", "gt",
    "in", "integer", "iterable", "le", "lessthan", "lower", "lt", "mapping", "ne", "none", "number", "odd",
    "sameas", "sequence", "string", "true", "undefined", "upper", "!=", "<", "<=", "==", ">", ">=",
)  # fmt: skip
_LOOKING: Final = frozenset({"defined", "undefined"})
"""Tests that may look at what is not there."""


def jinja_filters() -> dict[str, Callable[..., Any]]:
    """Jinja2's filters by name."""
    made = {name: _guarded(name, FILTERS[name]) for name in _KEPT}
    own = {name: _counted(act) for name, act in _OWN.items()}
    return {**made, **own, "attr": _attr, "d": _default, "default": _default}


def jinja_tests() -> dict[str, Callable[..., Any]]:
    """Jinja2's tests by name."""
    return {name: _tested(TESTS[name], looks=name in _LOOKING) for name in _TESTS}


def meter_of(context: Context) -> Meter:
    """What the render has left that a context belongs to."""
    meter: Meter = context.environment.meter  # type: ignore[attr-defined]
    return meter


def _guarded(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    how = _PassArg.from_obj(original)

    @pass_context
    def act(context: Context, *args: Any, **kwargs: Any) -> Any:
        meter = meter_of(context)
        given = [shown(plain(value, meter)) for value in args]
        named = {key: shown(plain(value, meter)) for key, value in kwargs.items()}
        check_filter(name, given, named, meter)
        try:
            return fitting(settled(original(*_first(how, context), *given, **named), meter))
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise CallError(f"{name}: {error}", name=name) from error

    return act


def _first(how: _PassArg | None, context: Context) -> tuple[Any, ...]:
    """What a filter of Jinja2's is given before its arguments."""
    if how is _PassArg.context:
        return (context,)
    if how is _PassArg.eval_context:
        return (context.eval_ctx,)
    return (context.environment,) if how is _PassArg.environment else ()


def _counted(own: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def act(context: Context, *args: Any, **kwargs: Any) -> Any:
        meter = meter_of(context)
        given = [value if isinstance(value, Raw) else plain(value, meter) for value in args]
        named = {key: plain(value, meter) for key, value in kwargs.items()}
        result = own(context, *given, **named)
        meter.weigh(result)
        return result

    return act


def _tested(original: Any, *, looks: bool) -> Callable[..., Any]:
    @pass_context
    def act(context: Context, value: Any, *args: Any) -> Any:
        meter = meter_of(context)
        if looks and (isinstance(value, Undefined) or not isinstance(value, str | list | dict)):
            return original(value, *args)
        return original(plain(value, meter), *(plain(arg, meter) for arg in args))

    return act


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """Another value for what is not there; with ``true`` for what is empty, too."""
    if isinstance(value, Undefined) or (boolean and not value):
        return instead
    return value


@pass_context
def _attr(context: Context, value: Any, name: str) -> Any:
    return context.environment.getattr(value, name)


def _raw(_context: Context, value: Any) -> Raw:
    return Raw(text_of(value))


def _string(_context: Context, value: Any) -> str:
    return text_of(value)


def _tojson(_context: Context, value: Any) -> Raw:
    return Raw(json_text(value))


def _format(_context: Context, text: Any, *args: Any, **kwargs: Any) -> str:
    if not isinstance(text, str) or (args and kwargs):
        raise CallError("format: a text, and values either by name or in order", name="format")
    return formatted(text, kwargs or list(args))


def _join(context: Context, values: Any, separator: str = "", attribute: Any = None) -> str:
    if attribute is not None:
        values = context.environment.call_filter("map", values, (), {"attribute": attribute}, context)
    if isinstance(values, dict):
        values = list(values)
    if not isinstance(values, list | str) or not isinstance(separator, str):
        raise CallError(f"join takes a list and a text, not {word_for(values)}", name="join")
    parts = [text_of(plain(value, meter_of(context))) for value in values]
    meter_of(context).characters(len(separator) * len(parts))
    return separator.join(parts)


def _sum(context: Context, values: Any, attribute: Any = None, start: Any = 0) -> Any:
    if attribute is not None:
        values = context.environment.call_filter("map", values, (), {"attribute": attribute}, context)
    numbers = [*values, start] if isinstance(values, list) else [values]
    if not all(isinstance(number, int | float) for number in numbers):
        raise CallError("sum takes a list of numbers", name="sum")
    return fitting(sum(numbers))


_OWN: Final[Mapping[str, Callable[..., Any]]] = {
    "format": _format,
    "join": _join,
    "raw": _raw,
    "safe": _raw,
    "string": _string,
    "sum": _sum,
    "tojson": _tojson,
}
