"""Where a value comes from, so that every effective value can say so.

Rule: no decision without a trace (design, "Values").
"""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

import attrs
import msgspec

from launcher_k8s.brevity import brief

T_co = TypeVar("T_co", covariant=True)


class OriginKind(Enum):
    """The kinds of place a value can come from."""

    FILE = "file"
    DEFAULT = "default"
    CODE = "code"
    JOB = "job"
    ENVIRONMENT = "environment"
    CLUSTER = "cluster"


@attrs.frozen
class Origin:
    """Where a value was stated.

    ``str()`` gives ``file:line [section] key`` for files, else the kind (with the key, where known).
    """

    __repr__ = brief

    kind: OriginKind
    file: str = ""
    line: int = 0
    section: str = ""
    key: str = ""

    @classmethod
    def in_file(cls, file: str, line: int, section: str = "", key: str = "") -> Origin:
        """A line of a configuration file; ``line`` counts from 1."""
        return cls(OriginKind.FILE, file, line, section, key)

    def __str__(self) -> str:
        if self.kind is not OriginKind.FILE:
            return f"{self.kind.value} {self.key}" if self.key else self.kind.value
        section = f" [{self.section}]" if self.section else ""
        return f"{self.file}:{self.line}{section}{' ' + self.key if self.key else ''}"


DEFAULT = Origin(OriginKind.DEFAULT)
CODE = Origin(OriginKind.CODE)
JOB = Origin(OriginKind.JOB)


class Sourced(msgspec.Struct, Generic[T_co], frozen=True, weakref=True):
    """A value with its origin and what it shadowed, nearest first."""

    value: T_co
    origin: Origin = DEFAULT
    shadowed: tuple[Sourced[T_co], ...] = ()

    def __repr__(self) -> str:
        return brief(self)
