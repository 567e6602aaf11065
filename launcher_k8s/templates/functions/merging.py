"""Merging one dict into another, as the library mergo does it for Sprig.

What the target lacks, or has empty, is taken from the source; with overwriting all that is not nil is, and
nil too at the top of a dict. Dicts in both are merged where they are; anything taken is shared, not copied,
which the templates of real charts rely on. Source: mergo 1.0.1, merge.go (``deepMerge`` for
``map[string]any``) and mergo.go (``isEmptyValue``).
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import NODE, spend
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.values import GoError, StringMap

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
    spend(NODE * (len(source) + 1))
    if type(target) is StringMap and type(source) is not StringMap:
        _check_strings(target, source, overwrite=overwrite)
    for key, value in list(source.items()):
        if value is None:
            if overwrite:
                target[key] = None
            continue
        old = target.get(key)
        if isinstance(value, dict) and _is_merged(old, value, overwrite=overwrite):
            continue
        if overwrite or (not old and type(old) is not complex):
            target[key] = value


def _is_merged(old: Any, value: dict[str, Any], *, overwrite: bool) -> bool:
    """Merge a dict into what the target has, and say whether that is all."""
    if isinstance(old, dict):
        merge_into(old, value, overwrite=overwrite)
        return bool(old)
    if old is not None and not overwrite and kind_name(old) == "ptr":
        raise MergeError(_DIFFERENT)
    return False


def _check_strings(target: dict[str, Any], source: dict[str, Any], *, overwrite: bool) -> None:
    """Refuse what cannot be in a dict of strings alone, which is any value of another dict, text too."""
    for key, value in source.items():
        if isinstance(value, list):
            raise _no_list(target, key, value)
        if overwrite or (value is not None and not target.get(key)):
            raise _not_assignable("interface {}")


def _no_list(target: dict[str, Any], key: str, value: list[Any]) -> GoError:
    """A list for a dict of strings: Go fails at once, and differently if the key is there."""
    if key in target:
        return GoError("reflect: call of reflect.Value.IsNil on string Value")
    return _not_assignable(type_name(value))


def _not_assignable(go_type: str) -> GoError:
    return GoError(f"reflect.Value.SetMapIndex: value of type {go_type} is not assignable to type string")
