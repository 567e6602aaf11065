"""Objects as tables: what ``kubectl get`` shows is laid out by the server (``meta.k8s.io/v1`` ``Table``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.columns import Columns, columns_of
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.pod_rows import pod_conditions


def table(kind: Kind, objects: Iterable[Object], *, now: datetime, include: str = "Metadata") -> Object:
    """Objects of one kind as a table.

    Args:
        kind: Their kind.
        objects: The rows.
        now: For ages.
        include: What each row carries of its object: ``Metadata``, ``Object`` or ``None``.
    """
    columns = columns_of(kind)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": columns.definitions(),
        "rows": [_row(kind, columns, each, now=now, include=include) for each in objects],
    }


def metadata_only(content: Object) -> Object:
    """An object without all but its metadata."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": content["metadata"],
    }


def _row(kind: Kind, columns: Columns, content: Object, *, now: datetime, include: str) -> Object:
    row: Object = {"cells": columns.cells(content, now)}
    if kind is kinds.POD and (conditions := pod_conditions(content)):
        row["conditions"] = conditions
    if include == "Object":
        return row | {"object": content}
    return row | {"object": metadata_only(content) if include == "Metadata" else None}
