"""In which form an answer is wanted: the ``Accept`` header read as the API server reads it.

A clause is served if its media type is JSON or YAML (protobuf is not served: clients that ask for it name
JSON too) and if what it wants the object turned into is known: a Table, or metadata alone. The first clause
that can be served wins. Source: ``k8s.io/apiserver/pkg/endpoints/handlers/negotiation/negotiate.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

import attrs

from launcher_k8s.connection import JSON_MEDIA_TYPE, YAML_MEDIA_TYPE
from launcher_k8s.testing.cluster.refusals import Refusal, not_acceptable, refusal

SERVED: Final = (JSON_MEDIA_TYPE, YAML_MEDIA_TYPE, "application/vnd.kubernetes.protobuf")
_WILDCARDS: Final = ("*/*", "application/*")


class Shape(Enum):
    """What an object is turned into before it is sent."""

    OBJECT = ""
    TABLE = "Table"
    METADATA = "PartialObjectMetadata"
    METADATA_LIST = "PartialObjectMetadataList"
    DISCOVERY = "APIGroupDiscoveryList"


_SHAPES: Final = {shape.value: shape for shape in Shape}
_GROUPS: Final = {Shape.DISCOVERY: ("apidiscovery.k8s.io", ("v2",))}
_META: Final = ("meta.k8s.io", ("v1",))


@attrs.frozen
class Form:
    """How an answer is written.

    Args:
        media_type: JSON or YAML.
        shape: What the object is turned into.
        streams: Whether the clause named a watch (``stream=watch``).
    """

    media_type: str = JSON_MEDIA_TYPE
    shape: Shape = Shape.OBJECT
    streams: bool = False

    @property
    def content_type(self) -> str:
        """The ``Content-Type`` header."""
        if self.shape is Shape.DISCOVERY:
            return f"{self.media_type};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        return f"{self.media_type};stream=watch" if self.streams else self.media_type


def choose_form(
    accept: str, *, shapes: tuple[Shape, ...], streams: bool = False, can_stream: bool = False
) -> Form:
    """The form that a client wants most of those it can have.

    Args:
        accept: The header, may be empty.
        shapes: Those that are offered besides the object itself.
        streams: Whether the answer is a watch.
        can_stream: Whether the path can be watched.

    Raises:
        Refusal: 406, none of the clauses can be served.
    """
    if not accept.strip():
        return Form()
    served_type = False
    for media_type, params in _clauses(accept):
        if media_type not in (*_WILDCARDS, JSON_MEDIA_TYPE, YAML_MEDIA_TYPE):
            continue
        served_type = True
        shape = _shape(params, shapes)
        if shape is not None and (streams or not params.get("stream")):
            written = YAML_MEDIA_TYPE if media_type == YAML_MEDIA_TYPE and not streams else JSON_MEDIA_TYPE
            return Form(written, shape, params.get("stream") == "watch")
    raise not_acceptable(SERVED) if served_type else _no_such_type(can_stream=can_stream)


def _clauses(accept: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Media types with their parameters, wanted most first (``q``), else in the order they stand."""
    found = []
    for clause in accept.split(","):
        media_type, *rest = (part.strip() for part in clause.split(";"))
        params = {name: value for name, _, value in (part.partition("=") for part in rest)}
        found.append((_weight(params.pop("q", "1")), media_type.lower(), params))
    found.sort(key=lambda each: -each[0])
    return ((media_type, params) for _, media_type, params in found)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _shape(params: dict[str, str], offered: tuple[Shape, ...]) -> Shape | None:
    shape = _SHAPES.get(params.get("as", ""))
    if shape is Shape.OBJECT:
        return shape
    if shape not in offered:
        return None
    group, versions = _GROUPS.get(shape, _META)
    return shape if params.get("g") == group and params.get("v") in versions else None


def _no_such_type(*, can_stream: bool) -> Refusal:
    offered = ", ".join(
        f"{media_type}{suffix}"
        for suffix in (("", ";stream=watch") if can_stream else ("",))
        for media_type in SERVED
        if "yaml" not in media_type or not suffix
    )
    return refusal(
        406, "NotAcceptable", f"406: Not Acceptable\n\nAvailable representations: {offered}", details={}
    )
