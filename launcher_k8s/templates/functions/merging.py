"""Merging one dict into another, as the library mergo does it for Sprig.

What the target lacks, or has empty, is taken from the source; with overwriting all that is not nil is, and
nil too at the top of a dict. Dicts in both are merged where they are; anything taken is shared, not copied,
which the templates of real charts rely on. Source: mergo 1.0.1, merge.go (``deepMerge`` for
``map[string]any``) and mergo.go (``isEmptyValue``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.values import GoError, StringMap

_Put = Callable[[dict[str, Any], str, Any], None]

_DIFFERENT: Final = "src and dst must be of same type"


class MergeError(GoError):
    """Two values that cannot be merged: an error of the ``must`` forms, which the others swallow."""


def merge_into(target: dict[str, Any], source: dict[str, Any], *, overwrite: bool) -> None:
    """Merge a dict into another.

    Args:
        target: The one that is changed.
        source: Where it is filled from; its own dicts and lists may come to be shared.
        overwrite: Whether what the target has gives way.

    Raises:
        GoError: A dict of strings alone would have to hold something else.
        MergeError: A pointer meets something else.
    """
    put: _Put = _assign
    if type(target) is StringMap and type(source) is not StringMap:
        put = _refuse
    for key, value in list(source.items()):
        if value is None:
            if overwrite:
                put(target, key, value)
            continue
        old = target.get(key)
        if isinstance(value, dict):
            _merge_dict(old, value, overwrite=overwrite)
        if put is _refuse and isinstance(value, list):
            raise _no_list(target, key, value)
        if not _is_kept(old, value, overwrite=overwrite):
            put(target, key, value)


def _merge_dict(old: Any, value: dict[str, Any], *, overwrite: bool) -> None:
    if isinstance(old, dict):
        merge_into(old, value, overwrite=overwrite)
    elif old is not None and not overwrite and kind_name(old) == "ptr":
        raise MergeError(_DIFFERENT)


def _is_kept(old: Any, value: Any, *, overwrite: bool) -> bool:
    """Whether what the target has stays; a dict in both is merged by now."""
    if not old and type(old) is not complex:
        return False
    return not overwrite or (isinstance(value, dict) and isinstance(old, dict))


def _assign(target: dict[str, Any], key: str, value: Any) -> None:
    target[key] = value


def _refuse(_target: dict[str, Any], _key: str, _value: Any) -> NoReturn:
    raise _not_assignable("interface {}")


def _no_list(target: dict[str, Any], key: str, value: list[Any]) -> GoError:
    """A list for a dict of strings: Go fails at once, and differently if the key is there."""
    if key in target:
        return GoError("reflect: call of reflect.Value.IsNil on string Value")
    return _not_assignable(type_name(value))


def _not_assignable(go_type: str) -> GoError:
    return GoError(f"reflect.Value.SetMapIndex: value of type {go_type} is not assignable to type string")
