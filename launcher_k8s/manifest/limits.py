"""What Kubernetes cannot hold: too many bytes of annotations, and texts that no process can be given.

Checked before a submit, so that the answer names the job's own field rather than an object's (domain,
section 5, "stdin").
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from launcher_k8s.decisions import Trail
from launcher_k8s.shape.fact import METADATA, POD_METADATA, Data, Object, Path, format_path, look_for
from launcher_k8s.shape.names import ANNOTATIONS_LIMIT_BYTES, OWN_ANNOTATION_PREFIX, STDIN_ANNOTATION

ROOM_FOR_OWN_BYTES: Final = 8 * 1024
"""Kept free on a Job for what the library writes there later: its submission, intents and final state."""

_FREE: Final = ("stdin", "metadata", "container", "initContainers", "volumes", "volumeMounts")

_encode = msgspec.json.Encoder().encode


def check_texts(data: Data, *, trail: Trail) -> None:
    """Refuse a NUL, half a character, and a number that is none, in what a job may fill freely.

    Args:
        data: The job's data. Its plain texts, such as name and command, are checked by the rules.
        trail: Takes one refusal for each such value.
    """
    free = {field: data[field] for field in _FREE}
    if _may_hold_some(free):
        for path, problem in _unspeakable(free):
            where = format_path(path)
            trail.refuse(where, f"{where} {problem}", hint="take it out")


def check_annotations(manifest: Object, *, trail: Trail) -> None:
    """Refuse more annotations than an object can hold.

    Args:
        manifest: The Job.
        trail: Takes the refusals, which name the sizes.
    """
    _check_size("job", look_for(manifest, (*METADATA, "annotations"), dict), ROOM_FOR_OWN_BYTES, trail)
    _check_size("pod", look_for(manifest, (*POD_METADATA, "annotations"), dict), 0, trail)


def _check_size(part: str, annotations: Mapping[str, Any], kept_free: int, trail: Trail) -> None:
    sizes = {key: _size(key) + _size(text) for key, text in annotations.items() if isinstance(text, str)}
    total, limit = sum(sizes.values()), ANNOTATIONS_LIMIT_BYTES - kept_free
    if total <= limit:
        return
    largest = max(sizes, key=sizes.__getitem__)
    own = f", of which {kept_free} are kept for {OWN_ANNOTATION_PREFIX}*" if kept_free else ""
    trail.refuse(
        f"annotations of the {part}",
        f"the {part}'s annotations hold {total} bytes, {sizes[largest]} of them in {largest}; "
        f"Kubernetes allows {ANNOTATIONS_LIMIT_BYTES}{own}",
        value=total,
        limit=limit,
        hint=_hint(largest),
    )


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _hint(largest: str) -> str:
    if largest == STDIN_ANNOTATION:
        return "send less standard input, or none of it as a copy: ClusterSettings.stdin_annotation=False"
    return "put large values into a file, a ConfigMap or the standard input"


def _may_hold_some(data: Data) -> bool:
    """A quick look at the data's JSON; it may suspect in vain, it never overlooks anything."""
    try:
        encoded = _encode(data)
    except UnicodeEncodeError:
        return True
    return b"\\u0000" in encoded or bool(data["metadata"])


def _unspeakable(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if problem := _problem(value):
            yield path, problem
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, f"is {value}, which JSON cannot say"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if problem := _problem(key):
                yield path, f"has a key that {problem}"
            yield from _unspeakable(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unspeakable(item, (*path, index))


def _problem(text: str) -> str:
    if "\0" in text:
        return "holds a NUL character, which no argument, variable or annotation can carry"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"is no text: {text[error.start : error.end]!r} is half a character"
    return ""
