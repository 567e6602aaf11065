"""Names that nothing in Kubernetes can have, which is mostly a list whose items are not parted by commas.

Only characters are looked at. Whether an image or a label is there is the cluster's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from launcher_k8s.config.checks.subjects import Subjects
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.origin import Origin, Sourced
from launcher_k8s.settings import ResourceProfile
from launcher_k8s.wording import quote

_CODE: Final = "impossible-name"
_CONSTRAINTS: Final = "placement_constraints"
_DEFAULT_IMAGE: Final = "default-container-image"
_NOT_IN_IMAGE: Final = re.compile(r"[\s;'\"]")
_NOT_IN_LABEL: Final = re.compile(r"[^A-Za-z0-9._/:-]")


_LABEL_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LABEL_PREFIX: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_LONGEST_PREFIX: Final = 253


def check_names(
    subjects: Subjects, resources: Sequence[ResourceProfile], sources: Sources, findings: Findings
) -> None:
    """Report images and node labels that can exist nowhere.

    Args:
        subjects: What the profiles file sets.
        resources: The resource profiles that there are.
        sources: The files that were read.
        findings: Told of everything.
    """
    for origin, image in _images(subjects):
        if _NOT_IN_IMAGE.search(image):
            message = f"{quote(image)} is no image: it has a blank, a semicolon or a quote"
            hint = _image_hint(image) if origin.key == _DEFAULT_IMAGE else _without_quotes(image)
            findings.report(_CODE, sources.at(origin, image), message, hint)
    for origin, constraint in _constraints(subjects, resources):
        text = str(constraint)
        if not _is_label(constraint):
            hint = f"write {text.replace('=', ':', 1)}" if "=" in text else _without_quotes(text)
            if not _NOT_IN_LABEL.search(text):
                hint = "key and value begin and end with a letter or digit, and have at most 63 characters"
            findings.report(_CODE, sources.at(origin, text), f"{quote(text)} is no node label", hint)


def _is_label(constraint: PlacementConstraint) -> bool:
    """Whether a node can have this label (Kubernetes, "Labels and Selectors", syntax)."""
    prefix, slash, name = constraint.name.rpartition("/")
    if slash and not (len(prefix) <= _LONGEST_PREFIX and _LABEL_PREFIX.fullmatch(prefix)):
        return False
    value = constraint.value
    return bool(_LABEL_NAME.fullmatch(name) and (not value or _LABEL_NAME.fullmatch(value)))


def _image_hint(text: str) -> str:
    bare = text.strip("\"'")
    return f"write {bare}" if bare != text else "write one image, such as registry.example.com/r:4"


def _without_quotes(text: str) -> str:
    bare = text.strip("\"'")
    return f"write {bare}" if bare != text else "part the items of a list by commas"


def _images(subjects: Subjects) -> Iterator[tuple[Origin, str]]:
    yield from _items(subjects.own("container_images"))
    for default in subjects.own("default_container_image"):
        yield default.origin, default.value


def _constraints(
    subjects: Subjects, resources: Iterable[ResourceProfile]
) -> Iterator[tuple[Origin, PlacementConstraint]]:
    yield from _items(subjects.own(_CONSTRAINTS))
    for profile in (each for each in resources if each.placement_constraints):
        origin = attrs.evolve(profile.origin, key="placement-constraints")
        yield from ((origin, constraint) for constraint in profile.placement_constraints)


def _items(lists: Iterable[Sourced[Any]]) -> Iterator[tuple[Origin, Any]]:
    for sourced in lists:
        for item in sourced.value:
            yield sourced.origin, item
