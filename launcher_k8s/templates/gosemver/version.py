"""A semantic version: read leniently (``v1.2`` is 1.2.0), compared strictly.

Source: Masterminds/semver 3.4.0, version.go.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import MISSING, GoError, Uint64

_LOOSE: Final = re.compile(
    r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?"
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
    r"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
).fullmatch
_IDENTIFIER: Final = frozenset(string.ascii_letters + string.digits + "-")
_NUMBER: Final = re.compile("[0-9]+").fullmatch
_HIGHEST: Final = (1 << 64) - 1
_POINTER: Final = "*semver.Version"


@attrs.frozen(eq=False)
class Version(Struct):
    """A ``*semver.Version``.

    Args:
        numbers: Major, minor and patch.
        prerelease: What follows ``-``; empty if nothing does.
        metadata: What follows ``+``, which does not count in comparing.
        original: As it was written.
    """

    go_type = _POINTER
    go_kind = "ptr"

    numbers: tuple[int, int, int]
    prerelease: str
    metadata: str
    original: str

    def go_string(self) -> str:
        """As ``String`` writes it, all three numbers told."""
        text = ".".join(map(str, self.numbers))
        return (
            text
            + (f"-{self.prerelease}" if self.prerelease else "")
            + (f"+{self.metadata}" if self.metadata else "")
        )

    def go_json(self) -> str:
        """As ``MarshalJSON`` writes it."""
        return f'"{self.go_string()}"'

    def go_text(self) -> str:
        """As ``MarshalText`` writes it."""
        return self.go_string()

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """What verbs see that are not for text; none can be named."""
        names, numbers = ("major", "minor", "patch"), map(Uint64, self.numbers)
        texts = (("pre", self.prerelease), ("metadata", self.metadata), ("original", self.original))
        return (*zip(names, numbers, strict=True), *texts)

    def go_field(self, _name: str) -> Any:
        """MISSING: all fields are the type's own."""
        return MISSING

    def go_method(self, name: str) -> Function | None:
        """A method with its receiver bound; None if there is none of that name."""
        params, call = _METHODS.get(name) or _POINTER_METHODS.get(name) or ((), None)
        return None if call is None else Function(name, params, None, lambda *args: call(self, *args))

    def go_copy(self) -> Version:
        """What ``deepCopy`` makes of it: it cannot reach the fields, so version 0.0.0."""
        return attrs.evolve(self, numbers=(0, 0, 0), prerelease="", metadata="", original="")

    def compared_with(self, other: Version | None) -> int:
        """-1, 0 or 1 for less, equal or greater."""
        if other is None:
            raise GoError("runtime error: invalid memory address or nil pointer dereference")
        if self.numbers != other.numbers:
            return -1 if self.numbers < other.numbers else 1
        if not (self.prerelease and other.prerelease):
            return bool(other.prerelease) - bool(self.prerelease)
        return compare_prereleases(self.prerelease, other.prerelease)


class VersionValue(Version):
    """A ``semver.Version`` that is no pointer, as ``IncMajor`` gives: it lacks the pointer's methods."""

    go_type = "semver.Version"
    go_kind = "struct"

    def go_method(self, name: str) -> Function | None:
        """A method with its receiver bound; None if there is none of that name."""
        return None if name in _POINTER_METHODS else super().go_method(name)


def parse_version(text: str) -> Version:
    """``semver.NewVersion``.

    Raises:
        GoError: It is none.
    """
    match = _LOOSE(text)
    if match is None:
        raise GoError("invalid semantic version")
    major, minor, patch, _, prerelease, _, _, metadata, _ = match.groups(default="")
    numbers = (_segment(major), _segment(minor), _segment(patch))
    _validate_prerelease(prerelease)
    _validate_metadata(metadata)
    return Version(numbers, prerelease, metadata, text)


def _segment(text: str) -> int:
    digits = text.removeprefix(".")
    if len(digits.lstrip("0")) > len(str(_HIGHEST)) or int(digits or "0") > _HIGHEST:
        raise GoError(
            f"error parsing version segment: strconv.ParseUint: parsing {quote(digits)}: value out of range"
        )
    return int(digits or "0")


def _validate_prerelease(text: str) -> None:
    for part in text.split(".") if text else ():
        if part.isdecimal() and len(part) > 1 and part[0] == "0":
            raise GoError("version segment starts with 0")
        if not part or not _IDENTIFIER.issuperset(part):
            raise GoError("invalid prerelease string")


def _validate_metadata(text: str) -> None:
    for part in text.split(".") if text else ():
        if not part or not _IDENTIFIER.issuperset(part):
            raise GoError("invalid metadata string")


def compare_prereleases(first: str, second: str) -> int:
    """Part by part: numbers before words, numbers by size, words by their bytes, fewer parts first."""
    mine, its = first.split("."), second.split(".")
    count = max(len(mine), len(its))
    mine += [""] * (count - len(mine))
    its += [""] * (count - len(its))
    return next((result for pair in zip(mine, its, strict=True) if (result := _compare_parts(*pair))), 0)


def _compare_parts(first: str, second: str) -> int:
    if first == second:
        return 0
    return -1 if _rank(first) < _rank(second) else 1


def _rank(part: str) -> tuple[int, int, str]:
    if not part:
        return (0, 0, "")
    if _NUMBER(part) and len(part.lstrip("0")) <= len(str(_HIGHEST)) and int(part) <= _HIGHEST:
        return (1, int(part), "")
    return (2, 0, part)


def _replaced(version: Version, **changes: Any) -> VersionValue:
    """A changed copy, whose original keeps the ``v`` in front."""
    fields = attrs.asdict(version, recurse=False) | changes
    result = VersionValue(**fields)
    mark = "v" if version.original.startswith("v") else ""
    return attrs.evolve(result, original=mark + result.go_string())


def _next_patch(version: Version) -> VersionValue:
    major, minor, patch = version.numbers
    step = 0 if version.prerelease else 1
    return _replaced(version, numbers=(major, minor, _wrapped(patch + step)), prerelease="", metadata="")


def _next_minor(version: Version) -> VersionValue:
    major, minor, _ = version.numbers
    return _replaced(version, numbers=(major, _wrapped(minor + 1), 0), prerelease="", metadata="")


def _next_major(version: Version) -> VersionValue:
    return _replaced(version, numbers=(_wrapped(version.numbers[0] + 1), 0, 0), prerelease="", metadata="")


def _wrapped(number: int) -> int:
    return number & _HIGHEST


def _with_prerelease(version: Version, text: str) -> VersionValue:
    _validate_prerelease(text)
    return _replaced(version, prerelease=text)


def _with_metadata(version: Version, text: str) -> VersionValue:
    _validate_metadata(text)
    return _replaced(version, metadata=text)


def _comparison(test: Callable[[int], Any]) -> tuple[tuple[str, ...], Callable[..., Any]]:
    return (_POINTER,), lambda version, other: test(version.compared_with(other))


_METHODS: Final[Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]]] = {
    "Major": ((), lambda version: Uint64(version.numbers[0])),
    "Minor": ((), lambda version: Uint64(version.numbers[1])),
    "Patch": ((), lambda version: Uint64(version.numbers[2])),
    "Prerelease": ((), lambda version: version.prerelease),
    "Metadata": ((), lambda version: version.metadata),
    "String": ((), Version.go_string),
    "IncPatch": ((), _next_patch),
    "IncMinor": ((), _next_minor),
    "IncMajor": ((), _next_major),
    "SetPrerelease": (("string",), _with_prerelease),
    "SetMetadata": (("string",), _with_metadata),
}
_POINTER_METHODS: Final[Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]]] = {
    "Original": ((), lambda version: version.original),
    "Compare": _comparison(int),
    "Equal": ((_POINTER,), lambda version, other: other is not None and version.compared_with(other) == 0),
    "LessThan": _comparison(lambda order: order < 0),
    "LessThanEqual": _comparison(lambda order: order <= 0),
    "GreaterThan": _comparison(lambda order: order > 0),
    "GreaterThanEqual": _comparison(lambda order: order >= 0),
}
