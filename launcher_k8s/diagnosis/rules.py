"""The rules by which words of the cluster become a cause: a table, tried from the top.

Each rule is a pattern for a status message (``reason: message``), or for an Event written the same way, and
what it means in one sentence. Each carries real messages that it is for; tests hold every one of them against
the whole table. The texts are those of Kubernetes 1.34 to 1.36 (kubelet, Job controller, quota, limit range,
admission, taint manager, pod garbage collector) and of containerd and runc, taken from a running cluster, or
from the source where that cannot easily be made to say them. What the scheduler says is in
:mod:`~launcher_k8s.diagnosis.scheduling`.
"""

from __future__ import annotations

import re

import attrs

from launcher_k8s.cause import Cause


@attrs.frozen
class Rule:
    """What some words of the cluster mean.

    Args:
        cause: The category.
        pattern: Is searched for in the words.
        summary: One sentence; ``{name}`` is a group of the pattern.
        resolution: What to do.
        examples: Words that it is for.
        is_vague: Other words about the same job may tell more, and are preferred.
    """

    cause: Cause
    pattern: re.Pattern[str]
    summary: str
    resolution: str
    examples: tuple[str, ...]
    is_vague: bool = False


def rule(
    cause: Cause, pattern: str, summary: str, resolution: str, *examples: str, is_vague: bool = False
) -> Rule:
    """A rule of a table."""
    return Rule(cause, re.compile(pattern, re.DOTALL), summary, resolution, examples, is_vague)
