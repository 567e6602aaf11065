"""Constraints on versions, such as ``>= 1.2, < 2 || ~3.x``, and whether a version meets them.

The grammar is that of the original's regular expressions; only that which checks a whole constraint is put
so that it never tries the same blanks in two ways. Source: Masterminds/semver 3.4.0, constraints.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from launcher_k8s.templates.gosemver.version import Version, compare_prereleases, parse_version
from launcher_k8s.templates.govalues.values import GoError

_OPERATORS: Final = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_BLANK: Final = r"[\t\n\f\r ]"
_VERSION: Final = (
    r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?"
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
    r"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
)
_ITEM: Final = rf"(?:{_OPERATORS}){_BLANK}*(?:{_VERSION.replace('(', '(?:')})"
_ONE: Final = re.compile(rf"{_BLANK}*({_OPERATORS}){_BLANK}*({_VERSION}){_BLANK}*").fullmatch
_RANGE: Final = re.compile(
    rf"{_BLANK}*({_VERSION}){_BLANK}+-{_BLANK}+({_VERSION}){_BLANK}*".replace("]+", "]++")
)
_EACH: Final = re.compile(_ITEM)
_ALL: Final = re.compile(
    rf"{_BLANK}*+{_ITEM}(?:(?:{_BLANK}*+,{_BLANK}*+|{_BLANK}++){_ITEM})*{_BLANK}*+"
).fullmatch
_WILD: Final = frozenset({"x", "X", "*", ""})


@attrs.frozen
class _Constraint:
    """One operator and version.

    Args:
        operator: As written.
        bound: The version, zeros for what is left out or wild.
        dirty: Whether a number is left out or wild.
        minor_dirty: Whether the minor one is the first such.
        patch_dirty: Whether the patch one is.
    """

    operator: str
    bound: Version
    dirty: bool
    minor_dirty: bool
    patch_dirty: bool


@attrs.frozen
class Constraints:
    """Alternatives, each of constraints that must all hold."""

    alternatives: tuple[tuple[_Constraint, ...], ...]

    def allow(self, version: Version) -> bool:
        """Whether a version meets one of the alternatives.

        A prerelease meets only alternatives that name one.
        """
        return any(
            all(_CHECKS[each.operator](version, each) for each in alternative)
            for alternative in self.alternatives
            if not version.prerelease or any(each.bound.prerelease for each in alternative)
        )


def parse_constraints(text: str) -> Constraints:
    """``semver.NewConstraint``.

    Raises:
        GoError: They are none.
    """
    return Constraints(tuple(map(_parse_alternative, _without_ranges(text).split("||"))))


def _without_ranges(text: str) -> str:
    """``1.2 - 2`` as ``>= 1.2, <= 2``."""
    result = text
    for match in _RANGE.finditer(text):
        result = result.replace(match[0], f">= {match[1]}, <= {match[11]} ", 1)
    return result


def _parse_alternative(text: str) -> tuple[_Constraint, ...]:
    if not _ALL(text):
        raise GoError(f"improper constraint: {text}")
    return tuple(_parse_one(match[0]) for match in _EACH.finditer(text))


def _parse_one(text: str) -> _Constraint:
    match = _ONE(text)
    if match is None:
        raise GoError(f"improper constraint: {text}")
    operator, written, major, minor, patch, prerelease = match.groups(default="")[:6]
    minor_dirty = patch_dirty = False
    if major in _WILD:
        bound, dirty = f"0.0.0{prerelease}", True
    elif minor.removeprefix(".") in _WILD:
        bound, dirty, minor_dirty = f"{major}.0.0{prerelease}", True, True
    elif patch.removeprefix(".") in _WILD:
        bound, dirty, patch_dirty = f"{major}{minor}.0{prerelease}", True, True
    else:
        bound, dirty = written, False
    try:
        version = parse_version(bound)
    except GoError:
        raise GoError("constraint parser error") from None
    return _Constraint(operator, version, dirty, minor_dirty, patch_dirty)


def _differs(version: Version, each: _Constraint) -> bool:
    (major, minor, _), (bound_major, bound_minor, _) = version.numbers, each.bound.numbers
    if not each.dirty:
        return version.compared_with(each.bound) != 0
    if major != bound_major:
        return True
    if each.minor_dirty:
        return False
    if minor != bound_minor:
        return True
    if each.patch_dirty:
        return compare_prereleases(version.prerelease, each.bound.prerelease) != 0
    return version.compared_with(each.bound) != 0


def _is_greater(version: Version, each: _Constraint) -> bool:
    (major, minor, _), (bound_major, bound_minor, _) = version.numbers, each.bound.numbers
    if each.dirty and major != bound_major:
        return major > bound_major
    if each.minor_dirty:
        return False
    if each.patch_dirty:
        return minor > bound_minor
    return version.compared_with(each.bound) > 0


def _is_less(version: Version, each: _Constraint) -> bool:
    return version.compared_with(each.bound) < 0


def _is_greater_or_equal(version: Version, each: _Constraint) -> bool:
    return version.compared_with(each.bound) >= 0


def _is_less_or_equal(version: Version, each: _Constraint) -> bool:
    if not each.dirty:
        return version.compared_with(each.bound) <= 0
    (major, minor, _), (bound_major, bound_minor, _) = version.numbers, each.bound.numbers
    return major < bound_major or (major == bound_major and (each.minor_dirty or minor <= bound_minor))


def _is_near(version: Version, each: _Constraint) -> bool:
    """``~``: from the bound on, with its minor number if that is given."""
    if version.compared_with(each.bound) < 0:
        return False
    if each.bound.numbers == (0, 0, 0) and not (each.minor_dirty or each.patch_dirty):
        return True
    (major, minor, _), (bound_major, bound_minor, _) = version.numbers, each.bound.numbers
    return major == bound_major and (each.minor_dirty or minor == bound_minor)


def _equals(version: Version, each: _Constraint) -> bool:
    return _is_near(version, each) if each.dirty else version.compared_with(each.bound) == 0


def _is_compatible(version: Version, each: _Constraint) -> bool:
    """``^``: from the bound on, with the same numbers up to its first that is not zero."""
    if version.compared_with(each.bound) < 0:
        return False
    (major, minor, patch), (bound_major, bound_minor, bound_patch) = version.numbers, each.bound.numbers
    if bound_major > 0 or each.minor_dirty or major > 0:
        return major == bound_major
    if bound_minor > 0 or each.patch_dirty or minor > 0:
        return minor == bound_minor
    return patch == bound_patch


_CHECKS: Final[Mapping[str, Callable[[Version, _Constraint], bool]]] = {
    "": _equals,
    "=": _equals,
    "!=": _differs,
    ">": _is_greater,
    "<": _is_less,
    ">=": _is_greater_or_equal,
    "=>": _is_greater_or_equal,
    "<=": _is_less_or_equal,
    "=<": _is_less_or_equal,
    "~": _is_near,
    "~>": _is_near,
    "^": _is_compatible,
}
