"""What differs between two servers' answers to the same script.

Code, media type, warnings and the whole masked body: every leaf that is not equal, with its path. Two
orders mean nothing and are evened out: that of groups and resources in discovery, and that of the causes of
a refusal, which the server takes from Go's maps (and tells some of them twice in the details, once in the
message).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import yaml

from tests.contract.requests.masking import mask
from tests.contract.requests.sending import Answered

WANTED = Path(__file__).parent / "wanted.yaml"
MISSING = "<missing>"


@attrs.frozen
class Difference:
    """One leaf of an answer that is not the same."""

    title: str
    where: str
    real: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.title}\n  {self.where}\n    real: {self.real!r}\n    ours: {self.ours!r}"


@attrs.frozen
class Wanted:
    """Differences that are on purpose.

    Args:
        request: The titles it is about; `*` and `?` as in file names.
        where: The paths it is about.
        reason: Why.
    """

    request: str
    where: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether the difference is this one."""
        return fnmatch.fnmatchcase(difference.title, self.request) and fnmatch.fnmatchcase(
            difference.where, self.where
        )


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
        return {
            key: _by_name(each) if key in ("groups", "resources") else _in_order(each)
            for key, each in value.items()
        }
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
