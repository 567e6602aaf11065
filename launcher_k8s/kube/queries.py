"""What a request says beyond its path: the query of a list, a watch and a log, and the body of a delete.

The client over HTTP and the scripted cluster ask in the same words, so that what a test sees asked is what a
real API server would be asked.
"""

from __future__ import annotations

from datetime import UTC

import msgspec

from launcher_k8s.connection import LogOptions


def list_query(
    label_selector: str = "", field_selector: str = "", *, limit: int = 0, continue_token: str = ""
) -> dict[str, str]:
    """The query of one page of a collection; ``limit`` 0 asks for all of it."""
    given = {
        "labelSelector": label_selector,
        "fieldSelector": field_selector,
        "limit": str(limit or ""),
        "continue": continue_token,
    }
    return {key: text for key, text in given.items() if text}


def watch_query(
    label_selector: str, field_selector: str, *, resource_version: str, timeout_s: int
) -> dict[str, str]:
    """The query of a watch from a version on, bookmarks included; ``timeout_s`` 0 asks for no end."""
    query = list_query(label_selector, field_selector)
    query |= {"watch": "1", "allowWatchBookmarks": "true", "resourceVersion": resource_version}
    if timeout_s:
        query["timeoutSeconds"] = str(timeout_s)
    return query


def log_query(options: LogOptions) -> dict[str, str]:
    """The query of a log."""
    query = {"container": options.container}
    if options.follow:
        query["follow"] = "true"
    if options.timestamps:
        query["timestamps"] = "true"
    if options.since_time is not None:
        query["sinceTime"] = f"{options.since_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if options.limit_bytes is not None:
        query["limitBytes"] = str(options.limit_bytes)
    return query


def delete_options(uid: str) -> bytes:
    """The body of a delete of an object, only of that uid if given, and in the background of what it owns."""
    options: dict[str, object] = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": "Background",  # the default of batch/v1 Jobs orphans their pods
    }
    if uid:
        options["preconditions"] = {"uid": uid}
    return msgspec.json.encode(options)
