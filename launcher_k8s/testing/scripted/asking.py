"""What is asked of a scripted cluster, and the errors that its client makes of refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from launcher_k8s.connection import Resource
from launcher_k8s.errors import ClusterError
from launcher_k8s.kube.problems import Attempt, error_from_answer
from launcher_k8s.testing.cluster.refusals import Refusal


class Asked(msgspec.Struct, frozen=True, gc=False):  # all are kept, and none holds another
    """One request, as a test looks at it.

    Args:
        verb: In the words of RBAC; a log is read by ``get`` of ``pods/log``.
        resource: Of what.
        params: The query.
        body: What was sent.
    """

    verb: str
    resource: Resource
    params: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        return f"<{self} {self.resource.path}>"

    def __str__(self) -> str:
        resource = self.resource
        plural = f"{resource.plural}/{resource.subresource}" if resource.subresource else resource.plural
        return f"{self.verb} {plural}"

    @property
    def object(self) -> Any:
        """The body, decoded; None without one."""
        return msgspec.json.decode(self.body) if self.body else None


def error_of(attempt: Attempt, refusal: Refusal) -> ClusterError:
    """The error that the client makes of a refusal over HTTP."""
    headers = {"Retry-After": str(refusal.retry_after_s)} if refusal.retry_after_s else {}
    return error_from_answer(attempt, refusal.code, headers, msgspec.json.encode(refusal.status))
