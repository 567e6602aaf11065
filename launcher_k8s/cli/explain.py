"""``launcher-k8s explain``: what a user gets, and why; for a job, every decision or refusal."""

from __future__ import annotations

import argparse

from launcher_k8s.cli.common import cluster_of, groups_of, job_options, print_json, read_job, show
from launcher_k8s.errors import InvalidJobError, LauncherError
from launcher_k8s.job import Job
from launcher_k8s.plan import plan_job
from launcher_k8s.present import (
    Table,
    decisions_table,
    profile_table,
    refusals_of,
    refusals_table,
    resource_profiles_table,
)
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.rules.selection import offered_profiles
from launcher_k8s.settings import ClusterSettings


def explain(arguments: argparse.Namespace) -> int:
    """Print the effective profile and, where a job was given, what is decided or refused for it."""
    _refuse_everyone(arguments.user)
    cluster = cluster_of(arguments)
    job = _job(arguments)
    user, groups = arguments.user, groups_of(arguments, user=arguments.user)
    tables = _user_tables(cluster, user, groups)
    if job is not None:
        tables |= _job_table(job, cluster, user, groups)
    _print(tables, as_json=arguments.json)
    return 1 if "refusals" in tables else 0


def _refuse_everyone(user: str) -> None:
    if user == "*":
        message = "the user '*' stands for all users, and what is set for them need not be what one gets"
        raise InvalidJobError.single("user", message, hint="give a user's name; a new one gets what all get")


def _job(arguments: argparse.Namespace) -> Job | None:
    if arguments.job is not None:
        return read_job(arguments.job)
    options = job_options(arguments)
    return Job.shell("true", **options) if options else None


def _user_tables(cluster: ClusterSettings, user: str, groups: tuple[str, ...]) -> dict[str, Table]:
    profile = profile_for(cluster, user, groups=groups)
    of_groups = f" in {', '.join(groups)}" if groups else ""
    offered = offered_profiles(cluster, profile, user=user)
    return {
        "profile": profile_table(profile, title=f"What {user}{of_groups} gets"),
        "resourceProfiles": resource_profiles_table(
            ((offer.resource, offer.refusals) for offer in offered),
            title=f"Resource profiles offered to {user}",
        ),
    }


def _job_table(job: Job, cluster: ClusterSettings, user: str, groups: tuple[str, ...]) -> dict[str, Table]:
    try:
        plan = plan_job(job, cluster, user=user, groups=groups)
    except LauncherError as error:
        return {"refusals": refusals_table(refusals_of(error), title="The job is refused")}
    return {"decisions": decisions_table(plan.decisions, title="Decided for the job")}


def _print(tables: dict[str, Table], *, as_json: bool) -> None:
    if as_json:
        print_json({name: table.records() for name, table in tables.items()})
    else:
        show("\n\n".join(_text(name, table) for name, table in tables.items() if table.rows))


def _text(name: str, table: Table) -> str:
    if name != "refusals":
        return table.text()
    # A refusal's reason names value, limit and origin already, and is too long for a column.
    reasons = ((row["reason"], f" ({row['hint']})" if row["hint"] else "") for row in table.records())
    return "\n".join([table.title, *(f"- {reason}{hint}" for reason, hint in reasons)])
