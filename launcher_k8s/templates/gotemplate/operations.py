"""What compiled templates call beside template functions: Go's own operations on values.

Source: Go 1.26, text/template/exec.go (``walkRange``, ``evalField``, ``printValue``) and funcs.go (``call``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NoReturn

from launcher_k8s.templates.gotemplate.arguments import (
    ANY,
    EXACT,
    VALUE,
    Constant,
    ExecutionError,
    checker,
    convert,
    count_mismatch,
    nil,
    parameter,
)
from launcher_k8s.templates.gotemplate.nodes import NilNode
from launcher_k8s.templates.gotemplate.run import Run
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.printing import format_value
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import (
    MISSING,
    NIL_ERROR,
    ErrorValue,
    GoError,
    NilError,
    NoFieldError,
    StringMap,
    Uint8,
)


def text(value: Any) -> str:
    """What an action prints."""
    if value is None or value is MISSING:
        return "<no value>"
    return str(value) if value is NIL_ERROR else format_value(value)


def fail(message: str) -> NoReturn:
    """Stop where Go would."""
    raise ExecutionError(message)


def elements(run: Run, out: list[str], value: Any, calls: int) -> Iterable[Any]:
    """What a range with at most one variable goes over; false if that is nothing."""
    if isinstance(value, list):
        return run.rounds(value, out, calls)
    if isinstance(value, dict):
        return run.rounds([value[key] for key in sorted_keys(value)], out, calls)
    if isinstance(value, int) and not isinstance(value, bool):
        return _numbers(run, out, value, calls)
    if value is None or value is MISSING:
        return ()
    if type(value) is bytes:
        return run.rounds(list(map(Uint8, value)), out, calls)
    raise ExecutionError(f"range can't iterate over {text(value)}")


def pairs(run: Run, out: list[str], value: Any, calls: int) -> Iterable[tuple[Any, Any]]:
    """What a range with two variables goes over; false if that is nothing."""
    if isinstance(value, dict):
        return run.rounds([(key, value[key]) for key in sorted_keys(value)], out, calls)
    if isinstance(value, list):
        return run.rounds(list(enumerate(value)), out, calls)
    if type(value) is bytes:
        return run.rounds(list(enumerate(map(Uint8, value))), out, calls)
    if isinstance(value, int) and not isinstance(value, bool):
        raise ExecutionError(f"can't use {value} to iterate over more than one variable")
    return elements(run, out, value, calls)


def _numbers(run: Run, out: list[str], limit: int, calls: int) -> Iterable[int]:
    kind = type(limit)
    if limit <= 0:
        return ()
    rounds = run.rounds(range(limit), out, calls)
    return rounds if kind is int else map(kind, rounds)


def defined(run: Run, name: str) -> str:
    """A template's name, if there is such a template and it may be called."""
    if name not in run.templates:
        raise ExecutionError(f"template {quote(name)} not defined")
    if run.depth >= run.limits.depth:
        raise ExecutionError(f"exceeded maximum template depth ({run.limits.depth})")
    return name


def call_value(name: str | None, function: Any, *_args: Any) -> NoReturn:
    """``call``: no value that a template can have is a function.

    Args:
        name: What the template calls; None if that comes out of a pipeline.
        function: Its value.
    """
    if function is None or function is MISSING or function is NIL_ERROR:
        raise GoError("call of nil")
    if name is None:
        name = function if type(function) is str else f"<{type_name(function)} Value>"
    raise GoError(f"non-function {name} of type {type_name(function)}")


class _Interface:
    """A value in an ``interface {}`` for what does not look into it."""

    __slots__ = ()
    go_type = ANY
    go_kind = "interface"


_BOXED: Final = _Interface()


def boxed(value: Any, container: Any = None) -> Any:
    """What Go's ``slice`` sees of an index: it does not look into an ``interface {}``.

    Args:
        value: The index.
        container: What it is an element of; None if that can only be a map of ``interface {}``.
    """
    is_typed = container is not None and type(container) not in {list, dict}
    return value if value is MISSING or is_typed else _BOXED


def find_method(receiver: Any, name: str, given: int, piped: bool) -> Function | None:
    """A method that is given arguments; None if there is no value that could have one.

    Args:
        receiver: Whose method.
        name: Its name.
        given: How many arguments are written there.
        piped: Whether there is one more, from the stage before.
    """
    if receiver is MISSING:
        return None
    if isinstance(receiver, dict):
        raise ExecutionError(f"{name} is not a method but has arguments")
    method = None
    if isinstance(receiver, Struct):
        method = receiver.go_method(name)
        if method is None and receiver.go_field(name) is not MISSING:
            raise ExecutionError(f"{name} has arguments but cannot be invoked as function")
    if isinstance(receiver, ErrorValue) and name == "Error":
        method = Function(name, (), None, receiver.__str__)
    if method is None:
        raise NoFieldError(receiver, name)
    wrong = count_mismatch(method, name, given, piped=piped)
    if wrong:
        raise ExecutionError(wrong)
    return method


def method_argument(method: Function, position: int, value: Any, piped: bool) -> Any:
    """A method's argument, checked."""
    wanted = parameter(method, position)
    if wanted in {ANY, VALUE}:
        return as_nil(value)
    return value if type(value) is EXACT.get(wanted) else checker(wanted, piped=piped)(value)


def method_constant(method: Function, position: int, node: Constant | NilNode) -> Any:
    """A method's argument that is a constant, as the method's parameter's type."""
    wanted = parameter(method, position)
    return nil(wanted) if isinstance(node, NilNode) else convert(node, wanted)


def call_method(method: Function | None, *args: Any) -> Any:
    """Call what :func:`find_method` found."""
    return MISSING if method is None else method.call(*args)


def as_nil(value: Any) -> Any:
    """What a function gets for no value, and for a nil of whatever type."""
    return None if value is MISSING or value is NIL_ERROR else value


def field_or_zero(value: Any, name: str) -> Any:
    """A field, the zero value of a map's elements where it is missing (``missingkey=zero``)."""
    if isinstance(value, dict):
        return value.get(name, "" if isinstance(value, StringMap) else None)
    return _field(value, name)


def field_or_error(value: Any, name: str) -> Any:
    """A field; it is an error if it is missing (``missingkey=error``)."""
    if value is MISSING:
        raise ExecutionError(f"nil data; no entry for key {quote(name)}")
    if isinstance(value, dict) and name not in value:
        raise ExecutionError(f"map has no entry for key {quote(name)}")
    return _field(value, name)


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, dict | Struct | ErrorValue | NilError) and value is not MISSING:
        raise NoFieldError(value, name)
    return value.get(name, MISSING)
