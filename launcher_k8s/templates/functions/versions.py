"""Sprig's functions on semantic versions.

Source: Sprig 3.3.0, semver.go.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.gosemver.constraints import parse_constraints
from launcher_k8s.templates.gosemver.version import parse_version
from launcher_k8s.templates.govalues.allowance import spend
from launcher_k8s.templates.govalues.signature import Registry, function

REGISTRY: Final[Registry] = {}

function(REGISTRY, "string", "semver")(parse_version)


@function(REGISTRY, "string, string", "semverCompare")
def semver_compare(constraint: str, version: str) -> bool:
    """Whether a version meets a constraint."""
    spend(len(constraint) ** 2)  # ranges are looked for from each character on
    constraints = parse_constraints(constraint)
    return constraints.allow(parse_version(version))
