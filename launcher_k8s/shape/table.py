"""The whole table: every fact of a Job and of a Service, in the order in which an object is built."""

from __future__ import annotations

from typing import Final

from launcher_k8s.shape import container, identity, pod, service, untouched
from launcher_k8s.shape.fact import Fact, Lookup

JOB_FACTS: Final[tuple[Fact, ...]] = identity.FACTS + pod.FACTS + container.FACTS + untouched.FACTS
SERVICE_FACTS: Final[tuple[Fact, ...]] = service.FACTS
JOB_LOOKUP: Final = Lookup(JOB_FACTS)
SERVICE_LOOKUP: Final = Lookup(SERVICE_FACTS)
