"""Jinja2 nodes as the compiler uses them, and what it says about nil.

Jinja2's nodes stand for Go's operations as follows; :mod:`.codegen` writes them as Python.

=================== ====================================================================================
``InternalName``    a local variable, or a constant of :mod:`.runtime`
``Getattr``         a field; its context says what a missing one gives
``Filter``          a function, ``include`` and ``tpl`` among them
``Test``            a value checked to be of a parameter's type, or what becomes of nil
``Keyword``         a value that a variable gets on its way
``Getitem``         the last of some values computed one after another
``Call``            a function of :mod:`.runtime`
``Block``           a template
``Include``         a call of a template
=================== ====================================================================================
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from jinja2 import nodes as jinja

MISSING_NAME: Final = "MISSING"
NIL_ERROR_NAME: Final = "NIL_ERROR"


class Nil(Enum):
    """What an expression gives where Go has nil or no value; the values name Jinja2's tests for it."""

    AS_IS = ""
    """Either: good for printing and for ``if``, which make no difference."""
    NIL = "nil"
    """Nil: what functions get."""
    MISSING = "present"
    """No value: what comes out of a pipeline."""


def local(name: str) -> jinja.InternalName:
    """A name of the generated Python, written as it is."""
    node = object.__new__(jinja.InternalName)  # its constructor is Jinja2's parser's own
    jinja.Node.__init__(node, name)
    return node


def runtime_call(name: str, *args: jinja.Expr) -> jinja.Expr:
    """A call of one of the runtime's functions."""
    return jinja.Call(local(name), list(args), [], None, None)


def function_call(name: str, args: list[jinja.Expr]) -> jinja.Expr:
    """A call of a template function."""
    return jinja.Filter(None, name, args, [], None, None)


def tested(value: jinja.Expr, test: str) -> jinja.Expr:
    """A value that is checked or changed on its way."""
    return jinja.Test(value, test, [], [], None, None)


def assigned(name: str, value: jinja.Expr) -> jinja.Expr:
    """A value that a local variable gets on its way."""
    node: Any = jinja.Keyword(name, value)  # a Helper to Jinja2, an expression to us
    return node  # type: ignore[no-any-return]


def sequence(*values: jinja.Expr) -> jinja.Expr:
    """The last of some values, computed one after another."""
    return jinja.Getitem(jinja.Tuple(list(values), "load"), jinja.Const(-1), "load")


def with_nil(value: jinja.Expr, nil: Nil) -> jinja.Expr:
    """A value in which nil or no value becomes what is wanted."""
    if nil is Nil.AS_IS or isinstance(value, jinja.Const):
        return value
    if nil is Nil.NIL and isinstance(value, jinja.Filter):
        return value  # functions give nil, never no value
    return tested(value, nil.value)


def is_settled(value: jinja.Expr) -> bool:
    """Whether it does not matter when it is computed."""
    return isinstance(value, jinja.Const)
