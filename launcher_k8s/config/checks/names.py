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
_NOT_IN_IMAGE: Final = re.compile(r"[\s;'\"]")
_NOT_IN_LABEL: Final = re.compile(r"[^A-Za-z0-9._/:-]")


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
            findings.report(_CODE, sources.at(origin, image), message, _without_quotes(image))
    for origin, constraint in _constraints(subjects, resources):
        text = str(constraint)
        if _NOT_IN_LABEL.search(text):
            hint = f"write {text.replace('=', ':', 1)}" if "=" in text else _without_quotes(text)
            findings.report(_CODE, sources.at(origin, text), f"{quote(text)} is no node label", hint)


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
    for profile in resources:
        origin = attrs.evolve(profile.origin, key="placement-constraints")
        yield from ((origin, constraint) for constraint in profile.placement_constraints)


def _items(lists: Iterable[Sourced[Any]]) -> Iterator[tuple[Origin, Any]]:
    for sourced in lists:
        for item in sourced.value:
            yield sourced.origin, item
