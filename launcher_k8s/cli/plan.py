"""``launcher-k8s plan``: the objects a job would become, every decision on the way, and what is wrong."""

from __future__ import annotations

import argparse
import json
from itertools import filterfalse

import yaml
from msgspec.structs import replace

from launcher_k8s.cli.common import (
    CONNECTION_CODES,
    cluster_for_user,
    groups_of,
    print_json,
    read_job,
    say,
    say_unchecked,
    show,
    shows_unicode,
    version_named,
)
from launcher_k8s.decisions import Decision, DecisionKind
from launcher_k8s.finding import Finding
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.present import decisions_table, findings_table, findings_text
from launcher_k8s.schemas import findings_in, findings_of_answers, without_repeated
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wire import to_wire

_WAY = ("api-url", "auth-token")


def plan(arguments: argparse.Namespace) -> int:
    """Print the manifests, the decisions and the findings; a cluster is asked for a dry run alone."""
    cluster = cluster_for_user(arguments, untold=CONNECTION_CODES if arguments.kubeconfig else ())
    groups = groups_of(arguments, user=arguments.user)
    planned = plan_job(
        read_job(arguments.job), cluster, user=arguments.user, groups=groups, effects=HostEffects()
    )
    with version_named():
        findings = findings_in(planned, kubernetes=arguments.kubernetes)
    if arguments.kubeconfig:
        planned = _without_way(planned)
    if arguments.dry_run:
        planned, answers = _tried(planned, cluster, kubeconfig=arguments.kubeconfig)
        findings += without_repeated(answers, told=findings)
    if arguments.json:
        _print_json(planned, findings)
    else:
        _print_yaml(planned, findings)
        say_unchecked()
    return 1 if findings else 0


def _without_way(planned: JobPlan) -> JobPlan:
    """The plan without what the settings lack to reach a cluster: a kubeconfig file says it."""

    def is_of_way(decision: Decision) -> bool:
        return decision.kind is DecisionKind.WARNING and decision.subject in _WAY

    return replace(planned, decisions=tuple(filterfalse(is_of_way, planned.decisions)))


def _tried(
    planned: JobPlan, cluster: ClusterSettings, *, kubeconfig: str | None
) -> tuple[JobPlan, tuple[Finding, ...]]:
    """The plan with what the API server warns of, and what it would not accept."""
    from launcher_k8s.backend.submitting import with_warnings
    from launcher_k8s.cli.dry_run import dry_run

    trial = dry_run(planned, cluster, kubeconfig=kubeconfig)
    return with_warnings(planned, trial.warnings), findings_of_answers(trial.refusals, planned)


def _print_json(planned: JobPlan, findings: tuple[Finding, ...]) -> None:
    print_json(
        {
            "jobId": planned.job_id,
            "job": planned.manifest,
            "service": planned.service,
            "decisions": decisions_table(planned.decisions).records(),
            "patch": planned.patch,
            "findings": findings_table(findings).records(),
        }
    )


def _print_yaml(planned: JobPlan, findings: tuple[Finding, ...]) -> None:
    objects = [body for body in (planned.manifest, planned.service) if body is not None]
    show(yaml.safe_dump_all(objects, sort_keys=False, allow_unicode=shows_unicode()), end="")
    say("\n" + decisions_table(planned.decisions, title="Decisions").text())
    if planned.patch:
        say("\nPatch of the overrides (RFC 6902)")
        for operation in planned.patch:
            say(json.dumps(to_wire(operation), ensure_ascii=not shows_unicode()))
    if findings:
        say("\n" + findings_text(findings, title="Findings"))
