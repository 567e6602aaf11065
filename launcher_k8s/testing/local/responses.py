"""From answers and refusals to HTTP responses, in the form that was asked for.

What is sent beside the body: ``Warning`` headers (RFC 7234, code 299, as
``k8s.io/apimachinery/pkg/util/net`` writes them), ``Retry-After``, ``Audit-Id``. Bodies are indented for
people: ``pretty``, or a client like curl.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import attrs
import msgspec
import yaml
from aiohttp import web

from launcher_k8s.connection import JSON_MEDIA_TYPE, YAML_MEDIA_TYPE
from launcher_k8s.testing.cluster.kinds import Kind, Object, kind_named
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.requests import Answer
from launcher_k8s.testing.cluster.tables import metadata_only, table
from launcher_k8s.testing.local.negotiation import Form, Shape

_PEOPLE: Final = ("curl", "Wget", "Mozilla/5.0")


@attrs.frozen
class Wish:
    """How a client wants its answers.

    Args:
        form: Media type and shape.
        pretty: Whether to indent.
        include: What a table's rows carry of their objects (``includeObject``).
    """

    form: Form = attrs.field(factory=Form)
    pretty: bool = False
    include: str = "Metadata"

    @classmethod
    def of(cls, form: Form, params: Mapping[str, str], agent: str) -> Wish:
        """What a request asks for."""
        asked = params.get("pretty")
        pretty = asked not in ("false", "0") if asked is not None else agent.startswith(_PEOPLE)
        return cls(form, pretty, params.get("includeObject") or "Metadata")


def respond(answer: Answer, kind: Kind, wish: Wish, now: datetime) -> web.Response:
    """The response for an answer."""
    body = answer.body
    if wish.form.shape is not Shape.OBJECT:
        body = msgspec.json.encode(reshape(msgspec.json.decode(body), kind, wish, now))
    response = write(answer.code, body, wish)
    _warn(response, answer.warnings)
    return response


def refuse(refusal: Refusal, wish: Wish | None = None) -> web.Response:
    """The response for a refusal."""
    form = Form(wish.form.media_type) if wish else Form()
    response = write(
        refusal.code, msgspec.json.encode(refusal.status), Wish(form, pretty=wish is not None and wish.pretty)
    )
    _warn(response, refusal.warnings)
    if refusal.retry_after_s is not None:
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _warn(response: web.Response, warnings: Iterable[str]) -> None:
    for warning in warnings:
        response.headers.add("Warning", f"299 - {_quoted(warning)}")


def write(code: int, body: bytes, wish: Wish) -> web.Response:
    """A response from an object's JSON."""
    if wish.form.media_type == YAML_MEDIA_TYPE:
        body = yaml.safe_dump(msgspec.json.decode(body), sort_keys=True).encode()
    elif wish.pretty:
        body = msgspec.json.format(body, indent=2)
    else:
        body += b"\n"
    return web.Response(status=code, body=body, headers=headers(wish.form.content_type))


def document(content: Object, wish: Wish) -> web.Response:
    """A response for an object that is not of the store."""
    return write(200, msgspec.json.encode(content), wish)


def text(code: int, content: str) -> web.Response:
    """A response of plain text."""
    return web.Response(status=code, text=content, headers=headers("text/plain; charset=utf-8"))


def headers(content_type: str) -> dict[str, str]:
    """The headers of every response."""
    return {
        "Audit-Id": str(uuid.uuid4()),
        "Cache-Control": "no-cache, private",
        "Content-Type": content_type or JSON_MEDIA_TYPE,
    }


def reshape(content: Object, kind: Kind, wish: Wish, now: datetime) -> Object:
    """An object or list in the asked-for shape; a Status stays one."""
    if content["kind"] == "Status":
        return content
    items = content.get("items") if content["kind"].endswith("List") else None
    if wish.form.shape is Shape.TABLE:
        rows = [_typed(each, kind) for each in ([content] if items is None else items or [])]
        made = table(kind, rows, now=now, include=wish.include)
        return made | {"metadata": _list_metadata(content["metadata"])}
    if items is None:
        return metadata_only(content)
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": content["metadata"],
        "items": [metadata_only(each) for each in items or []],
    }


def reshape_event(event: Object, kind: Kind, wish: Wish, now: datetime, *, first: bool) -> Object:
    """A watch's event in the asked-for shape; a table names its columns in the first event alone."""
    content: Object = event["object"]
    if event["type"] == "ERROR":
        return event
    if event["type"] == "BOOKMARK":
        made = reshape({"kind": "List", "metadata": content["metadata"], "items": []}, kind, wish, now)
        if wish.form.shape is not Shape.TABLE:
            made = metadata_only(content)
    else:
        made = reshape(content, kind, wish, now)
    if "columnDefinitions" in made and not first:
        made = made | {"columnDefinitions": None}
    return {"type": event["type"], "object": made}


def _typed(content: Object, kind: Kind) -> Object:
    return (
        content
        if kind_named(content.get("apiVersion", ""), content.get("kind", ""))
        else {
            "kind": kind.kind,
            "apiVersion": kind.api_version,
            **content,
        }
    )


def _list_metadata(metadata: Mapping[str, Any]) -> Object:
    kept = ("resourceVersion", "continue", "remainingItemCount")
    return {key: metadata[key] for key in kept if key in metadata}


def _quoted(content: str) -> str:
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", " ")
