"""The built-in manifest: what the vendor's default templates of version 2.5.0 would render of the same data.

It differs from them where they are wrong: a published port keeps its protocol, capabilities are set on the
container, and a job's own annotations never take the place of the Launcher's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from launcher_k8s.shape.fact import ABSENT, Data, Fact, Path, holder, put
from launcher_k8s.shape.identity import STDIN_COPY
from launcher_k8s.shape.service import service_ports
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS


def build_job(data: Data, *, stdin_annotation: bool = True) -> dict[str, Any]:
    """The Job of a job's data, without the name that a plan gives it.

    Args:
        data: The job's data, :func:`~launcher_k8s.manifest.data.job_data`.
        stdin_annotation: Whether to keep a copy of the standard input in the annotation ``stdin``.
    """
    facts: Iterable[Fact] = JOB_FACTS
    if not stdin_annotation:
        facts = (fact for fact in JOB_FACTS if fact.code != STDIN_COPY)
    return _build(facts, data)


def build_service(data: Data) -> dict[str, Any] | None:
    """The Service of a job's data; None where every exposed port is published, or none is exposed."""
    return _build(SERVICE_FACTS, data) if service_ports(data) else None


def _build(facts: Iterable[Fact], data: Data) -> dict[str, Any]:
    built: dict[str, Any] = {}
    holders: dict[Path, dict[str, Any]] = {}
    for fact in facts:
        value = fact.write(data)
        if value is ABSENT:
            continue
        above = fact.path[:-1]
        if above not in holders:
            holders[above] = holder(built, fact.path)
        put(holders[above], fact.path[-1], value)
    return built
