"""Manifests held against Kubernetes' published schemas, without a cluster; needs the extra ``schemas``."""

from launcher_k8s.schemas.check import check_schema
from launcher_k8s.schemas.configured import check_overrides

__all__ = ["check_overrides", "check_schema"]
