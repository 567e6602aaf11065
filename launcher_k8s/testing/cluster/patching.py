"""Which patch was sent, and the object it makes: the front to :mod:`patches`.

Media types and complaints: ``k8s.io/apiserver/pkg/endpoints/handlers/patch.go``.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from launcher_k8s.connection import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from launcher_k8s.testing.cluster import causes, schema
from launcher_k8s.testing.cluster.bodies import BodyError, check_size, go_type, media_type, parse_json
from launcher_k8s.testing.cluster.incoming import unknown_conversion
from launcher_k8s.testing.cluster.kinds import Kind, Object, kind_named
from launcher_k8s.testing.cluster.patches import PatchError, json_patch, merge_patch, strategic_merge
from launcher_k8s.testing.cluster.refusals import (
    Refusal,
    bad_request,
    invalid,
    refusal,
    too_large,
    unsupported_media_type,
)
from launcher_k8s.testing.cluster.requests import Request, field_validation

APPLY_PATCH: Final = "application/apply-patch+yaml"
PATCH_TYPES: Final = (JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH)
_MOST_OPERATIONS: Final = 10_000
_MAP: Final = "map[string]interface {}"


def check_patch(request: Request) -> None:
    """Refuse a patch in a form that is not known, before anybody looks whether the object is there.

    Raises:
        Refusal: 415: the form; a server-side apply too, for nothing here keeps ``managedFields``. 422: an
            apply by nobody.
    """
    sent_as = media_type(request.content_type)
    if sent_as == APPLY_PATCH and not request.params.get("fieldManager"):
        cause = causes.required("fieldManager", "is required for apply patch")
        raise invalid("PatchOptions", "", [cause], group="meta.k8s.io")
    if sent_as == APPLY_PATCH:
        raise unsupported_media_type(PATCH_TYPES)
    if sent_as not in PATCH_TYPES:
        raise refusal(415, "UnsupportedMediaType", "415: Unsupported Media Type", details={})


def patched(kind: Kind, old: Object, request: Request) -> tuple[Object, tuple[str, ...]]:
    """The object a patch makes of another, and what to warn of.

    What the patch leaves alone is shared with the other object.

    Raises:
        Refusal: 400, 413, 415 or 422: no patch, or one that cannot be applied.
    """
    check_size(request.body)
    content = _patched(kind, old, request.body, media_type(request.content_type))
    if content.get("kind") != kind.kind or content.get("apiVersion") != kind.api_version:
        raise _not_applicable(content, _not_of_kind(kind, content))
    # In the order in which Go writes a map, and so complains of its fields.
    changed = {name: content[name] for name in sorted(_changes(old, content))}
    checked = schema.check(kind, changed)
    strictness = field_validation(request.params)
    if complaint := checked.complaint(strictness):
        raise _not_applicable(content, complaint)
    kept = {name: old[name] for name in content if name not in changed}
    return kept | checked.content, checked.warnings(strictness)


def _changes(old: Object, new: Object) -> list[str]:
    """The fields of an object that another does not have just so."""
    return [name for name, value in new.items() if value is not (known := old.get(name)) and value != known]


def _not_of_kind(kind: Kind, content: Object) -> str:
    """Why an object of another kind is refused: as such a one it must be in order first."""
    other = kind_named(content.get("apiVersion", ""), content.get("kind", ""))
    error = schema.check(other, content).error if other is not None else ""
    return error or unknown_conversion(kind, content)


def _not_applicable(content: Object, problem: str) -> Refusal:
    shown = msgspec.json.encode(content, order="deterministic").decode()
    return invalid("", "", [causes.invalid("patch", shown, problem)])


def _patched(kind: Kind, old: Object, body: bytes, sent_as: str) -> Object:
    if sent_as == JSON_PATCH:
        return _json_patched(old, body)
    prefix = "error decoding patch: " if sent_as == MERGE_PATCH else ""
    patch = _read(body, dict, _MAP, prefix)
    if sent_as == MERGE_PATCH:
        if patch is None:
            raise bad_request("Invalid JSON Patch")
        merged: Object = merge_patch(old, patch)
        return merged
    try:
        merged = strategic_merge(kind, old, patch or {})
        return {**merged, "kind": kind.kind, "apiVersion": kind.api_version}
    except PatchError as problem:
        raise refusal(500, "", str(problem)) from None


def _json_patched(old: Object, body: bytes) -> Object:
    operations = _read(body, list, "[]handlers.jsonPatchOp", "error decoding patch: ") or []
    if len(operations) > _MOST_OPERATIONS:
        raise too_large(
            f"The allowed maximum operations in a JSON patch is {_MOST_OPERATIONS}, got {len(operations)}"
        )
    for operation in operations:
        if not isinstance(operation, dict):
            raise _cannot_unmarshal(operation, "handlers.jsonPatchOp", "error decoding patch: ")
    try:
        return json_patch(old, operations)
    except PatchError:
        message = "the server rejected our request due to an error in our request"
        raise refusal(422, "Invalid", message, details={}) from None


def _read(body: bytes, wanted: type, go_name: str, prefix: str) -> Any:
    try:
        patch = parse_json(body)
    except BodyError as problem:
        raise bad_request(f"{prefix}{problem}") from None
    if patch is not None and not isinstance(patch, wanted):
        raise _cannot_unmarshal(patch, go_name, prefix)
    return patch


def _cannot_unmarshal(value: object, go_name: str, prefix: str) -> Refusal:
    return bad_request(f"{prefix}json: cannot unmarshal {go_type(value)} into Go value of type {go_name}")
