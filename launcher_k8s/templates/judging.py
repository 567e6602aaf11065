"""One rendered object held against the contract: the facts of the shape, and what only a document shows.

The facts are those that overrides are held against as well; a document shows besides which keys stand twice
(domain, section 4, "A rendered Job should hold").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.manifest import check, lost_identification
from launcher_k8s.shape.fact import ABSENT, CONTAINER, POD_SPEC, Data, Fact, Path, Version, look, look_for
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND
from launcher_k8s.shape.table import JOB_FACTS, JOB_LOOKUP, SERVICE_FACTS
from launcher_k8s.templates.defaults import JOB_FILES
from launcher_k8s.templates.documents import Document
from launcher_k8s.templates.fields import unknown_fields
from launcher_k8s.wording import kind_of

_INTEGERS: Final[tuple[Path, ...]] = tuple(
    (*place, "securityContext", key)
    for place in (POD_SPEC, CONTAINER)
    for key in ("runAsUser", "runAsGroup", "fsGroup")
)
_CAPABILITIES: Final[Path] = (*POD_SPEC, "securityContext", "capabilities")
_REFUSED: Final = (
    "the API server refuses the Service: each port has a number, and of several each has its name"
)
_NEVER_WRITTEN: Final = frozenset(fact.code for fact in JOB_FACTS if not fact.is_written)
_JOB_TEMPLATE: Final[Path] = ("spec", "template")


def judge(document: Document, name: str, data: Data, version: Version) -> Iterator[Finding]:
    """Everything in a rendered document that departs from the contract.

    Args:
        document: What was rendered.
        name: The template that did it, which says what it is to be.
        data: The data that it was given.
        version: The template's version.
    """
    manifest = document.value
    for place, _ in document.duplicates:
        message = "stands twice; the last one counts"
        yield Finding("duplicate-key", place, message, "write each key once, with all that it holds")
    yield from unknown_fields(manifest, JOB_KIND if name in JOB_FILES else SERVICE_KIND)
    if name in JOB_FILES:
        yield from _judge_job(manifest, data, version)
    else:
        yield from _judge_service(manifest, data, version)


def _judge_job(manifest: dict[str, Any], data: Data, version: Version) -> Iterator[Finding]:
    lost = lost_identification(manifest)
    yield from lost
    codes = {finding.code for finding in lost}
    facts = list(JOB_LOOKUP.found_in(manifest))
    yield from (
        finding
        for finding in check({**manifest, "kind": JOB_KIND}, data, version=version, facts=facts)
        if finding.code not in codes
    )
    there = [(fact, value) for fact, value in facts if value is not ABSENT]
    for fact, value in there:
        if fact.code in _NEVER_WRITTEN and (problem := fact.problem(value)):
            yield Finding(fact.code, fact.path, problem, fact.why, fact.severity)
    for fact, value in there:
        if value == "" and fact.code not in _NEVER_WRITTEN:
            yield from _empty(fact, data, version)
    yield from _no_integers(manifest)
    if look(manifest, _CAPABILITIES) is not ABSENT:
        hint = "set them in the securityContext of the container, or by the job's capabilitiesAdd"
        message = "is of the pod, where Kubernetes knows no capabilities"
        yield Finding("pod-capabilities", _CAPABILITIES, message, hint)


def _judge_service(manifest: dict[str, Any], data: Data, version: Version) -> Iterator[Finding]:
    if look(manifest, _JOB_TEMPLATE) is not ABSENT:
        hint = "put the Service here; job.tpl makes the Job"
        message = "holds a template for pods: this is a job template, probably"
        yield Finding("service-holds-job", _JOB_TEMPLATE, message, hint, kind=SERVICE_KIND)
    yield from check({**manifest, "kind": SERVICE_KIND}, data, version=version)
    yield from _wrong_ports(manifest)
    if manifest.get("kind") != SERVICE_KIND:
        found = next(fact for fact in SERVICE_FACTS if fact.path == ("kind",))
        message = f"is {manifest.get('kind')}, expected {SERVICE_KIND}"
        yield Finding(found.code, found.path, message, found.why, kind=SERVICE_KIND)


def _wrong_ports(manifest: dict[str, Any]) -> Iterator[Finding]:
    """What the API server asks of ports besides."""
    place: Path = ("spec", "ports")
    ports = look_for(manifest, place, list)
    names = [look(port, ("name",)) for port in ports]
    for index, (port, name) in enumerate(zip(ports, names, strict=True)):
        number = look(port, ("port",))
        if type(number) is not int:
            message = "is missing" if number is ABSENT else f"is {kind_of(number)}, expected an integer"
            yield Finding("service-port", (*place, index, "port"), message, _REFUSED, kind=SERVICE_KIND)
        if len(ports) > 1 and (name is ABSENT or names.index(name) < index):
            message = "is missing" if name is ABSENT else "is the name of another port as well"
            yield Finding("service-port", (*place, index, "name"), message, _REFUSED, kind=SERVICE_KIND)


def _empty(fact: Fact, data: Data, version: Version) -> Iterator[Finding]:
    """What is written although the job asks for nothing there."""
    if fact.since <= version and fact.write(data) is ABSENT:
        hint = "write it only where the job asks for it: {{- with ... }}"
        yield Finding(
            "empty-value", fact.path, "is empty, where the job asks for nothing", hint, Severity.WARNING
        )


def _no_integers(manifest: dict[str, Any]) -> Iterator[Finding]:
    for place in _INTEGERS:
        found = look(manifest, place)
        if found is not ABSENT and type(found) is not int:
            yield _no_integer(place, found)
    groups: Path = (*POD_SPEC, "securityContext", "supplementalGroups")
    for index, found in enumerate(look_for(manifest, groups, list)):
        if type(found) is not int:
            yield _no_integer((*groups, index), found)


def _no_integer(place: Path, found: Any) -> Finding:
    hint = "Kubernetes takes whole numbers only; pipe what is text to int"
    return Finding("not-an-integer", place, f"is {kind_of(found)}, expected an integer", hint)
