"""What Jobs and Pods have in common when they are read: containers, pages and watch events.

Only the fields named here and in ``jobs`` and ``pods`` are decoded; all others, ``managedFields`` first of
all, are skipped as bytes. An object without the main container's name anywhere in its bytes cannot be
ours: whatever it looks like, it does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from launcher_k8s.errors import ClusterError
from launcher_k8s.rows.values import Event, EventKind, Page
from launcher_k8s.shape.names import MAIN_CONTAINER

Row = TypeVar("Row")
Decoded = TypeVar("Decoded")

Known: TypeAlias = Callable[[int], bool]
"""Whether what some write made, named by its resource version as a number, has been read before."""

_MARK = MAIN_CONTAINER.encode()
_CHANGES = (b'{"type":"ADDED",', b'{"type":"MODIFIED",')
_VERSION = b'"resourceVersion":"'


class Lean(msgspec.Struct, rename="camel", gc=False):
    """Base of the partial types: camelCase on the wire, unknown fields skipped."""


class WatchEvent(Lean, Generic[Decoded]):
    """A line of a watch, its object as a partial type."""

    type: EventKind
    object: Decoded


class NamedContainer(Lean):
    """A container of a spec."""

    name: str = ""


class _VersionOnly(Lean):
    resource_version: str = ""


class _NameOnly(Lean):
    name: str


class _ForeignObject(Lean):
    metadata: _VersionOnly = msgspec.field(default_factory=_VersionOnly)


class ListMetadata(Lean):
    """The metadata of a collection."""

    resource_version: str = ""
    continue_token: str = msgspec.field(default="", name="continue")


class _List(Lean):
    # Both required: an answer that is no list must not be taken for an empty one.
    metadata: ListMetadata
    items: list[msgspec.Raw] | None


class _NamedObject(Lean):
    metadata: _NameOnly


class _NamedList(Lean):
    metadata: ListMetadata
    items: list[_NamedObject] | None


_FOREIGN_EVENT = msgspec.json.Decoder(WatchEvent[_ForeignObject])
_LIST = msgspec.json.Decoder(_List)
_NAMED_LIST = msgspec.json.Decoder(_NamedList)


@lru_cache(maxsize=256)
def kept_once(text: str) -> str:
    """A text that comes with many rows soon after each other, as one string."""
    return text


def decode(decoder: msgspec.json.Decoder[Decoded], body: bytes, what: str) -> Decoded:
    """Decode what the API server sent.

    Raises:
        ClusterError: It is not what it should be; transient, as another answer may be whole.
    """
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ClusterError(
            f"The API server sent {what} that cannot be read: {error}",
            reason="Malformed",
            hint="something between here and the API server may have cut or changed the answer",
            transient=True,
        ) from error


def decode_event(
    decoder: msgspec.json.Decoder[WatchEvent[Decoded]],
    line: bytes,
    what: str,
    row_of: Callable[[Decoded], Row | None],
    is_known: Known | None = None,
) -> Event[Row]:
    """One watch event.

    Args:
        decoder: Reads a line.
        line: The event as it came.
        what: What it is, for the error's message.
        row_of: Makes the row; None for an object that is not ours.
        is_known: What is known is not read again, unless it was deleted.

    Raises:
        ClusterError: It is no event.
    """
    if is_known is not None and (version := _version_at_a_glance(line)) and is_known(int(version)):
        return Event(EventKind.MODIFIED, None, version)
    try:
        event = decode(decoder, line, what)
    except ClusterError:
        if _MARK in line:
            raise
        foreign = decode(_FOREIGN_EVENT, line, what)
        return Event(foreign.type, None, foreign.object.metadata.resource_version)
    seen: Any = event.object
    return Event(event.type, row_of(seen), seen.metadata.resource_version)


def _version_at_a_glance(line: bytes) -> str:
    """The version of an object that was made or changed, where it is plain to see; else nothing.

    That is where the line is written without blanks, and one version alone is in it. Inside of a text the
    quotes would be escaped.
    """
    pieces = line.split(_VERSION)
    if len(pieces) != 2 or not line.startswith(_CHANGES):
        return ""
    version = pieces[1][: pieces[1].find(b'"')]
    return version.decode() if version.isdigit() else ""


def decode_page(
    decoder: msgspec.json.Decoder[Decoded],
    body: bytes,
    what: str,
    row_of: Callable[[Decoded], Row | None],
) -> Page[Row]:
    """One page of a collection.

    Args:
        decoder: Reads one item.
        body: The page as it came.
        what: What it is, for the error's message.
        row_of: Makes a row; None for an object that is not ours.

    Raises:
        ClusterError: It is no list.
    """
    page = decode(_LIST, body, what)
    items = (item for raw in page.items or () if _MARK in (item := bytes(raw)))
    rows = (row_of(decode(decoder, item, what)) for item in items)
    ours = tuple(row for row in rows if row is not None)
    return Page(ours, page.metadata.resource_version, page.metadata.continue_token)


def decode_names(body: bytes, what: str) -> Page[str]:
    """The names of the objects on one page of a collection, whatever they are.

    Args:
        body: The page as it came.
        what: What it is, for the error's message.

    Raises:
        ClusterError: It is no list.
    """
    page = decode(_NAMED_LIST, body, what)
    names = tuple(item.metadata.name for item in page.items or ())
    return Page(names, page.metadata.resource_version, page.metadata.continue_token)
