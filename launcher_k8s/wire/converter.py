"""How cattrs builds public values: classes with their ``extra``, collections, free JSON.

Only the forms that public values have are known, each read strictly: cattrs by itself would make a list
of a string's characters, and a number of a string.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn_from_attrs, override

from launcher_k8s.attributes import fields_of, has_fields
from launcher_k8s.job import Mount
from launcher_k8s.wire.names import wire_key
from launcher_k8s.wire.scalars import SCALARS
from launcher_k8s.wording import kind_of


@cache
def value_converter() -> cattrs.Converter:
    """The one converter that reads public values."""
    converter = cattrs.Converter()
    converter.register_structure_hook_factory(has_fields, lambda kind: _structure_hook(kind, converter))
    for kind, check in SCALARS.items():
        converter.register_structure_hook(kind, check)
    converter.register_structure_hook_func(_is_json, lambda data, _: data)
    converter.register_structure_hook_factory(_is_collection, lambda kind: _collection_hook(kind, converter))
    converter.register_structure_hook_factory(_is_mapping, lambda kind: _mapping_hook(kind, converter))
    return converter


def _is_json(kind: Any) -> bool:
    """Whether a type is the alias ``Json``: its recursion has no class of its own to register."""
    is_union = typing.get_origin(kind) in (typing.Union, UnionType)
    return kind is Any or (is_union and bool in typing.get_args(kind))


def _is_collection(kind: Any) -> bool:
    return typing.get_origin(kind) in (tuple, frozenset)


def _is_mapping(kind: Any) -> bool:
    return typing.get_origin(kind) is Mapping


def _collection_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    items: Any = list[typing.get_args(kind)[0]]  # type: ignore[misc]
    build: Any = typing.get_origin(kind)

    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, (list, tuple)):
            raise TypeError(f"expected a list, not {kind_of(data)}")
        return build(converter.structure(data, items))

    return structure


def _mapping_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    key, item = typing.get_args(kind)
    items: Any = dict[key, item]  # type: ignore[valid-type]

    def structure(data: Any, _: Any) -> Any:
        return converter.structure(_object(data), items)

    return structure


def _object(data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise TypeError(f"expected an object, not {kind_of(data)}")
    return data


def _structure_hook(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    if attrs.has(kind):
        attrs.resolve_types(kind)
    fields = fields_of(kind)
    local = [attribute.name for attribute in fields if attribute.metadata.get("local")]
    keys = {each.name: wire_key(each) for each in fields if each.name not in local}
    keeps_extra = keys.pop("extra", None) is not None
    renames: dict[str, Any] = {name: override(rename=key) for name, key in keys.items()}
    omitted: dict[str, Any] = {name: override(omit=True) for name in ("extra", *local)}
    build = make_dict_structure_fn_from_attrs(list(fields), kind, converter, **omitted, **renames)
    known = set(keys.values())
    nothing = dict.fromkeys(keys[name] for name in _without_default_or_value(fields) if name in keys)

    def structure(data: Any, _: Any) -> Any:
        data = _older_mount(_object(data)) if kind is Mount else _object(data)
        value = build(nothing | {key: item for key, item in data.items() if item is not None}, kind)
        extra = {key: item for key, item in data.items() if key not in known} if keeps_extra else {}
        return attrs.evolve(value, extra=extra) if extra else value

    return structure


def _without_default_or_value(fields: Iterable[attrs.Attribute[Any]]) -> list[str]:
    """The fields that must be given and may be None, which is not written."""
    required = [each for each in fields if each.default is attrs.NOTHING]
    return [each.name for each in required if NoneType in typing.get_args(each.type)]


def _older_mount(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The older form has ``type`` and ``source`` in the mount itself (domain, section 5)."""
    if "mountSource" in data or "type" not in data:
        return data
    source = {key: data[key] for key in ("type", "source") if key in data}
    return {key: item for key, item in data.items() if key not in source} | {"mountSource": source}
