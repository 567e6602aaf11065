"""The three ways to patch an object: by merging, strategically merging, and by operations.

RFC 7396, ``k8s.io/apimachinery/pkg/util/strategicpatch/patch.go`` and RFC 6902. The patched object is
another one; what a patch leaves alone is shared with the object before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.merge_keys import SCALARS, merge_key

_DIRECTIVE: Final = "$patch"
_RETAIN: Final = "$retainKeys"
_DELETE_PREFIX: Final = "$deleteFromPrimitiveList/"
_ORDER_PREFIX: Final = "$setElementOrder/"
_BAD_RETAIN: Final = (
    "invalid patch format of retainKeys, a list of all the keys present in the patch must be provided"
)


class PatchError(Exception):
    """A patch that cannot be applied; the text is the server's where it shows one."""


def merge_patch(target: Any, patch: Any) -> Any:
    """Merge as RFC 7396 says: null removes, objects are merged, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = merge_patch(merged.get(key), value)
        else:
            merged[key] = value
    return merged


def json_patch(target: Object, operations: Sequence[dict[str, Any]]) -> Object:
    """Apply RFC 6902 operations, all or none.

    Raises:
        PatchError: One of them cannot be applied.
    """
    import jsonpatch
    import jsonpointer

    try:
        patched: Object = jsonpatch.JsonPatch(list(operations)).apply(target)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as problem:
        raise PatchError(str(problem)) from None
    except (TypeError, KeyError, IndexError, AttributeError) as problem:
        raise PatchError(f"{type(problem).__name__}: {problem}") from None
    return patched


def strategic_merge(kind: Kind, target: Object, patch: Object) -> Object:
    """Merge as Kubernetes does: lists too, by what tells their items apart, and with directives.

    Raises:
        PatchError: A directive or an item is not as it must be.
    """
    return _Strategic(kind).merge(target, patch)


class _Strategic:
    """A strategic merge for one kind."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def merge(self, target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
        if _DIRECTIVE in patch:
            return _replaced(patch)
        merged = _retained(target, patch)
        ordered = {key.removeprefix(_ORDER_PREFIX) for key in patch if key.startswith(_ORDER_PREFIX)}
        for key in sorted(ordered):
            self._merge_ordered(merged, patch, key)
        for key, value in patch.items():
            if key in ordered or key == _RETAIN or key.startswith(_ORDER_PREFIX):
                continue
            if key.startswith(_DELETE_PREFIX):
                _delete_from(merged, key.removeprefix(_DELETE_PREFIX), value)
            else:
                self._merge_field(merged, key, value)
        return merged

    def _merge_field(self, merged: dict[str, Any], key: str, value: Any) -> None:
        if value is None:
            merged.pop(key, None)
            return
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = self.merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = self._merge_list(key, before, value)
        else:
            merged[key] = _without_directives(value)

    def _merge_list(self, field: str, before: list[Any], patch: list[Any]) -> list[Any]:
        by = merge_key(self._kind, field)
        if by is None:
            return patch
        items = [*before, *patch]
        if not all(isinstance(item, dict) for item in items):
            if any(isinstance(item, dict) for item in items):
                raise PatchError("delta list types do not match")
            return _sorted_in(list(dict.fromkeys(items)), patch, before, SCALARS)
        if by == SCALARS:
            raise PatchError(f"cannot merge lists without merge key for {field}")
        kept, plain = _obey_item_directives(before, patch, by)
        return _sorted_in(self._merge_items(kept, plain, by), plain, before, by)

    def _merge_items(self, before: list[Any], patch: list[Any], by: str) -> list[Any]:
        merged = list(before)
        for item in patch:
            if by not in item:
                raise PatchError(f"map: {_go_map(item)} does not contain declared merge key: {by}")
            place = _find(merged, by, item[by])
            if place is None:
                merged.append(_without_directives(item))
            else:
                merged[place] = self.merge(merged[place], item)
        return merged

    def _merge_ordered(self, merged: dict[str, Any], patch: dict[str, Any], key: str) -> None:
        order, before, change = patch[_ORDER_PREFIX + key], merged.get(key), patch.get(key)
        if not isinstance(order, list):
            raise PatchError(f"expected a []interface{{}}, but received a {type(order).__name__}")
        by = merge_key(self._kind, key) or SCALARS
        _check_order(change or [], order, by)
        if isinstance(before, list):
            items = before if change is None else self._merge_list(key, before, change)
            merged[key] = _sorted_in(items, order, before, by)
        elif change is not None:
            merged[key] = _sorted_in(_without_directives(change), order, [], by)


def _replaced(patch: dict[str, Any]) -> dict[str, Any]:
    directive = patch[_DIRECTIVE]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if directive == "delete":
        return {}
    raise PatchError(f"unknown patch type: {directive} in map: {_go_map(patch)}")


def _retained(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A copy of the target, cut down to ``$retainKeys`` if the patch has any."""
    if _RETAIN not in patch:
        return dict(target)
    keys = patch[_RETAIN]
    if not isinstance(keys, list):
        raise PatchError(_BAD_RETAIN)
    for key, value in patch.items():
        if value is not None and key not in keys and not key.startswith("$"):
            raise PatchError(_BAD_RETAIN)
    return {key: value for key, value in target.items() if key in keys}


def _delete_from(merged: dict[str, Any], key: str, values: Any) -> None:
    if isinstance(merged.get(key), list) and isinstance(values, list):
        merged[key] = [item for item in merged[key] if item not in values]


def _obey_item_directives(before: list[Any], patch: list[Any], by: str) -> tuple[list[Any], list[Any]]:
    """The items that stay, and those to merge in, after ``$patch`` inside of items."""
    kept, plain, replaces = before, [], False
    for item in patch:
        match item.get(_DIRECTIVE):
            case None:
                plain.append(item)
            case "delete" if by in item:
                kept = [each for each in kept if each.get(by) != item[by]]
            case "delete":
                raise PatchError(f"map: {_go_map(item)} does not contain declared merge key: {by}")
            case "replace":
                replaces = True
            case "merge":
                raise PatchError("merging lists cannot yet be specified in the patch")
            case directive:
                raise PatchError(f"unknown patch type: {directive} in map: {_go_map(item)}")
    return ([], plain) if replaces else (kept, plain)


def _sorted_in(items: list[Any], order: list[Any], server_order: list[Any], by: str) -> list[Any]:
    """Items named by the patch in its order, the others in theirs, as the server interleaves them."""
    names = [_name(each, by) for each in order]
    server_names = [_name(each, by) for each in server_order]
    named = sorted((i for i in items if _name(i, by) in names), key=lambda i: names.index(_name(i, by)))
    others = [item for item in items if _name(item, by) not in names]
    merged: list[Any] = []
    while named and others:
        left, right = _name(others[0], by), _name(named[0], by)
        known = left in server_names and right in server_names
        first = known and server_names.index(left) < server_names.index(right)
        merged.append((others if first else named).pop(0))
    return merged + named + others


def _check_order(patch: list[Any], order: list[Any], by: str) -> None:
    wanted = iter([_name(each, by) for each in order])
    for item in patch:
        if isinstance(item, dict) and _DIRECTIVE in item:
            continue
        if _name(item, by) not in wanted:
            raise PatchError(
                f"The order in patch list:\n{patch}\n doesn't match $setElementOrder list:\n{order}\n"
            )


def _name(item: Any, by: str) -> Any:
    return item.get(by) if isinstance(item, dict) else item


def _find(items: Iterable[Any], by: str, value: Any) -> int | None:
    return next((place for place, item in enumerate(items) if item.get(by) == value), None)


def _without_directives(value: Any) -> Any:
    """A value that meets nothing to merge with: without directives and nulls."""
    match value:
        case dict():
            return {
                key: _without_directives(each)
                for key, each in value.items()
                if each is not None and not key.startswith("$")
            }
        case list():
            return [
                _without_directives(each)
                for each in value
                if not (isinstance(each, dict) and _DIRECTIVE in each)
            ]
        case _:
            return value


def _go_map(item: dict[str, Any]) -> str:
    return f"map[{' '.join(f'{key}:{item[key]}' for key in sorted(item))}]"
