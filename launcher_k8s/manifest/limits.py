"""What Kubernetes cannot hold: too many bytes of annotations.

Checked before a submit, so that the answer names the job's own field rather than an object's (domain,
section 5, "stdin").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.decisions import Trail
from launcher_k8s.shape.fact import METADATA, POD_METADATA, Object, look_for
from launcher_k8s.shape.names import ANNOTATIONS_LIMIT_BYTES, OWN_ANNOTATION_PREFIX, STDIN_ANNOTATION

_MOST_BYTES: Final = 4
"""What one character can take."""

ROOM_FOR_OWN_BYTES: Final = 8 * 1024
"""Kept free on a Job for what the library writes there later: its submission, intents and final state."""


def check_annotations(manifest: Object, *, trail: Trail) -> None:
    """Refuse more annotations than an object can hold.

    Args:
        manifest: The Job.
        trail: Takes the refusals, which name the sizes.
    """
    _check_size("job", look_for(manifest, (*METADATA, "annotations"), dict), ROOM_FOR_OWN_BYTES, trail)
    _check_size("pod", look_for(manifest, (*POD_METADATA, "annotations"), dict), 0, trail)


def _check_size(part: str, annotations: Mapping[str, Any], kept_free: int, trail: Trail) -> None:
    characters = 0
    for key, text in annotations.items():
        characters += len(key) + len(text) if isinstance(text, str) else 0
    if characters * _MOST_BYTES <= ANNOTATIONS_LIMIT_BYTES - kept_free:  # as nearly always
        return
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
