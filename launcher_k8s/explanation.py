"""Why a user gets what they get, and a job what is decided for it: everything with its origin, as one value.

A user's effective settings come with what each shadows; a job's decisions, or every reason why it is refused,
in the order in which they were taken. Rule: no decision without a trace (design, "Values").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from launcher_k8s.brevity import brief_words
from launcher_k8s.decisions import Refusal
from launcher_k8s.errors import InvalidJobError, LauncherError
from launcher_k8s.finding import Finding
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.present import (
    Table,
    decisions_table,
    findings_table,
    findings_text,
    profile_records,
    profile_table,
    refusals_of,
    refusals_table,
    resource_profiles_table,
)
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.selection import OfferedProfile, offered_profiles
from launcher_k8s.schemas import findings_in
from launcher_k8s.settings import ClusterSettings, UserProfile
from launcher_k8s.templates.effects import Effects

_FINDINGS = "Findings"


@attrs.frozen(repr=False)
class Explanation:
    """What a user gets, and what becomes of a job of theirs, each value with its origin.

    Args:
        cluster: The cluster's name.
        user: The user.
        groups: Their groups, as they were given.
        profile: Their effective settings, each with what it shadows.
        resource_profiles: What they are offered.
        plan: The job's plan; None where no job was given, or it is refused.
        refusals: Every reason why the job is refused; none where it is planned.
        findings: What is wrong with the planned objects, told as far as the extra ``schemas`` is there.
    """

    cluster: str
    user: str
    groups: tuple[str, ...]
    profile: UserProfile
    resource_profiles: tuple[OfferedProfile, ...] = ()
    plan: JobPlan | None = None
    refusals: tuple[Refusal, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether a job was given that may not run as asked."""
        return bool(self.refusals)

    def text(self) -> str:
        """Aligned tables, one below the other, for a terminal."""
        tables = [table.text() for table in self._user_tables() if table.rows]
        if self.plan is not None:
            tables.append(self._decisions().text())
        if self.findings:
            tables.append(findings_text(self.findings, title=_FINDINGS))
        if self.refusals:
            tables.append(self._refusals_text())
        return "\n\n".join(tables)

    def records(self) -> dict[str, Any]:
        """JSON types: of the user ``profile`` and ``resourceProfiles``, of a job what was found of it.

        That is ``decisions`` and ``findings`` where it is planned, and ``refusals`` where it is not.
        """
        records = {
            "cluster": self.cluster,
            "user": self.user,
            "groups": list(self.groups),
            "profile": profile_records(self.profile),
            "resourceProfiles": self._resource_profiles().records(),
        }
        if self.plan is not None:
            records["decisions"] = self._decisions().records()
            records["findings"] = findings_table(self.findings).records()
        if self.refusals:
            records["refusals"] = self._refusals().records()
        return records

    def __repr__(self) -> str:
        outcome = "refused" if self.refusals else self.plan.job_id if self.plan else "no job"
        return brief_words(self, f"{self._whom()} on {self.cluster}: {outcome}")

    def _repr_html_(self) -> str:
        tables = [table for table in self._user_tables() if table.rows]
        if self.plan is not None:
            tables.append(self._decisions())
        if self.findings:
            tables.append(findings_table(self.findings, title=_FINDINGS))
        if self.refusals:
            tables.append(self._refusals())
        return "".join(table.html() for table in tables)

    def _whom(self) -> str:
        return f"{self.user} in {', '.join(self.groups)}" if self.groups else self.user

    def _user_tables(self) -> tuple[Table, Table]:
        return profile_table(self.profile, title=f"What {self._whom()} gets"), self._resource_profiles()

    def _resource_profiles(self) -> Table:
        offered = ((each.resource, each.refusals) for each in self.resource_profiles)
        return resource_profiles_table(offered, title=f"Resource profiles offered to {self.user}")

    def _decisions(self) -> Table:
        decisions = self.plan.decisions if self.plan is not None else ()
        return decisions_table(decisions, title="Decided for the job")

    def _refusals(self) -> Table:
        return refusals_table(self.refusals, title="The job is refused")

    def _refusals_text(self) -> str:
        # A refusal's reason names value, limit and origin already, and is too long for a column.
        reasons = [f"- {each.message}{f' ({each.hint})' if each.hint else ''}" for each in self.refusals]
        return "\n".join(["The job is refused", *reasons])


def explain(
    cluster: ClusterSettings,
    user: str,
    *,
    groups: Iterable[str] = (),
    job: Job | None = None,
    kubernetes: str | None = None,
    effects: Effects | None = None,
) -> Explanation:
    """What a user gets on a cluster and where each value is from; for a job, every decision or refusal.

    Args:
        cluster: The cluster's settings.
        user: The user's name; not ``*``, for which sections need not add up to what anybody gets.
        groups: All groups of the user, primary and supplementary, in any order.
        job: A job of theirs, planned but not submitted.
        kubernetes: The version whose schemas the job's objects are held against; the newest there is if None,
            and none where the extra ``schemas`` is not installed.
        effects: What templates may reach beyond the job; nothing, if None.

    Raises:
        InvalidJobError: The user is ``*``.
        NotSupportedError: A version is named, and the extra is not installed or has no schemas of it.
    """
    if user == "*":
        message = "the user '*' stands for all users, and what is set for them need not be what one gets"
        raise InvalidJobError.single("user", message, hint="give a user's name; a new one gets what all get")
    groups = tuple(groups)
    profile = profile_for(cluster, user, groups=groups)
    offered = offered_profiles(cluster, profile, user=user)
    explanation = Explanation(cluster.name, user, groups, profile, offered)
    if job is None:
        return explanation
    try:
        plan = plan_job(job, cluster, user=user, groups=groups, effects=effects)
    except LauncherError as error:
        return attrs.evolve(explanation, refusals=refusals_of(error))
    return attrs.evolve(explanation, plan=plan, findings=findings_in(plan, kubernetes=kubernetes))
