"""How Go's values stand in Python, so that a template sees the types that Go would show it.

JSON-like values are Python's own: ``str`` is ``string``, ``bool``, ``int`` is ``int``, ``float`` is
``float64``, ``complex`` is ``complex128``, ``bytes`` is ``[]byte``, ``list`` is ``[]any``, ``dict`` with text
keys is ``map[string]any``, ``None`` is nil. Strings are bytes in Go: bytes that are not UTF-8 are surrogate
escapes (PEP 383). What Python has no type for stands here. Source: Go 1.26, packages reflect and
text/template; facts on templates, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

_WORD = 1 << 64
_HALF = 1 << 63


class GoError(Exception):
    """A function's own failure; the renderer tells it as ``error calling NAME: message``."""


class NoFieldError(Exception):
    """A field or method that a value does not have; the renderer tells the value's type."""

    def __init__(self, value: object, name: str) -> None:
        super().__init__(name)
        self.obj = value
        self.name = name


class ErrorValue:
    """A value of Go's type ``error``, as ``exec`` gives in ``.Err``: prints as its message."""

    __slots__ = ("message",)
    go_type: ClassVar[str] = "*errors.errorString"
    go_held_as: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return self.message

    def get(self, name: str, _default: object = None) -> str:
        """What a template reads as ``.name``: it has one method."""
        if name != "Error":
            raise NoFieldError(self, name)
        return self.message

    def go_fields(self) -> Sequence[tuple[str, Any]]:
        """Its one field, which only verbs see that are not for text."""
        return (("s", self.message),)

    def go_copy(self) -> ErrorValue:
        """What ``deepCopy`` makes of it: an error without a message, since it cannot reach that."""
        return ErrorValue("")

    def __eq__(self, other: object) -> bool:
        return self is other  # errors.New gives pointers

    __hash__ = object.__hash__


class Missing:
    """What a missing map key gives: no value at all, which is not nil."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def get(self, _name: str, default: object = None) -> object:
        """What a template reads as ``.name``: nothing has no fields, and that is no error."""
        return default


MISSING: Final = Missing()


class NilError:
    """A nil ``error`` in a field of that type, which Go tells from nil until a function is given it."""

    __slots__ = ()
    go_type: ClassVar[str] = "error"
    go_kind: ClassVar[str] = "interface"
    is_nil: ClassVar[bool] = True

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "<nil>"

    def get(self, name: str, _default: object = None) -> object:
        """What a template reads as ``.name``: nil has no fields."""
        raise NoFieldError(self, name)


NIL_ERROR: Final = NilError()


class Integer(int):
    """An integer of a Go type other than ``int``; arithmetic on it gives Python's ``int``."""

    __slots__ = ()
    go_type: ClassVar[str]
    go_kind: ClassVar[str]


class Int64(Integer):
    """Go's ``int64``, which Sprig's arithmetic gives."""

    __slots__ = ()
    go_type = go_kind = "int64"


class Int32(Integer):
    """Go's ``int32``, also named ``rune``."""

    __slots__ = ()
    go_type = go_kind = "int32"


class Uint8(Integer):
    """Go's ``uint8``, also named ``byte``."""

    __slots__ = ()
    go_type = go_kind = "uint8"


class Uint64(Integer):
    """Go's ``uint64``."""

    __slots__ = ()
    go_type = go_kind = "uint64"


class TypedList(list[Any]):
    """A slice of a type other than ``[]any``; ``nil`` slices are empty ones with ``is_nil``."""

    __slots__ = ()
    go_type: ClassVar[str]
    is_nil: ClassVar[bool] = False


class StringList(TypedList):
    """Go's ``[]string``."""

    __slots__ = ()
    go_type = "[]string"


class IntList(TypedList):
    """Go's ``[]int``."""

    __slots__ = ()
    go_type = "[]int"


class ListOfLists(TypedList):
    """Go's ``[][]any``, which ``chunk`` gives."""

    __slots__ = ()
    go_type = "[][]interface {}"


class NilList(TypedList):
    """A nil ``[]any``, such as the ``rest`` of nothing: empty, ``null`` in JSON and YAML, no empty list."""

    __slots__ = ()
    go_type = "[]interface {}"
    is_nil = True


class NilStringList(StringList):
    """A nil ``[]string``, such as what a regular expression found nowhere."""

    __slots__ = ()
    is_nil = True


class StringMap(dict[str, Any]):
    """Go's ``map[string]string``, which ``split`` gives."""

    __slots__ = ()
    go_type: ClassVar[str] = "map[string]string"


class NilMap(dict[str, Any]):
    """A nil ``map[string]any``: what a function gets for a missing map; empty, and refuses to be set."""

    __slots__ = ()
    go_type: ClassVar[str] = "map[string]interface {}"
    is_nil: ClassVar[bool] = True


@runtime_checkable
class GoStruct(Protocol):
    """A value with fields and methods that templates may name: they are all that a template can reach.

    Derive from :class:`~launcher_k8s.templates.govalues.structs.Struct`, which gives it ``get``: compiled
    templates read every ``.name`` so, of maps as of these.

    Attributes:
        go_type: The type's name as ``typeOf`` gives it, such as ``time.Time`` or ``*semver.Version``.
        go_kind: As ``kindOf`` gives it: ``struct``, ``ptr``, ``int64``, ...
    """

    go_type: ClassVar[str]
    go_kind: ClassVar[str]

    def go_field(self, name: str) -> Any:
        """An exported field's value; :data:`MISSING` if there is none of that name."""

    def go_method(self, name: str) -> Any:
        """A method as a :class:`~.signature.Function`; None if there is none."""

    def go_fields(self) -> Sequence[tuple[str, Any]]:
        """All fields with their names, in Go's order, which printing and comparing use."""

    def go_string(self) -> str | None:
        """What its ``String`` or ``Error`` method gives, which printing uses; None if it has neither."""


def int64(value: int) -> Int64:
    """An ``int64``, wrapped around as Go's arithmetic does."""
    return Int64((value + _HALF) % _WORD - _HALF)


def byte_length(text: str) -> int:
    """How many bytes a string has."""
    return len(text) if text.isascii() else len(encode(text))


def encode(text: str) -> bytes:
    """A string's bytes."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """Bytes as a string, whatever they are."""
    return data.decode("utf-8", "surrogateescape")
