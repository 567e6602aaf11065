"""Whether an object keeps the Launcher's contract (domain, section 4, "A rendered Job should hold").

Checked are the facts of the shape, as far as the object's template version knows them, and rules that
hold for every value. A finding is a warning in a plan; only lost identification refuses a job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.manifest.build import build_job, build_service
from launcher_k8s.shape.agreement import quote
from launcher_k8s.shape.fact import (
    ABSENT,
    CONTAINER,
    METADATA,
    POD_METADATA,
    POD_SPEC,
    Data,
    Fact,
    Object,
    Path,
    Version,
    look,
    look_for,
)
from launcher_k8s.shape.names import SERVICE_KIND
from launcher_k8s.shape.table import JOB_FACTS, JOB_LOOKUP, SERVICE_LOOKUP
from launcher_k8s.wording import kind_of

NEWEST: Version = (2, 5, 0)

_TEXT_MAPPINGS: tuple[Path, ...] = (
    (*METADATA, "annotations"),
    (*METADATA, "labels"),
    (*POD_METADATA, "annotations"),
    (*POD_METADATA, "labels"),
    (*POD_SPEC, "nodeSelector"),
    ("spec", "selector"),
)

_NO_VALUE: Final = "<no value>"
_BLANK_BEFORE_BREAK: Final = re.compile(r"[^\S\n]\n").search


def check(
    manifest: Object,
    data: Data,
    *,
    version: Version = NEWEST,
    facts: Sequence[tuple[Fact, Any]] | None = None,
) -> tuple[Finding, ...]:
    """Everything in a Job or Service that departs from the contract.

    Args:
        manifest: The object, as JSON types. Its ``kind`` chooses the rules, Job unless it is Service.
        data: The job's data that it was made from.
        version: The version of the template that made it: what it cannot know is not asked for.
        facts: The facts that count with what the object holds of each, if they have been looked up already.
    """
    is_service = manifest.get("kind") == SERVICE_KIND
    if facts is None:
        facts = list((SERVICE_LOOKUP if is_service else JOB_LOOKUP).found_in(manifest))
    found = (
        *_broken(facts, data, version),
        *_values_that_are_no_text(manifest),
        *_dangling_mounts(manifest),
        *_template_remains(manifest, data),
    )
    return tuple(attrs.evolve(finding, kind=SERVICE_KIND) for finding in found) if is_service else found


def lost_identification(manifest: Object) -> tuple[Finding, ...]:
    """What a Job lacks to be known as the Launcher's: with any of it, it may not be submitted."""
    return tuple(_lost(manifest))


def _lost(manifest: Object) -> Iterator[Finding]:
    for fact in JOB_FACTS:
        if fact.identifies is None:
            continue
        found = look(manifest, fact.path)
        if not fact.identifies(found):
            message = "is missing" if found in (ABSENT, "") else f"is {quote(found)}"
            yield Finding(fact.code, fact.path, message, fact.why)


def _broken(facts: Iterable[tuple[Fact, Any]], data: Data, version: Version) -> Iterator[Finding]:
    for fact, found in facts:
        expected = fact.write(data) if fact.since <= version else ABSENT
        if expected is ABSENT:
            continue
        problem = fact.agree(expected, None if found is ABSENT else found)
        if problem:
            yield Finding(fact.code, fact.path, problem, fact.why, fact.severity)


def _values_that_are_no_text(manifest: Object) -> Iterator[Finding]:
    for path in _TEXT_MAPPINGS:
        yield from (
            _not_text((*path, key), value)
            for key, value in look_for(manifest, path, dict).items()
            if not isinstance(value, str)
        )
    for index, variable in enumerate(look_for(manifest, (*CONTAINER, "env"), list)):
        value = look(variable, ("value",))
        if value is not ABSENT and not isinstance(value, str):
            yield _not_text((*CONTAINER, "env", index, "value"), value)


def _not_text(path: Path, value: Any) -> Finding:
    message = f"is {kind_of(value)}, expected a string"
    return Finding("not-a-string", path, message, "Kubernetes refuses the object; pipe it to quote")


def _dangling_mounts(manifest: Object) -> Iterator[Finding]:
    volumes = {look(volume, ("name",)) for volume in look_for(manifest, (*POD_SPEC, "volumes"), list)}
    for index, mount in enumerate(look_for(manifest, (*CONTAINER, "volumeMounts"), list)):
        name = look(mount, ("name",))
        if name not in volumes:
            yield Finding(
                "mount-without-volume",
                (*CONTAINER, "volumeMounts", index, "name"),
                f"names {name}, which is no volume of the pod" if name is not ABSENT else "is missing",
                "Kubernetes refuses the object; add the volume to the pod's volumes",
            )


def _template_remains(manifest: Object, data: Data) -> Iterator[Finding]:
    """Text that a template left by mistake. What the job itself says is nobody's mistake."""
    suspect: list[tuple[Path, str]] = []
    _collect_suspects(manifest, (), suspect)
    fields = list(data.values())
    suspect = [(path, text) for path, text in suspect if text not in fields]
    if not suspect:
        return
    said = _texts(data)
    suspect = [(path, text) for path, text in suspect if text not in said]
    if not suspect:
        return
    meant = _texts([build_job(data), build_service(data)])  # joined of what it says
    for path, text in suspect:
        if text in meant:
            continue
        if _NO_VALUE in text:
            message = f"holds {_NO_VALUE}"
            yield Finding("no-value", path, message, "the template names a field that is not there")
        else:
            message = "has a blank or newline at an end of a line"
            hint = "output of exec keeps its newline: toString | trim | quote"
            yield Finding("blank-at-end", path, message, hint, Severity.WARNING)


def _collect_suspects(value: Any, path: Path, found: list[tuple[Path, str]]) -> None:
    """The texts in a value that may have been left by mistake, with where they stand."""
    items: Iterable[tuple[str | int, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for step, item in items:
        kind = type(item)
        if kind is dict or kind is list:
            _collect_suspects(item, (*path, step), found)
        # A field that is not there, or a blank at either end or at the end of a line.
        elif kind is str and (
            item.strip() != item or _NO_VALUE in item or ("\n" in item and _BLANK_BEFORE_BREAK(item))
        ):
            found.append(((*path, step), item))


def _texts(value: Any) -> set[str]:
    """All texts in a value."""
    found: set[str] = set()
    _collect_texts(value, found)
    return found


def _collect_texts(value: Any, found: set[str]) -> None:
    for item in value if isinstance(value, list) else value.values():
        kind = type(item)
        if kind is str:
            found.add(item)
        elif kind is dict or kind is list:
            _collect_texts(item, found)
