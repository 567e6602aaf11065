"""What differs between two servers' answers to the same script.

Code, media type, warnings and the whole masked body: every leaf that is not equal, with its path. Some orders
mean nothing and are evened out: of groups and resources in discovery, of what somebody may do, and of the
causes of a refusal. The server takes them from Go's maps (and tells some causes twice in the details, once in
the message).
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import yaml

from tests.contract.requests.masking import mask
from tests.contract.requests.sending import Answered

WANTED = Path(__file__).parent / "wanted.yaml"
MISSING = "<missing>"
VERDICT = ("code", "body.code", "body.reason")
"""What clients act on."""


@attrs.frozen
class Difference:
    """One leaf of an answer that is not the same."""

    title: str
    where: str
    real: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.title}\n  {self.where}\n    real: {self.real!r}\n    ours: {self.ours!r}"


def _as_tuple(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@attrs.frozen
class Wanted:
    """A difference that is on purpose, as narrow as it can be told.

    Args:
        request: The titles it is about; `*` and `?` as in file names.
        where: The paths it is about, in the same way; code and reason of an answer only where they are
            named in full.
        reason: Why.
        within: A regular expression: what may differ of the text there (of the JSON of what is no text); the
            rest must be equal. Without one, all of it may.
    """

    request: str
    where: tuple[str, ...] = attrs.field(converter=_as_tuple)
    reason: str
    within: str = ""

    def covers(self, difference: Difference) -> bool:
        """Whether the difference is this one."""
        return (
            _matches(difference.title, self.request)
            and self._is_about(difference.where)
            and self._allows(difference.real, difference.ours)
        )

    def _is_about(self, where: str) -> bool:
        return any(self.names(where, each) for each in self.where)

    @staticmethod
    def names(where: str, pattern: str) -> bool:
        """Whether a pattern of `where` is about a path."""
        return where == pattern if where in VERDICT else _matches(where, pattern)

    def _allows(self, real: Any, ours: Any) -> bool:
        if not self.within:
            return True
        seen, expected = (re.sub(self.within, "", _as_text(each), flags=re.DOTALL) for each in (ours, real))
        return seen == expected


def _matches(text: str, pattern: str) -> bool:
    """As file names are matched, but brackets are an index's."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def wanted() -> list[Wanted]:
    """The differences on purpose, each with its reason."""
    return [Wanted(**entry) for entry in yaml.safe_load(WANTED.read_text()) or ()]


def differences(
    real: Mapping[str, Answered], ours: Mapping[str, Answered], *, real_namespace: str, our_namespace: str
) -> list[Difference]:
    """All that differs, in the script's order."""
    found = []
    for title, answer in real.items():
        expected, seen = _shown(answer, real_namespace), _shown(ours[title], our_namespace)
        found += [Difference(title, *each) for each in _leaves("", expected, seen)]
    return found


def unwanted(found: Sequence[Difference]) -> list[Difference]:
    """The differences without a reason."""
    reasons = wanted()
    return [each for each in found if not any(reason.covers(each) for reason in reasons)]


def _shown(answer: Answered, namespace: str) -> Mapping[str, Any]:
    return {
        "code": answer.code,
        "type": answer.content_type,
        "warnings": list(mask(list(answer.warnings), namespace=namespace)),
        "body": _in_order(mask(answer.body, namespace=namespace)),
    }


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("reason") == "Invalid" and "details" in value:
        return _with_causes_in_order(value)
    if isinstance(value, Mapping):
        return {key: _EVENED[key](each) if key in _EVENED else _in_order(each) for key, each in value.items()}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def _with_causes_in_order(status: Mapping[str, Any]) -> Mapping[str, Any]:
    causes = status["details"].get("causes") or []
    told = list(dict.fromkeys(f"{cause.get('field', '')}: {cause['message']}" for cause in causes))
    message = status["message"]
    if told:
        message = message.replace(", ".join(told), ", ".join(sorted(told)))
    unique = sorted({json.dumps(cause, sort_keys=True) for cause in causes})
    details = {**status["details"], "causes": [json.loads(cause) for cause in unique]}
    return {**status, "message": message, "details": details if causes else status["details"]}


def _by_name(entries: Any) -> Any:
    if not isinstance(entries, list) or not all(
        isinstance(each, Mapping) and "name" in each for each in entries
    ):
        return entries
    return {each["name"]: each for each in entries}


def _sorted(entries: Any) -> Any:
    return sorted(entries, key=_as_text) if isinstance(entries, list) else entries


_EVENED: Mapping[str, Callable[[Any], Any]] = {
    "groups": _by_name,
    "resources": _by_name,
    "resourceRules": _sorted,
    "nonResourceRules": _sorted,
}


def _leaves(where: str, real: Any, ours: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(real, Mapping) and isinstance(ours, Mapping):
        for key in [*real, *(key for key in ours if key not in real)]:
            path = f"{where}.{key}" if where else str(key)
            yield from _leaves(path, real.get(key, MISSING), ours.get(key, MISSING))
    elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        for index, pair in enumerate(zip(real, ours, strict=True)):
            yield from _leaves(f"{where}[{index}]", *pair)
    elif real != ours or isinstance(real, bool) is not isinstance(ours, bool):
        yield where, real, ours
