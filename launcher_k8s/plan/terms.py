"""What the jobs of one user are planned under: all that follows from the settings, whatever the job.

Found out once for all jobs of the user: which profile is theirs, and what to warn of in every plan.
"""

from __future__ import annotations

from collections.abc import Iterable

from launcher_k8s.decisions import Trail
from launcher_k8s.plan.warnings import warn_of_settings
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.resources import Allocator
from launcher_k8s.rules.validity import check_namespace
from launcher_k8s.settings import ClusterSettings


class Terms:
    """A user's terms on one cluster; they change with its settings, and with the user's groups.

    Args:
        cluster: The cluster's settings.
        user: Whose jobs are planned.
        groups: All groups of the user.

    Raises:
        ConfigurationError: No namespace can be called as the settings say.
    """

    def __init__(self, cluster: ClusterSettings, user: str, *, groups: Iterable[str] = ()) -> None:
        check_namespace(cluster)
        self.cluster = cluster
        self.user = user
        self.groups = tuple(groups)
        self.profile = profile_for(cluster, user, groups=self.groups)
        self.allocator = Allocator(self.profile, cluster, user=user)
        warnings = Trail()
        warn_of_settings(cluster, warnings)
        self.warnings = tuple(warnings.decisions)
