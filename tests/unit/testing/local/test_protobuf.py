"""Protobuf bodies, made here by hand as Go's generated code makes them."""

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster.kinds import KINDS
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.shapes import ListOf, MapOf, Shape, shape_of
from launcher_k8s.testing.local.protobuf import _INLINE, _messages, read_protobuf


def _bytes(number: int, data: bytes) -> bytes:
    assert len(data) < 128
    return bytes((number << 3 | 2, len(data))) + data


def _number(number: int, value: int) -> bytes:
    return bytes((number << 3, value))


def _envelope(api_version: bytes, kind: bytes, raw: bytes) -> bytes:
    return b"k8s\x00" + _bytes(1, _bytes(1, api_version) + _bytes(2, kind)) + _bytes(2, raw)


def test_a_review_is_read() -> None:
    attributes = (
        _bytes(1, b"ns") + _bytes(2, b"create") + _bytes(3, b"batch") + _bytes(5, b"jobs") + _bytes(6, b"")
    )
    body = _envelope(
        b"authorization.k8s.io/v1",
        b"SelfSubjectAccessReview",
        _bytes(2, _bytes(1, attributes)) + _bytes(1, b""),
    )
    assert read_protobuf(body) == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "metadata": {},
        "spec": {
            "resourceAttributes": {"namespace": "ns", "verb": "create", "group": "batch", "resource": "jobs"}
        },
    }


def test_lists_maps_numbers_times_and_inlined_messages_are_read() -> None:
    labels = _bytes(11, _bytes(1, b"a") + _bytes(2, b"b"))
    when = _bytes(8, _number(1, 1))
    secret = _bytes(6, _bytes(1, b"door"))
    volume = _bytes(1, b"v") + _bytes(2, secret)
    spec = _bytes(1, volume) + _bytes(2, _bytes(1, b"c")) + _number(5, 9)
    pod = read_protobuf(_envelope(b"v1", b"Pod", _bytes(1, labels + when) + _bytes(2, spec)))
    assert pod["metadata"] == {"labels": {"a": "b"}, "creationTimestamp": "1970-01-01T00:00:01Z"}
    assert pod["spec"] == {
        "volumes": [{"name": "v", "secret": {"secretName": "door"}}],
        "containers": [{"name": "c"}],
        "activeDeadlineSeconds": 9,
    }


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"k8s\x00",
        b"k8s\x00\xff",
        _envelope(b"v1", b"Nonsense", b""),
        _envelope(b"v1", b"Pod", b"\x0a\x7f"),
    ],
)
def test_what_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_protobuf(body)
    assert refused.value.code == 400


def _fields(name: str) -> set[str]:
    found: set[str] = set()
    for field in _messages()[name].values():
        found |= _fields(field.type) if field.name in _INLINE else {field.name}
    return found


def _shapes(shape: Shape, seen: dict[str, Shape]) -> None:
    if shape.name not in seen:
        seen[shape.name] = shape
        for found in shape.fields.values():
            inner = found.item if isinstance(found, ListOf | MapOf) else found
            if isinstance(inner, Shape):
                _shapes(inner, seen)


def test_the_table_knows_every_field_that_the_shapes_know() -> None:
    seen: dict[str, Shape] = {}
    for kind in KINDS:
        if (shape := shape_of(kind)) is not None:
            _shapes(shape, seen)
    for name, shape in seen.items():
        missing = set(shape.fields) - {"apiVersion", "kind"} - _fields(name)
        assert not missing, (name, missing)
