"""JSON values set at pointers of a Job's manifest (``job-json-overrides``), shown as one RFC 6902 patch.

Each override overwrites or creates: missing parents are made (an array where the next token is ``-`` or
``0``, else an object), ``-`` appends, an index overwrites, the index after the last appends. They are
applied in order, later ones see what earlier ones did. Source: the support article on
job-json-overrides (domain, section 3). Whether the result is still a job of ours is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from launcher_k8s import pointer
from launcher_k8s.errors import OverrideError
from launcher_k8s.settings import Override
from launcher_k8s.wording import quote

Manifest: TypeAlias = "dict[str, Any]"
Operation: TypeAlias = "dict[str, Any]"

_INDEX = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)
_APPEND = "-"
_MOST_STEPS = 100
_HINT = "point at one field, such as /spec/template/spec/hostAliases"


def apply_overrides(manifest: Manifest, overrides: Sequence[Override]) -> tuple[Manifest, list[Operation]]:
    """Set the overrides' values in a copy of a manifest.

    Args:
        manifest: A Job's manifest; never changed, and given back as it is where there are no overrides.
        overrides: What to set, in order.

    Returns:
        The new manifest, and the RFC 6902 patch that makes it of the old one: one operation an override.

    Raises:
        OverrideError: A pointer leads nowhere; it names the override and the nearest valid pointer.
    """
    if not overrides:
        return manifest, []
    from jsonpatch import JsonPatch

    result: Manifest = _copy(manifest)
    operations: list[Operation] = []
    for override in overrides:
        operation = _operation(result, override)
        result = JsonPatch([operation]).apply(result, in_place=True)
        operations.append(operation)
    return result, operations


def _operation(document: Manifest, override: Override) -> Operation:
    """The one operation that does what an override says, on the document as it is now."""
    tokens = _tokens(document, override)
    place: Any = document
    for depth, token in enumerate(tokens):
        step = _Step(override, tokens[:depth], token, place)
        key = step.key()
        if key is None:
            return {
                "op": "add",
                "path": pointer.format(tokens[: depth + 1]),
                "value": _nest(tokens[depth + 1 :], _copy(override.value)),
            }
        place = place[key]
    return {"op": "replace", "path": pointer.format(tokens), "value": _copy(override.value)}


def _tokens(document: Manifest, override: Override) -> tuple[str, ...]:
    try:
        tokens = pointer.parse(override.pointer)
    except ValueError as error:
        loose = override.pointer.replace("[", "/").replace("]", "").split("/")
        nearest = _longest_prefix(document, [token for token in loose if token])
        raise _failure(override, str(error), nearest) from error
    if not tokens:
        raise _failure(override, "the empty pointer would replace the whole job", None, _HINT)
    if len(tokens) > _MOST_STEPS:
        raise _failure(override, f"it has {len(tokens)} steps, more than {_MOST_STEPS}", None, _HINT)
    return tokens


@attrs.frozen
class _Step:
    """One token of an override's pointer, and the place in the document where it is looked up."""

    override: Override
    before: tuple[str, ...]
    token: str
    place: Any

    def key(self) -> str | int | None:
        """What to look up; None where nothing is there yet and the token may be added.

        Raises:
            OverrideError: The token can neither be looked up nor added here.
        """
        if isinstance(self.place, dict):
            return self.token if self.token in self.place else None
        if isinstance(self.place, list):
            return self._index(self.place)
        here = pointer.format(self.before)
        message = f"{here} is {_kind(self.place)}, which has nothing inside"
        raise _failure(self.override, message, here, f"end it at {here}, or set an object there first")

    def _index(self, array: list[Any]) -> int | None:
        index = len(array) if self.token == _APPEND else self._number(array)
        if index > len(array):
            message = f"{pointer.format(self.before)} is an array of {len(array)}, without an index {index}"
            raise self._no_index(message, _APPEND, array)
        return index if index < len(array) else None

    def _number(self, array: list[Any]) -> int:
        if _INDEX.fullmatch(self.token):
            return int(self.token)
        names = [item.get("name") if isinstance(item, dict) else None for item in array]
        likely = str(names.index(self.token)) if self.token in names else "0" if array else _APPEND
        message = f"{pointer.format(self.before)} is an array, and {quote(self.token)} is no index"
        raise self._no_index(message, likely, array)

    def _no_index(self, message: str, likely: str, array: list[Any]) -> OverrideError:
        indexes = f"an index from 0 to {len(array) - 1}, or " if array else ""
        nearest = pointer.format((*self.before, likely))
        return _failure(self.override, message, nearest, f"write {indexes}- to append")


def _failure(override: Override, message: str, nearest: str | None, hint: str = "") -> OverrideError:
    shown = f"; the nearest valid pointer is {nearest}" if nearest else ""
    return OverrideError(
        f"the override {quote(override.pointer)} ({override.origin}) cannot be applied: {message}{shown}",
        pointer=override.pointer,
        origin=override.origin,
        nearest=nearest,
        hint=hint,
    )


def _longest_prefix(document: Any, tokens: Sequence[str]) -> str | None:
    """The pointer to the deepest place that the tokens reach."""
    found: list[str] = []
    for token in tokens:
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list) and _INDEX.fullmatch(token) and int(token) < len(document):
            document = document[int(token)]
        else:
            break
        found.append(token)
    return pointer.format(found) or None


def _nest(tokens: Sequence[str], value: Any) -> Any:
    """The value inside the parents that are missing."""
    for token in reversed(tokens):
        value = [value] if token in (_APPEND, "0") else {token: value}
    return value


def _copy(value: Any) -> Any:
    """JSON as dicts and lists of our own; ``copy.deepcopy`` takes three times as long."""
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, (list, tuple)) else value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    return "a string" if isinstance(value, str) else "a number"
