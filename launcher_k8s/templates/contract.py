"""What a template of some version is given, and what a job needs that it cannot express.

Templates before 2.3.0 know requests only as a ratio of limits: they get the ratio itself and no requests;
newer ones get the requests, and ratios of 1.0, so that nothing is ever applied twice (domain, section 4,
"Data contract").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.job import CPU_REQUEST, MEMORY_REQUEST
from launcher_k8s.shape.fact import ABSENT, CONTAINER, Constant, Data, Object, Path, Version, look
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS
from launcher_k8s.templates.versions import REQUESTS_SINCE, format_version

NEEDS_NEWER: Final = "needs-newer-version"
_REQUESTS: Final = frozenset({CPU_REQUEST, MEMORY_REQUEST})
_RESOURCES: Final[Path] = (*CONTAINER, "resources")
_KNOWS_ALL: Final = max(REQUESTS_SINCE, *(fact.since for fact in (*JOB_FACTS, *SERVICE_FACTS)))
"""The first version that lacks nothing."""


def data_for(
    data: Data, version: Version, *, cpu_ratio: float = 1.0, memory_ratio: float = 1.0
) -> dict[str, Any]:
    """The ``.Job`` that a template of a version is given.

    Args:
        data: The job's data as the newest version takes it.
        version: The template's version.
        cpu_ratio: The user's own ratio of request to limit, which older templates apply themselves.
        memory_ratio: The same for memory.
    """
    if version >= REQUESTS_SINCE:
        return dict(data)
    limits = [limit for limit in data["resourceLimits"] if limit["type"] not in _REQUESTS]
    ratios = {"cpuRequestRatio": float(cpu_ratio), "memoryRequestRatio": float(memory_ratio)}
    return {**data, "resourceLimits": limits, **ratios}


def not_expressed(manifest: Object, data: Data, version: Version, *, kind: str) -> tuple[Finding, ...]:
    """What a job needs, a newer template would write, and this one did not: one finding for each version.

    Args:
        manifest: What the template made.
        data: The job's data as the newest version takes it.
        version: The template's version.
        kind: The object's kind.
    """
    if version >= _KNOWS_ALL:
        return ()
    lacking: dict[Version, list[Path]] = {}
    for since, place in _lacking(manifest, data, version, kind):
        lacking.setdefault(since, []).append(place)
    return tuple(
        Finding(
            NEEDS_NEWER,
            places[0],
            f"is not as the job needs it, and the template's version {format_version(version)} does not know "
            f"how: {format_version(since)} does ({', '.join(str(place[-1]) for place in places)})",
            f"upgrade the template to version {format_version(since)} or later",
            Severity.WARNING,
            kind,
        )
        for since, places in sorted(lacking.items())
    )


def _lacking(manifest: Object, data: Data, version: Version, kind: str) -> Iterator[tuple[Version, Path]]:
    facts = JOB_FACTS if kind == "Job" else SERVICE_FACTS
    for fact in facts:
        is_newer = fact.since > version and not isinstance(fact.write, Constant)
        expected = fact.write(data) if is_newer else ABSENT
        if expected is not ABSENT and fact.agree(expected, _found(manifest, fact.path)):
            yield fact.since, fact.path
        if version < REQUESTS_SINCE and fact.path == _RESOURCES:
            expected = fact.write(data)
            if expected is not ABSENT and fact.agree(expected, _found(manifest, fact.path)):
                yield REQUESTS_SINCE, (*_RESOURCES, "requests")


def _found(manifest: Object, path: Path) -> Any:
    found = look(manifest, path)
    return None if found is ABSENT else found
