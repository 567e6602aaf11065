"""What is wrong with one field, in the API server's words.

A :class:`Cause` is one entry of a Status body's ``details.causes``. The texts are those of
``k8s.io/apimachinery/pkg/util/validation/field/errors.go``, which clients show to people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import attrs

NOT_FOUND: Final = "FieldValueNotFound"
REQUIRED: Final = "FieldValueRequired"
DUPLICATE: Final = "FieldValueDuplicate"
INVALID: Final = "FieldValueInvalid"
NOT_SUPPORTED: Final = "FieldValueNotSupported"
FORBIDDEN: Final = "FieldValueForbidden"
TOO_LONG: Final = "FieldValueTooLong"
TOO_MANY: Final = "FieldValueTooMany"
TYPE_INVALID: Final = "FieldValueTypeInvalid"


@attrs.frozen
class Cause:
    """One field that is not as it must be.

    Args:
        field: The field's path, such as ``spec.containers[0].image``.
        reason: The kind of trouble, such as ``FieldValueRequired``.
        message: What is wrong, without the path.
    """

    field: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def quoted(text: str) -> str:
    """Text as Go's ``%q`` writes it."""
    return json.dumps(text, ensure_ascii=False)


def not_found(field: str, value: object) -> Cause:
    """Something the field refers to is not there."""
    return Cause(field, NOT_FOUND, f"Not found: {_shown(value)}")


def required(field: str, detail: str = "") -> Cause:
    """The field may not be missing or empty."""
    return Cause(field, REQUIRED, _joined("Required value", detail))


def duplicate(field: str, value: object) -> Cause:
    """The value must be unique and is not."""
    return Cause(field, DUPLICATE, f"Duplicate value: {_shown(value)}")


def invalid(field: str, value: object, detail: str) -> Cause:
    """The value is malformed or out of its bounds."""
    return Cause(field, INVALID, _joined(f"Invalid value: {_shown(value)}", detail))


def type_invalid(field: str, value: object, detail: str) -> Cause:
    """The value has another type than the field."""
    return Cause(field, TYPE_INVALID, _joined(f"Invalid value: {_shown(value)}", detail))


def not_supported(field: str, value: object, supported: Sequence[str]) -> Cause:
    """The value is none of those the field may have."""
    listed = ", ".join(quoted(each) for each in supported)
    return Cause(
        field,
        NOT_SUPPORTED,
        _joined(f"Unsupported value: {_shown(value)}", f"supported values: {listed}" if listed else ""),
    )


def forbidden(field: str, detail: str) -> Cause:
    """The value would be good under other conditions."""
    return Cause(field, FORBIDDEN, _joined("Forbidden", detail))


def too_long(field: str, limit: int, *, unit: str = "byte") -> Cause:
    """The text is longer than ``limit`` bytes (or characters)."""
    return Cause(field, TOO_LONG, f"Too long: may not be more than {limit} {unit}{'' if limit == 1 else 's'}")


def too_many(field: str, actual: int, limit: int) -> Cause:
    """The list has more than ``limit`` items."""
    items = "item" if limit == 1 else "items"
    return Cause(field, TOO_MANY, f"Too many: {actual}: must have at most {limit} {items}")


def aggregate(causes: Iterable[Cause]) -> str:
    """Several causes as one text, repeated ones once (``utilerrors.Aggregate``)."""
    texts = list(dict.fromkeys(map(str, causes)))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _joined(text: str, detail: str) -> str:
    return f"{text}: {detail}" if detail else text


def _shown(value: Any) -> str:
    match value:
        case str():
            return quoted(value)
        case float() if value.is_integer():
            return f"{value:g}"
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
