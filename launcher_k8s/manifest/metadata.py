"""What a job's metadata may ask of its objects (domain, section 4: ``metadata.job|pod|service``).

The conventions are the vendor's: annotations and labels for each object, init containers for the pod.
What cannot be done as asked is refused, never left out in silence: a part of the wrong type, a value that
is no string (Kubernetes takes no other), and a key that is the Launcher's own. Owner, state and secrets of
a job hang on those keys (Decided).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Json
from launcher_k8s.shape.agreement import quote
from launcher_k8s.shape.fact import METADATA, POD_METADATA, Path
from launcher_k8s.shape.names import JOB_NAME_LABEL, OWN_ANNOTATION_PREFIX, TAG_ANNOTATION_PREFIX
from launcher_k8s.shape.table import JOB_FACTS
from launcher_k8s.wording import kind_of

_PARTS: Mapping[str, Path] = {"job": METADATA, "pod": POD_METADATA, "service": METADATA}
_KEYS = ("annotations", "labels")


def check_metadata(metadata: Mapping[str, Json], *, trail: Trail) -> None:
    """Refuse metadata that follows the conventions in name only.

    Args:
        metadata: The job's free metadata.
        trail: Takes the refusals.
    """
    for part in _PARTS:
        section = metadata.get(part)
        if section is None:
            continue
        if not isinstance(section, Mapping):
            _refuse_type(f"metadata.{part}", section, "an object", trail)
            continue
        for key in _KEYS:
            _check_texts(part, key, section.get(key), trail)
        if part == "pod":
            _check_containers(section.get("initContainers"), trail)


def _check_texts(part: str, key: str, texts: Any, trail: Trail) -> None:
    where = f"metadata.{part}.{key}"
    if texts is None:
        return
    if not isinstance(texts, Mapping):
        _refuse_type(where, texts, "an object", trail)
        return
    for name, value in texts.items():
        if not isinstance(value, str):
            _refuse_type(f"{where}.{name}", value, "a string", trail)
        elif _is_reserved(part, key, name):
            message = f"{where}.{name} is refused: the Launcher writes {name} itself"
            trail.refuse(where, message, value=name, hint="choose another name")


def _check_containers(containers: Any, trail: Trail) -> None:
    where = "metadata.pod.initContainers"
    if containers is None:
        return
    if not isinstance(containers, (list, tuple)):
        _refuse_type(where, containers, "a list", trail)
        return
    for index, container in enumerate(containers):
        if not isinstance(container, Mapping):
            _refuse_type(f"{where}[{index}]", container, "an object", trail)


def _refuse_type(where: str, value: Any, expected: str, trail: Trail) -> None:
    message = f"{where} is {kind_of(value)}, it must be {expected}"
    trail.refuse(where, message, value=value, limit=expected, hint=_hint(value, expected))


def _hint(value: Any, expected: str) -> str:
    is_scalar = expected == "a string" and isinstance(value, (bool, int, float))
    return f'write "{quote(value)}"' if is_scalar else f"make it {expected}"


def _is_reserved(part: str, key: str, name: str) -> bool:
    if part == "service":
        return key == "labels" and name == JOB_NAME_LABEL
    if key == "annotations":
        return name in _WRITTEN[part, key] or name.startswith((OWN_ANNOTATION_PREFIX, TAG_ANNOTATION_PREFIX))
    return name in _WRITTEN[part, key] or name == JOB_NAME_LABEL


def _written(path: Path) -> Iterator[str]:
    for fact in JOB_FACTS:
        if fact.path[:-1] == path:
            yield str(fact.path[-1])


_WRITTEN = {(part, key): frozenset(_written((*path, key))) for part, path in _PARTS.items() for key in _KEYS}
