"""What a cluster offers to one user: the answer to the Launcher's cluster info request.

Values only; ``rules.offers`` fills them in. Fields have no defaults, so that the wire form always has
all of them. Source: domain, section 5, "Cluster info per user".
"""

from __future__ import annotations

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.job import PlacementConstraint, ResourceLimit


@attrs.frozen(kw_only=True)
class ConfigOffer:
    """A config item that jobs may carry; ``values`` are the choices where ``value_type`` is ``enum``."""

    __repr__ = brief

    name: str
    value_type: str
    values: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ProfileOffer:
    """A resource profile that the user may name; ``custom`` stands for limits of the user's own."""

    __repr__ = brief

    name: str
    display_name: str
    resource_limits: tuple[ResourceLimit, ...]
    placement_constraints: tuple[PlacementConstraint, ...]


@attrs.frozen(kw_only=True)
class ClusterInfo:
    """What one user may ask of a cluster.

    Args:
        name: The cluster's name.
        supports_containers: Always true here: every job runs in one.
        images: Known images, in the order of the files.
        default_image: Image of jobs that name none; empty where every job must name its own.
        allow_unknown_images: Whether other images may be named.
        placement_constraints: One per value; one without a value takes any.
        resource_limits: Default and maximum of each resource that the user may state, as ``%f``
            strings: cores, MB, counts; a maximum of 0 means none. Empty where custom resources are
            not allowed.
        resource_profiles: Those that the user's maxima allow, then ``custom`` where it is allowed.
        config: Config items that jobs may carry.
        queues: Always empty: Kubernetes has none.
    """

    __repr__ = brief

    name: str
    supports_containers: bool
    images: tuple[str, ...]
    default_image: str
    allow_unknown_images: bool
    placement_constraints: tuple[PlacementConstraint, ...]
    resource_limits: tuple[ResourceLimit, ...]
    resource_profiles: tuple[ProfileOffer, ...]
    config: tuple[ConfigOffer, ...]
    queues: tuple[str, ...]
