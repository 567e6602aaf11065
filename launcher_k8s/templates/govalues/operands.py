"""What a verb makes of one operand, by its type.

Values with a ``String`` or ``Error`` method print as that says, except under a bad verb. A map's or list's
address is not told: it is made up. Source: Go 1.26, fmt/print.go (``printArg``, ``printValue``, ``badVerb``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues import formatting
from launcher_k8s.templates.govalues.allowance import counted, join_values, look_at
from launcher_k8s.templates.govalues.formatting import Flags
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.kinds import is_nil, kind_name, type_name
from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, Uint8, decode

_NIL: Final = "<nil>"
_ADDRESS: Final = 0xC000012345
_BASES: Final = {"v": 10, "d": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_FLOATS: Final = {
    "v": ("g", -1),
    "b": ("b", -1),
    "g": ("g", -1),
    "G": ("G", -1),
    "x": ("x", -1),
    "X": ("X", -1),
} | {
    "f": ("f", 6),
    "F": ("f", 6),
    "e": ("e", 6),
    "E": ("E", 6),
}


def print_operand(value: Any, verb: str, flags: Flags) -> str:
    """An operand of ``Printf`` under a verb.

    Args:
        value: The operand; None and MISSING are nil.
        verb: One character.
        flags: As written; for ``%v`` its ``+`` and ``#`` are in ``plus_v`` and ``sharp_v``.
    """
    if value is None or value is MISSING:
        return formatting.pad(_NIL, flags) if verb in "Tv" else f"%!{verb}({_NIL})"
    if verb == "T":
        return formatting.format_text(type_name(value), flags)
    if verb == "p":
        return _pointer(value, flags)
    return _Operand(verb, flags).print(value, 0)


def method_text(value: Any) -> str | None:
    """What a value's ``Error`` or ``String`` method gives; None if it has neither."""
    if isinstance(value, ErrorValue):
        return value.message
    method = getattr(value, "go_string", None)
    return None if method is None else method()


def _pointer(value: Any, flags: Flags) -> str:
    if kind_name(value) not in ("slice", "map", "ptr"):
        return _Operand("p", flags).bad_verb(value)
    address = 0 if is_nil(value) else _ADDRESS
    return ("" if flags.sharp else "0x") + f"{address:x}"


class _Operand:
    """One verb with its flags, applied to a value and to what it holds."""

    __slots__ = ("erroring", "flags", "verb")

    def __init__(self, verb: str, flags: Flags, *, erroring: bool = False) -> None:
        self.verb = verb
        self.flags = flags
        self.erroring = erroring

    def print(self, value: Any, depth: int) -> str:
        """The value under the verb; ``depth`` is how many lists and maps it is in."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is bool:
            return formatting.format_boolean(value, self.flags) if self.verb in "tv" else self.bad_verb(value)
        if kind is float:
            return self.number(value, value)
        if value is None or value is MISSING:
            return "interface {}(nil)" if self.flags.sharp_v else _NIL
        if kind is int:
            return self.integer(value)
        if kind is complex:
            return self.complex(value)
        if kind is bytes:
            return self.bytes(value, depth)
        text = self.by_method(value)
        return self.by_kind(value, depth) if text is None else text

    def by_method(self, value: Any) -> str | None:
        if self.erroring:
            return None
        if self.verb == "w":
            return self.bad_verb(value)
        if self.flags.sharp_v or self.verb not in "vsxXq":
            return None
        text = method_text(value)
        return None if text is None else self.text(text)

    def by_kind(self, value: Any, depth: int) -> str:
        if isinstance(value, list):
            return self.sequence(value, value, depth)
        if isinstance(value, dict):
            return self.mapping(value, depth)
        if isinstance(value, int):
            return self.integer(value)
        return self.struct(value, depth)

    def bad_verb(self, value: Any) -> str:
        body = _Operand("v", self.flags, erroring=True).print(value, 0)
        return f"%!{self.verb}({type_name(value)}={body})"

    def text(self, value: str) -> str:
        verb, flags = self.verb, self.flags
        look_at(value)
        if verb == "s" or (verb == "v" and not flags.sharp_v):
            return formatting.format_text(value, flags)
        if verb in "vq":
            return formatting.format_quoted(value, flags)
        if verb in "xX":
            return formatting.format_hex(value, flags, upper=verb == "X")
        return self.bad_verb(value)

    def integer(self, value: int) -> str:
        verb, flags = self.verb, self.flags
        if verb == "v" and flags.sharp_v and kind_name(value).startswith("u"):
            return self.unsigned_literal(value)
        if verb in _BASES:
            return formatting.format_integer(value, _BASES[verb], verb, flags)
        if verb == "c":
            return formatting.format_character(value, flags)
        if verb == "q":
            return formatting.format_quoted_character(value, flags)
        if verb == "U":
            return formatting.format_unicode(value, flags)
        return self.bad_verb(value)

    def unsigned_literal(self, value: int) -> str:
        return formatting.format_integer(value, 16, "v", attrs.evolve(self.flags, sharp=True))

    def number(self, part: float, whole: Any) -> str:
        if self.verb not in _FLOATS:
            return self.bad_verb(whole)
        return formatting.format_number(part, *_FLOATS[self.verb], self.flags)

    def complex(self, value: complex) -> str:
        if self.verb not in _FLOATS:
            return self.bad_verb(value)
        signed = _Operand(self.verb, attrs.evolve(self.flags, plus=True))
        return f"({self.number(value.real, value)}{signed.number(value.imag, value)}i)"

    def bytes(self, value: bytes, depth: int) -> str:
        if self.verb in "sqxX":
            return (
                formatting.format_hex(value, self.flags, upper=self.verb == "X")
                if self.verb in "xX"
                else self.text(decode(value))
            )
        return self.sequence(value, map(Uint8, value), depth)

    def sequence(self, value: Any, items: Iterable[Any], depth: int) -> str:
        if not self.flags.sharp_v:
            return f"[{join_values(' ', self.all(items, len(value), depth))}]"
        if is_nil(value):
            return f"{type_name(value)}(nil)"
        name = "[]byte" if depth == 0 and type(value) is bytes else type_name(value)
        return f"{name}{{{join_values(', ', self.all(items, len(value), depth))}}}"

    def all(self, items: Iterable[Any], count: int, depth: int) -> Sequence[str]:
        return counted((self.print(item, depth + 1) for item in items), count)

    def mapping(self, value: dict[str, Any], depth: int) -> str:
        if self.flags.sharp_v and is_nil(value):
            return f"{type_name(value)}(nil)"
        texts = (
            f"{self.print(key, depth + 1)}:{self.print(value[key], depth + 1)}" for key in sorted_keys(value)
        )
        pairs = counted(texts, len(value))
        if self.flags.sharp_v:
            return f"{type_name(value)}{{{join_values(', ', pairs)}}}"
        return f"map[{join_values(' ', pairs)}]"

    def struct(self, value: Any, depth: int) -> str:
        pointer = kind_name(value) == "ptr"
        if pointer and depth > 0:
            return self.address(value)
        named = self.flags.plus_v or self.flags.sharp_v
        fields = [
            f"{name}:{self.print(field, depth + 1)}" if named else self.print(field, depth + 1)
            for name, field in value.go_fields()
        ]
        sign = "&" if pointer else ""
        if self.flags.sharp_v:
            return f"{sign}{type_name(value).lstrip('*')}{{{', '.join(fields)}}}"
        return f"{sign}{{{' '.join(fields)}}}"

    def address(self, value: Any) -> str:
        """A pointer inside of something, which is not followed."""
        if self.verb in _BASES and self.verb != "v":
            return self.integer(_ADDRESS)
        if self.verb != "v":
            return self.bad_verb(value)
        return f"({type_name(value)})(0x{_ADDRESS:x})" if self.flags.sharp_v else f"0x{_ADDRESS:x}"
