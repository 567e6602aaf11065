"""The built-in manifest: what the vendor's default templates of version 2.5.0 would render of the same data.

It differs from them where they are wrong: a published port keeps its protocol, capabilities are set on the
container, and a job's own annotations never take the place of the Launcher's.
"""

from __future__ import annotations

from typing import Any, Final

from launcher_k8s.shape.fact import Builder, Data
from launcher_k8s.shape.identity import STDIN_COPY
from launcher_k8s.shape.service import service_ports
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS


def build_job(data: Data, *, stdin_annotation: bool = True) -> dict[str, Any]:
    """The Job of a job's data, without the name that a plan gives it.

    Args:
        data: The job's data, :func:`~launcher_k8s.manifest.data.job_data`.
        stdin_annotation: Whether to keep a copy of the standard input in the annotation ``stdin``.
    """
    return (_JOB if stdin_annotation else _JOB_WITHOUT_STDIN).build(data)


def build_service(data: Data) -> dict[str, Any] | None:
    """The Service of a job's data; None where every exposed port is published, or none is exposed."""
    return _SERVICE.build(data) if service_ports(data) else None


_JOB: Final = Builder(JOB_FACTS)
_JOB_WITHOUT_STDIN: Final = Builder(fact for fact in JOB_FACTS if fact.code != STDIN_COPY)
_SERVICE: Final = Builder(SERVICE_FACTS)
