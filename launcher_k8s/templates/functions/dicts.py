"""Sprig's functions on dicts: ``set``, ``unset`` and the merges change the one that they are given.

The order of ``keys`` and ``values`` is anybody's guess in Go; here it is that of the keys. Source: Sprig
3.3.0, dict.go.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.templates.functions.merging import MergeError, merge_into
from launcher_k8s.templates.govalues.allowance import ELEMENT, NODE, look_at, spend
from launcher_k8s.templates.govalues.keys import sorted_keys
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.printing import string_value
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, NilMap, StringList

REGISTRY: Final[Registry] = {}

Dict = dict[str, Any]

_MAP: Final = "map[string]interface {}"


@function(REGISTRY, "...any", "dict")
def make_dict(*values: Any) -> Dict:
    """A dict of keys and values in turn; a key without a value has an empty one."""
    if len(values) % 2:
        values = (*values, "")
    made = {}
    parts = iter(values)
    for key in parts:
        made[key if type(key) is str else string_value(key)] = next(parts)
    return made


@function(REGISTRY, "map[string]any, string", "get")
def get(mapping: Dict, key: str) -> Any:
    """What the key has, or empty text."""
    look_at(key)
    return mapping.get(key, "")


@function(REGISTRY, "map[string]any, string, any", "set")
def put(mapping: Dict, key: str, value: Any) -> Dict:
    """The dict, in which the key now has this."""
    if type(mapping) is NilMap:
        raise GoError("assignment to entry in nil map")
    look_at(key)
    mapping[key] = value
    return mapping


@function(REGISTRY, "map[string]any, string", "unset")
def unset(mapping: Dict, key: str) -> Dict:
    """The dict, which now lacks the key."""
    mapping.pop(key, None)
    return mapping


@function(REGISTRY, "map[string]any, string", "hasKey")
def has_key(mapping: Dict, key: str) -> bool:
    """Whether it has the key, be it with nil."""
    look_at(key)
    return key in mapping


@function(REGISTRY, "string, ...map[string]any", "pluck")
def pluck(key: str, *mappings: Dict) -> list[Any]:
    """What the key has in those that have it."""
    return [mapping[key] for mapping in mappings if key in mapping]


@function(REGISTRY, "...map[string]any", "keys")
def keys(*mappings: Dict) -> StringList:
    """All their keys, each dict's in order."""
    return StringList([key for mapping in mappings for key in sorted_keys(mapping)])


@function(REGISTRY, "map[string]any", "values")
def values_of(mapping: Dict) -> list[Any]:
    """What its keys have, in their order."""
    return [mapping[key] for key in sorted_keys(mapping)]


@function(REGISTRY, "map[string]any, ...string", "pick")
def pick(mapping: Dict, *wanted: str) -> Dict:
    """A new dict with only these keys."""
    return {key: mapping[key] for key in wanted if key in mapping}


@function(REGISTRY, "map[string]any, ...string", "omit")
def omit(mapping: Dict, *unwanted: str) -> Dict:
    """A new dict without these keys."""
    spend(ELEMENT * len(mapping))
    return {key: value for key, value in mapping.items() if key not in unwanted}


@function(REGISTRY, "map[string]any, ...map[string]any", "merge")
def merge(target: Dict, *sources: Dict) -> Any:
    """The first dict, filled from the others where it has nothing; empty text if they do not fit."""
    return _merge_leniently(target, sources, overwrite=False)


@function(REGISTRY, "map[string]any, ...map[string]any", "mergeOverwrite")
def merge_overwrite(target: Dict, *sources: Dict) -> Any:
    """The first dict, overwritten from the others; empty text if they do not fit."""
    return _merge_leniently(target, sources, overwrite=True)


@function(REGISTRY, "map[string]any, ...map[string]any", "mustMerge")
def must_merge(target: Dict, *sources: Dict) -> Dict:
    """The first dict, filled from the others where it has nothing."""
    return _merge(target, sources, overwrite=False)


@function(REGISTRY, "map[string]any, ...map[string]any", "mustMergeOverwrite")
def must_merge_overwrite(target: Dict, *sources: Dict) -> Dict:
    """The first dict, overwritten from the others."""
    return _merge(target, sources, overwrite=True)


def _merge(target: Dict, sources: tuple[Dict, ...], *, overwrite: bool) -> Dict:
    for source in sources:
        if type(target) is NilMap and type(source) is not NilMap:
            target = {}
        merge_into(target, source, overwrite=overwrite)
    return target


def _merge_leniently(target: Dict, sources: tuple[Dict, ...], *, overwrite: bool) -> Any:
    try:
        return _merge(target, sources, overwrite=overwrite)
    except MergeError:
        return ""


@function(REGISTRY, "any", "deepCopy", "mustDeepCopy")
def deep_copy(value: Any) -> Any:
    """A copy that shares nothing with it."""
    if value is None:
        raise GoError("reflect: call of reflect.Value.Type on zero Value")
    return _copied(value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict | list):
        spend(NODE * (len(value) + 1))
    if isinstance(value, dict):
        return type(value)({key: _copied(item) for key, item in value.items()})
    if isinstance(value, list):
        return type(value)(map(_copied, value))
    copy = getattr(value, "go_copy", None)  # a struct whose fields Go's copy cannot reach
    return copy() if copy else value


@function(REGISTRY, "...any", "dig")
def dig(*arguments: Any) -> Any:
    """What a path of keys has in a dict of dicts, or the default: keys, default, dict."""
    if len(arguments) < 3:
        raise GoError("dig needs at least three arguments")
    *path, default, place = arguments
    place = _as_dict(place)
    for key in path:
        if type(key) is not str:
            raise _conversion(key, "string")
    *outer, final = path
    for key in outer:
        if key not in place:
            return default
        place = _as_dict(place[key])
    return place.get(final, default)


def _as_dict(value: Any) -> Dict:
    if type(value) is dict or type(value) is NilMap:
        return value
    raise _conversion(value, _MAP)


def _conversion(value: Any, wanted: str) -> GoError:
    actual = "nil" if value is None else type_name(value)
    return GoError(f"interface conversion: interface {{}} is {actual}, not {wanted}")
