"""How values show themselves in one line: what was set, without secrets, and no longer than a line.

A field that is not meant to be shown (``repr=False``) never is; one that has its default still says nothing.
"""

from __future__ import annotations

import reprlib
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs

from launcher_k8s.attributes import fields_of
from launcher_k8s.wording import visible

MOST_COLUMNS: Final = 110


class _Short(reprlib.Repr):
    """Long texts and collections cut; moments, amounts and members of enums as people write them."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60
        self.maxlevel = self.maxtuple = self.maxlist = self.maxdict = 3

    def repr_datetime(self, value: datetime, _: int) -> str:
        return f"{value:%Y-%m-%d %H:%M:%S}"

    def repr_Decimal(self, value: Decimal, _: int) -> str:  # noqa: N802 -- reprlib goes by the type's name
        return str(value)

    def repr_Sourced(self, value: Any, level: int) -> str:  # noqa: N802
        return self.repr1(value.value, level)

    def repr_instance(self, value: Any, level: int) -> str:
        return str(value) if isinstance(value, Enum) else super().repr_instance(value, level)


_short: Final = _Short()


def brief(value: Any) -> str:
    """The ``__repr__`` of a value: its name, and the fields that were set, on one line.

    A class takes it by ``__repr__ = brief``. A field for which there is no room is left out.
    """
    kind: Any = type(value)
    name = kind.__name__
    shown: list[str] = []
    room = MOST_COLUMNS - len(name) - len("(...)")
    is_whole = True
    for field in fields_of(kind):
        if not field.repr or _has_default(value, field):
            continue
        part = f"{field.name}={_short.repr(getattr(value, field.name))}"
        if len(part) + len(", ") > room:
            is_whole = False
            continue
        room -= len(part) + len(", ")
        shown.append(part)
    return f"{name}({', '.join(shown if is_whole else [*shown, '...'])})"


def brief_words(value: object, words: str) -> str:
    """A ``__repr__`` in words: ``<Name words>``, cut to one line."""
    line = f"<{type(value).__name__} {visible(words)}>"
    return line if len(line) <= MOST_COLUMNS else f"{line[: MOST_COLUMNS - 4]}...>"


def _has_default(value: Any, field: attrs.Attribute[Any]) -> bool:
    default: Any = field.default
    if default is attrs.NOTHING:
        return False
    factory = getattr(default, "factory", None)
    return bool(getattr(value, field.name) == (factory() if factory else default))
