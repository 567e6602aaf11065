"""Whether a value found in an object agrees with the one that the Launcher's shape asks for.

Each function takes the value expected and the one found (``None`` where there is none) and says what is
wrong, or nothing. Values of environment, stdin and other free text are never quoted: findings are logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from launcher_k8s.quantity import parse_quantity
from launcher_k8s.wording import LONGEST_QUOTE, kind_of


def equal(expected: Any, found: Any) -> str:
    """The same value of the same type."""
    if found is None:
        return f"is missing, expected {quote(expected)}"
    if type(found) is not type(expected):
        return f"is {kind_of(found)} ({quote(found)}), expected {kind_of(expected)} ({quote(expected)})"
    return "" if found == expected else f"is {quote(found)}, expected {quote(expected)}"


def same_text(expected: Any, found: Any) -> str:
    """The same string, which is not quoted when it differs."""
    if found is None:
        return "is missing"
    if not isinstance(found, str):
        return f"is {kind_of(found)}, expected a string: quote it"
    return "" if found == expected else "is not the job's"


def same_flag(expected: Any, found: Any) -> str:
    """The same boolean, where absent means false."""
    return equal(expected, False if found is None else found)


def json_text(expected: Any, found: Any) -> str:
    """A string that holds the same JSON value."""
    if problem := same_text(expected, found):
        try:
            same = json.loads(found) == json.loads(expected)
        except (TypeError, ValueError):
            return problem if not isinstance(found, str) else "does not hold JSON"
        return "" if same else problem
    return ""


def includes(expected: Mapping[str, Any], found: Any) -> str:
    """A mapping with at least these entries."""
    if not isinstance(found, Mapping):
        return f"{_not_a('mapping', found)}; {_listed('missing', expected)}"
    for key, value in expected.items():
        other = found.get(key)
        if other is None or type(other) is not type(value) or other != value:
            break
    else:
        return ""
    missing = [key for key in expected if found.get(key) is None]
    different = [key for key in expected if key not in missing and equal(expected[key], found[key])]
    return _join(_listed("missing", missing), _listed("not the job's", different))


def includes_items(expected: list[Any], found: Any) -> str:
    """A list with at least these items, in any order; what has a name only as often."""
    if not isinstance(found, list):
        return _not_a("list", found)
    if found == expected:  # as nearly always, here and below
        return ""
    missing = [_label(item) for item in expected if item not in found]
    return _join(
        _listed("missing or not the job's", missing), _listed("too often", _repeated(expected, found))
    )


def includes_in_order(expected: list[Any], found: Any) -> str:
    """A list with at least these items, one after the other."""
    problem = includes_items(expected, found)
    if problem or [item for item in found if item in expected] == expected:
        return problem
    return "is in another order than the job's"


def includes_lists(expected: Mapping[str, list[Any]], found: Any) -> str:
    """A mapping with at least these lists, each with at least these items: a template may add its own."""
    if not isinstance(found, Mapping):
        return includes(expected, found)
    problems = ((name, includes_items(items, found.get(name))) for name, items in expected.items())
    return "; ".join(f"{name} {problem}" for name, problem in problems if problem)


def includes_named(expected: list[Any], found: Any) -> str:
    """A list of named items in which the last one of each name is the expected one: an environment.

    A value may use the variables before it, so their order counts.
    """
    if not isinstance(found, list):
        return _not_a("list", found)
    if found == expected:
        return ""
    last, wanted = _last_ones(found), _last_ones(expected)
    missing = [name for name in wanted if name not in last]
    different = [name for name in wanted if name in last and _differ(wanted[name], last[name])]
    problem = _join(_listed("missing", missing), _listed("not the job's", different))
    if problem or [name for name in last if name in wanted] == list(wanted):
        return problem
    return "is in another order than the job's"


def same_quantities(expected: Mapping[str, Any], found: Any) -> str:
    """A mapping with at least these resources, each of the same amount however it is written."""
    if not isinstance(found, Mapping):
        return f"{_not_a('mapping', found)}; {_listed('missing', expected)}"
    problems = [
        f"{name} {problem}" for name in expected if (problem := _amount(expected[name], found.get(name)))
    ]
    return "; ".join(problems)


def quote(value: Any) -> str:
    """A value as JSON, cut when it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _amount(expected: Any, found: Any) -> str:
    if found is None:
        return f"is missing, expected {expected}"
    if type(found) is type(expected) and found == expected:  # as nearly always
        return ""
    try:
        return "" if parse_quantity(found) == parse_quantity(expected) else f"is {found}, expected {expected}"
    except ValueError as error:
        return str(error)


def _differ(item: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return item != other and _bare(item) != _bare(other)


def _bare(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An environment entry without the empty value, which the API server leaves out."""
    return {key: value for key, value in item.items() if value != ""}


def _last_ones(items: list[Any]) -> dict[Any, Mapping[str, Any]]:
    """Of each name the last item, in their order."""
    last: dict[Any, Mapping[str, Any]] = {}
    for item in reversed(items):
        if isinstance(item, Mapping):
            last.setdefault(item.get("name"), item)
    return dict(reversed(last.items()))


def _repeated(expected: list[Any], found: list[Any]) -> list[str]:
    named = (item for item in expected if isinstance(item, Mapping))
    return [_label(item) for item in named if found.count(item) > expected.count(item)]


def _join(*problems: str) -> str:
    return "; ".join(filter(None, problems))


def _label(item: Any) -> str:
    return str(item["name"]) if isinstance(item, Mapping) and "name" in item else quote(item)


def _listed(what: str, names: Iterable[str]) -> str:
    joined = ", ".join(names)
    return f"{what}: {joined}" if joined else ""


def _not_a(kind: str, found: Any) -> str:
    return f"is missing, expected a {kind}" if found is None else f"is {kind_of(found)}, expected a {kind}"
