"""The checks that Go makes of a call's arguments: of constants when compiling, of other values when running.

Source: Go 1.26, text/template/exec.go (``evalArg``, ``validateType``, ``idealConstant``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from launcher_k8s.templates.gotemplate.nodes import BoolNode, NumberNode, StringNode
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import (
    MISSING,
    Int32,
    Int64,
    IntList,
    ListOfLists,
    NilList,
    NilMap,
    NilStringList,
    StringList,
    StringMap,
    Uint8,
    Uint64,
)

ANY: Final = "interface {}"
VALUE: Final = "reflect.Value"
EXACT: Final[Mapping[str, type]] = {
    "string": str,
    "bool": bool,
    "int": int,
    "int64": Int64,
    "int32": Int32,
    "uint8": Uint8,
    "uint64": Uint64,
    "float64": float,
    "map[string]interface {}": dict,
    "map[string]string": StringMap,
    "[]interface {}": list,
    "[]string": StringList,
    "[]int": IntList,
    "[][]interface {}": ListOfLists,
    "[]uint8": bytes,
}
"""The Python type that a value of a Go type has, where it has only one or nearly so."""

Constant = BoolNode | NumberNode | StringNode

_ANY_WORD: Final = re.compile(r"\bany\b")
_NILS: Final[Mapping[str, Any]] = {
    "map[string]interface {}": NilMap(),
    "[]interface {}": NilList(),
    "[]string": NilStringList(),
}
_NILABLE: Final = ("map[", "[]", "*", "func(", "chan ", "interface", "error", VALUE)
_SIGNED: Final = frozenset({"int", "int8", "int16", "int32", "int64"})
_UNSIGNED: Final = frozenset({"uint", "uint8", "uint16", "uint32", "uint64"})
_FLOATS: Final = frozenset({"float32", "float64"})


class ExecutionError(Exception):
    """What stops a render, without the place; the message is Go's."""


def go_type(written: str) -> str:
    """A parameter's type as error texts spell it."""
    return _ANY_WORD.sub(ANY, written)


def parameter(function: Function, position: int) -> str:
    """The type of an argument by its position."""
    if position < len(function.params):
        return go_type(function.params[position])
    assert function.variadic is not None
    return go_type(function.variadic)


def count_mismatch(function: Function, name: str, given: int, *, piped: bool) -> str:
    """What is wrong with the number of arguments; empty if nothing is.

    Args:
        function: What is called.
        name: How the template calls it.
        given: How many arguments are written there.
        piped: Whether there is one more, from the stage before.
    """
    wanted, total = len(function.params), given + piped
    if function.variadic is None:
        return "" if total == wanted else f"wrong number of args for {name}: want {wanted} got {total}"
    return "" if total >= wanted else f"wrong number of args for {name}: want at least {wanted} got {given}"


def ideal(node: Constant) -> Any:
    """The value of a constant where nothing says which type is wanted.

    Raises:
        ExecutionError: It is too large.
    """
    if isinstance(node, StringNode):
        return node.text
    if isinstance(node, BoolNode):
        return node.true
    if node.complex128 is not None:
        return node.complex128
    text = node.text
    is_hex = text[:2] in {"0x", "0X"} and len(text) > 2 and not set(text) & {"p", "P"}
    if node.float64 is not None and not is_hex and text[0] != "'" and set(text) & set(".eEpP"):
        return node.float64
    if node.int64 is None:
        raise ExecutionError(f"{text} overflows int")
    return node.int64


def convert(node: Constant, wanted: str) -> Any:
    """The value of a constant as a parameter's type.

    Raises:
        ExecutionError: It is of another kind.
    """
    if wanted in {ANY, VALUE}:
        return ideal(node)
    expected, value = _converted(node, wanted)
    if not expected:
        raise ExecutionError(f"can't handle {node} for arg of type {wanted}")
    if value is None:
        raise ExecutionError(f"expected {expected}; found {node}")
    return EXACT.get(wanted, type(value))(value)


def _converted(node: Constant, wanted: str) -> tuple[str, Any]:
    """What would be right, and the value if it is."""
    if wanted == "string":
        return "string", node.text if isinstance(node, StringNode) else None
    if wanted == "bool":
        return "bool", node.true if isinstance(node, BoolNode) else None
    number = node if isinstance(node, NumberNode) else NumberNode(0, "")
    if wanted in _SIGNED:
        return "integer", number.int64
    if wanted in _UNSIGNED:
        return "unsigned integer", number.uint64
    if wanted in _FLOATS:
        return "float", number.float64
    if wanted in {"complex64", "complex128"}:
        return "complex", number.complex128
    return "", None


def nil(wanted: str) -> Any:
    """What ``nil`` is as a parameter's type.

    Raises:
        ExecutionError: Nothing of that type can be nil.
    """
    if not wanted.startswith(_NILABLE):
        raise ExecutionError(f"cannot assign nil to {wanted}")
    return _NILS.get(wanted)


@cache
def checker(wanted: str, *, piped: bool) -> Callable[[Any], Any]:
    """A check of one argument, for when its Python type is not the usual one.

    Args:
        wanted: The parameter's type.
        piped: Whether the value comes out of a pipeline, where nil has become no value.
    """

    def check(value: Any) -> Any:
        if value is MISSING or (piped and value is None):
            if wanted.startswith(_NILABLE):
                return _NILS.get(wanted)
            raise ExecutionError(f"invalid value; expected {wanted}")
        given = ANY if value is None else type_name(value)
        if given != wanted:
            raise ExecutionError(f"wrong type for value; expected {wanted}; got {given}")
        return value

    return check
