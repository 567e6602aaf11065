"""Sprig's functions on paths; those on the system's paths do the same, since jobs run on Linux.

Source: Go 1.26, package path; Sprig 3.3.0, functions.go.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.govalues.signature import Registry, function

REGISTRY: Final[Registry] = {}


@function(REGISTRY, "string", "base", "osBase")
def base(path: str) -> str:
    """The last element; ``.`` of nothing, ``/`` of the root."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@function(REGISTRY, "string", "dir", "osDir")
def directory(path: str) -> str:
    """All but the last element, cleaned."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


@function(REGISTRY, "string", "clean", "osClean")
def clean(path: str) -> str:
    """The shortest path that names the same, by its text alone."""
    rooted = path.startswith("/")
    kept: list[str] = []
    for element in path.split("/"):
        if element in ("", "."):
            continue
        if element == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif element != ".." or not rooted:
            kept.append(element)
    return ("/" if rooted else "") + "/".join(kept) or "."


@function(REGISTRY, "string", "ext", "osExt")
def extension(path: str) -> str:
    """What follows the last point of the last element, with the point."""
    _, point, after = path.rpartition("/")[2].rpartition(".")
    return point + after if point else ""


@function(REGISTRY, "string", "isAbs", "osIsAbs")
def is_absolute(path: str) -> bool:
    """Whether it begins at the root."""
    return path.startswith("/")
