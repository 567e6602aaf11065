"""A job, recovered from its Kubernetes Job: by this process, by another, or years later.

What is recovered is what the objects tell, :data:`RECOVERED_FIELDS`; state and times come from the pod
and are not read here. Objects of older templates tell less, and foreign changes do no harm: what cannot
be read stays empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.job import Container, Job
from launcher_k8s.shape.fact import ABSENT, Object, look
from launcher_k8s.shape.table import JOB_FACTS

RECOVERED_FIELDS: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(field for fact in JOB_FACTS for field in fact.tells)
)
"""Fields of a job that its Job in the cluster tells, those of its container as ``container.image``.

Four come back in a normal form: the arguments of a shell command joined to it, placement constraints
sorted by name, limits as plain numbers in the order CPU, memory, GPUs, ports that are not published
before those that are. Of ``config`` the account and the secrets come back, in this order.
"""

_CONTAINER = "container."


def read_job(job_object: Object, *, cluster: str = "") -> Job:
    """The job that a Kubernetes Job was made for.

    Args:
        job_object: The Job, as JSON types.
        cluster: The name of the cluster it was read from.
    """
    fields: dict[str, Any] = {}
    for fact in JOB_FACTS:
        value = look(job_object, fact.path)
        if value is ABSENT:
            continue
        try:
            told = fact.read(value, job_object)
        except (TypeError, ValueError, KeyError, AttributeError):
            # Changed by others to something that Kubernetes accepts and the Launcher never writes.
            continue
        _join(fields, told)
    container = {
        key.removeprefix(_CONTAINER): fields.pop(key) for key in list(fields) if key.startswith(_CONTAINER)
    }
    return Job(cluster=cluster, container=Container(**container), **fields)


def _join(fields: dict[str, Any], told: Mapping[str, Any]) -> None:
    for field, value in told.items():
        known = fields.get(field)
        fields[field] = known + value if isinstance(known, tuple) else value
