"""Bodies in protobuf, which kubectl's imperative commands (``create job``, ``auth can-i``) send.

Only reading: answers are JSON, which the same clients accept. The field numbers stand in ``protobuf.txt``,
taken from the ``generated.proto`` files of ``k8s.io/api`` and ``k8s.io/apimachinery`` 0.36: a message a
line, a field as ``NUMBER=NAME:TYPE``, where ``*`` is a list, ``%`` a map from texts, and one letter a
scalar. The envelope is that of ``k8s.io/apimachinery/pkg/runtime/serializer/protobuf``.
"""

from __future__ import annotations

import base64
import functools
import struct
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import bad_request

MEDIA_TYPE: Final = "application/vnd.kubernetes.protobuf"
_MAGIC: Final = b"k8s\x00"
_INLINE: Final = frozenset({"ephemeralContainerCommon", "handler", "localObjectReference", "volumeSource"})
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@attrs.frozen
class Field:
    """A field of a message: its JSON name, ``*`` or ``%`` or nothing, and its type."""

    name: str
    many: str
    type: str


def read_protobuf(body: bytes) -> Object:
    """Read a request's body.

    Raises:
        Refusal: 400: it is none.
    """
    if not body.startswith(_MAGIC):
        raise bad_request(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
        )
    try:
        envelope = dict(_parts(body[len(_MAGIC) :]))
        named = {number: value.decode() for number, value in _parts(envelope[1])}
        return {"apiVersion": named.get(1, ""), "kind": named[2]} | _message(named[2], envelope.get(2, b""))
    except (KeyError, IndexError, ValueError, AttributeError, TypeError, struct.error) as problem:
        raise bad_request(f"the protobuf of the body cannot be read: {problem!r}") from None


@functools.cache
def _messages() -> Mapping[str, Mapping[int, Field]]:
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="ascii").splitlines()
    return {name: dict(map(_field, fields)) for name, *fields in map(str.split, lines)}


def _field(text: str) -> tuple[int, Field]:
    number, _, rest = text.partition("=")
    name, _, type_ = rest.partition(":")
    many = type_[0] if type_[0] in "*%" else ""
    return int(number), Field(name, many, type_.removeprefix(many))


def _message(name: str, data: bytes) -> Object:
    """A message as JSON; texts and times that are not set are left out, as in JSON."""
    fields = _messages()[name]
    found: Object = {}
    for number, value in _parts(data):
        field = fields.get(number)
        if field is None:
            continue
        if field.many == "%":
            entry = dict(_parts(value))
            found.setdefault(field.name, {})[entry.get(1, b"").decode()] = _value(
                field.type, entry.get(2, b"")
            )
        elif field.many:
            found.setdefault(field.name, []).append(_value(field.type, value))
        elif field.name in _INLINE:
            found |= _message(field.type, value)
        elif (read := _value(field.type, value)) not in ("", None):
            found[field.name] = read
    return found


def _value(type_: str, value: Any) -> Any:
    read = _SCALARS.get(type_)
    return read(value) if read is not None else _message(type_, value)


def _integer(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _time(data: bytes) -> str | None:
    parts = dict(_parts(data))
    if not parts:
        return None
    moment = datetime.fromtimestamp(_integer(parts.get(1, 0)), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro_time(data: bytes) -> str | None:
    parts = dict(_parts(data))
    if not parts:
        return None
    moment = datetime.fromtimestamp(_integer(parts.get(1, 0)), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{parts.get(2, 0) // 1000:06d}Z"


def _port(data: bytes) -> int | str:
    parts = dict(_parts(data))
    return str(parts[3].decode()) if parts.get(1) else _integer(parts.get(2, 0))


def _first_text(data: bytes) -> str:
    return str(dict(_parts(data)).get(1, b"").decode())


_SCALARS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "s": bytes.decode,
    "b": lambda data: base64.b64encode(data).decode(),
    "t": bool,
    "i": _integer,
    "d": lambda data: struct.unpack("<d", data)[0],
    "Time": _time,
    "MicroTime": _micro_time,
    "Quantity": _first_text,
    "IntOrString": _port,
    "FieldsV1": lambda _: None,
    "RawExtension": lambda _: None,
}


def _parts(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbers and raw values of a message's fields, in order."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        wire = key & 7
        if wire == _VARINT:
            value, place = _varint(data, place)
            yield key >> 3, value
            continue
        if wire == _BYTES:
            length, place = _varint(data, place)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if place + length > len(data):
            raise ValueError("it ends too early")
        yield key >> 3, data[place : place + length]
        place += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
