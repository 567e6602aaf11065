"""Manifests held against Kubernetes' published schemas, without a cluster; needs the extra ``schemas``.

And what an API server answers of the same, in the same words, for which no extra is needed.
"""

from launcher_k8s.schemas.answers import findings_of_answers
from launcher_k8s.schemas.check import check_schema, findings_in, without_repeated
from launcher_k8s.schemas.configured import check_applicable, check_overrides, has_overrides
from launcher_k8s.schemas.library import EXTRA, is_installed

__all__ = [
    "EXTRA",
    "check_applicable",
    "check_overrides",
    "check_schema",
    "findings_in",
    "findings_of_answers",
    "has_overrides",
    "is_installed",
    "without_repeated",
]
