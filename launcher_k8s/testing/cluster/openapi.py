"""The OpenAPI documents, made from the table of kinds and the compiled shapes of their objects.

They hold what kubectl reads: per group and version the schemas (for ``explain``, and with their merge keys
for ``apply``), and of the operations which query parameters and patch formats they take.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from launcher_k8s.connection import JSON_MEDIA_TYPE, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from launcher_k8s.testing.cluster.discovery import GROUP_VERSIONS
from launcher_k8s.testing.cluster.kinds import KINDS, Kind, Object
from launcher_k8s.testing.cluster.merge_keys import SCALARS, merge_key
from launcher_k8s.testing.cluster.shapes import (
    ListOf,
    MapOf,
    Number,
    Port,
    Shape,
    Text,
    Truth,
    Type,
    shape_of,
)

PATHS: Final = tuple(
    f"apis/{group}/{version}" if group else f"api/{version}" for group, version in GROUP_VERSIONS
)
_REFERENCE: Final = "#/components/schemas/"
_META_TYPES: Final = frozenset(
    {
        "Condition",
        "LabelSelector",
        "LabelSelectorRequirement",
        "ManagedFieldsEntry",
        "ObjectMeta",
        "OwnerReference",
    }
)
_METHODS: Final = {
    "get": ("get", "get"),
    "update": ("put", "replace"),
    "patch": ("patch", "patch"),
    "delete": ("delete", "delete"),
    "list": ("get", "list"),
    "create": ("post", "create"),
    "deletecollection": ("delete", "deletecollection"),
}
_ON_COLLECTION: Final = ("list", "create", "deletecollection")
_WRITES: Final = ("create", "update", "patch")
_PATCHES: Final = (JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH)
_SCALARS: Final[dict[type, Object]] = {
    Truth: {"type": "boolean"},
    Port: {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
}


def document_v3(path: str, version: str) -> Object:
    """The OpenAPI v3 document of one group and version.

    Args:
        path: One of :data:`PATHS`.
        version: Of Kubernetes, such as ``v1.36.3``.
    """
    kinds = [kind for kind in KINDS if _path(kind) == path]
    operations: Object = {}
    for kind in kinds:
        operations |= _operations(kind)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": operations,
        "components": {"schemas": _schemas(kinds)},
    }


def document_v2(version: str) -> Object:
    """The OpenAPI v2 document: the schemas of all kinds, and no operations."""
    schemas = _schemas(KINDS)
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": {},
        "definitions": {name: _as_v2(schema) for name, schema in schemas.items()},
    }


def _path(kind: Kind) -> str:
    return f"apis/{kind.group}/{kind.version}" if kind.group else f"api/{kind.version}"


# --- operations


def _operations(kind: Kind) -> Object:
    base = f"/{_path(kind)}" + ("/namespaces/{namespace}" if kind.namespaced else "")
    paths = {f"{base}/{kind.plural}": _methods(kind, on_collection=True)}
    paths[f"{base}/{kind.plural}/{{name}}"] = _methods(kind, on_collection=False)
    return {path: methods for path, methods in paths.items() if methods}


def _methods(kind: Kind, *, on_collection: bool) -> Object:
    verbs = [verb for verb in kind.verbs if verb in _METHODS and (verb in _ON_COLLECTION) == on_collection]
    return {_METHODS[verb][0]: _operation(kind, verb) for verb in verbs}


def _operation(kind: Kind, verb: str) -> Object:
    method, action = _METHODS[verb]
    operation: Object = {
        "operationId": f"{action}{kind.kind}",
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": method if verb == "create" else action,
        "x-kubernetes-group-version-kind": _named(kind),
    }
    if verb in _WRITES:
        operation["parameters"] = [_parameter(name) for name in ("dryRun", "fieldManager", "fieldValidation")]
        media_types = _PATCHES if verb == "patch" else (JSON_MEDIA_TYPE,)
        schema = {"type": "object"} if verb == "patch" else {"$ref": _REFERENCE + _kind_name(kind)}
        operation["requestBody"] = {
            "content": {media_type: {"schema": schema} for media_type in media_types},
            "required": True,
        }
    return operation


def _named(kind: Kind) -> Object:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _parameter(name: str) -> Object:
    return {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}


# --- schemas


def _schemas(kinds: list[Kind] | tuple[Kind, ...]) -> Object:
    found: Object = {}
    for kind in kinds:
        shape = shape_of(kind)
        if shape is None:
            continue
        for each in _walk(shape, set()):
            found.setdefault(_shape_name(each), _schema(each, kind))
        found[_shape_name(shape)]["x-kubernetes-group-version-kind"] = [_named(kind)]
    return found


def _kind_name(kind: Kind) -> str:
    shape = shape_of(kind)
    return _shape_name(shape) if shape is not None else f"{kind.group}.{kind.version}.{kind.kind}"


@functools.cache
def _core_shapes() -> frozenset[str]:
    """The structs that kinds of the core group are made of, and the template that Jobs have of it."""
    seen: set[str] = {"PodTemplateSpec"}
    for kind in KINDS:
        shape = shape_of(kind)
        if not kind.group and shape is not None:
            for _ in _walk(shape, seen):
                pass
    return frozenset(seen)


@functools.cache
def _groups() -> Mapping[str, str]:
    """The API package of each struct outside of core."""
    found: dict[str, str] = {}
    for kind in KINDS:
        shape = shape_of(kind)
        if kind.group and shape is not None:
            package = kind.group.partition(".")[0]
            found |= {each.name: package for each in _walk(shape, set()) if each.name not in found}
    return found


def _shape_name(shape: Shape) -> str:
    if shape.name in _META_TYPES:
        return f"io.k8s.apimachinery.pkg.apis.meta.v1.{shape.name}"
    package = "core" if shape.name in _core_shapes() else _groups()[shape.name]
    return f"io.k8s.api.{package}.v1.{shape.name}"


def _walk(shape: Shape, seen: set[str]) -> Iterator[Shape]:
    """A struct and those below it, each once."""
    if shape.name in seen:
        return
    seen.add(shape.name)
    yield shape
    for found in shape.fields.values():
        inner = found.item if isinstance(found, ListOf | MapOf) else found
        if isinstance(inner, Shape):
            yield from _walk(inner, seen)


def _schema(shape: Shape, kind: Kind) -> Object:
    properties = {}
    for field, found in shape.fields.items():
        schema = _type(found)
        if isinstance(found, ListOf):
            schema |= _merge(kind, field)
        description = _description(shape.name, field)
        properties[field] = ({"description": description} if description else {}) | schema
    return {"type": "object", "properties": properties}


def _type(found: Type) -> Object:
    match found:
        case Shape():
            return {"default": {}, "allOf": [{"$ref": _REFERENCE + _shape_name(found)}]}
        case ListOf(item=item):
            return {"type": "array", "items": _type(item)}
        case MapOf(item=item):
            return {"type": "object", "additionalProperties": _type(item)}
        case Text(form=form):
            return {"type": "string"} | ({"format": "date-time"} if form in ("time", "micro") else {})
        case Number(go="float64"):
            return {"type": "number", "format": "double"}
        case Number(go=go):
            return {"type": "integer", "format": go}
        case _:
            return dict(_SCALARS.get(type(found), {"type": "object"}))


def _merge(kind: Kind, field: str) -> Object:
    key = merge_key(kind, field)
    if key is None:
        return {}
    strategy = "merge,retainKeys" if field == "volumes" else "merge"
    told: Object = {"x-kubernetes-patch-strategy": strategy}
    return told if key == SCALARS else told | {"x-kubernetes-patch-merge-key": key}


def _description(struct: str, field: str) -> str:
    """What the generated models say of a field: the first paragraph below the heading of its docstring."""
    model = _models().get(struct)
    if model is None:
        return ""
    attributes = {json_name: attribute for attribute, json_name in model.attribute_map.items()}
    text = getattr(model, attributes[field]).__doc__ or ""
    _, _, rest = text.partition("# noqa: E501")
    told, _, _ = rest.partition("# noqa: E501")
    return " ".join(told.split()) if ":return:" not in told else ""


@functools.cache
def _models() -> Mapping[str, Any]:
    from kubernetes_asyncio.client import models

    prefixes = ("CoreV1", "RbacV1", "AuthorizationV1", "V1")
    return {
        name.removeprefix(prefix): getattr(models, name)
        for prefix in reversed(prefixes)
        for name in dir(models)
        if name.startswith(prefix)
    }


def _as_v2(schema: Any) -> Any:
    """A schema with the references of v2, which does not wrap them."""
    if isinstance(schema, list):
        return [_as_v2(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("allOf"):
        return {"$ref": schema["allOf"][0]["$ref"].replace(_REFERENCE, "#/definitions/")}
    if "oneOf" in schema:
        return {"type": "string", "format": "int-or-string"}
    return {key: _as_v2(value) for key, value in schema.items()}
