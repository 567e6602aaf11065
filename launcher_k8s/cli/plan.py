"""``launcher-k8s plan``: the objects a job would become, and every decision on the way."""

from __future__ import annotations

import argparse
import json

import yaml

from launcher_k8s.cli.common import (
    cluster_of,
    groups_of,
    print_json,
    read_job,
    say,
    show,
    shows_unicode,
)
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.present import decisions_table
from launcher_k8s.wire import to_wire


def plan(arguments: argparse.Namespace) -> int:
    """Print the manifests and the decisions; nothing of a cluster is needed."""
    cluster = cluster_of(arguments)
    groups = groups_of(arguments, user=arguments.user)
    planned = plan_job(read_job(arguments.job), cluster, user=arguments.user, groups=groups)
    if arguments.json:
        _print_json(planned)
    else:
        _print_yaml(planned)
    return 0


def _print_json(planned: JobPlan) -> None:
    print_json(
        {
            "jobId": planned.job_id,
            "job": planned.manifest,
            "service": planned.service,
            "decisions": decisions_table(planned.decisions).records(),
            "patch": planned.patch,
        }
    )


def _print_yaml(planned: JobPlan) -> None:
    objects = [body for body in (planned.manifest, planned.service) if body is not None]
    show(yaml.safe_dump_all(objects, sort_keys=False, allow_unicode=shows_unicode()), end="")
    say("\n" + decisions_table(planned.decisions, title="Decisions").text())
    if planned.patch:
        say("\nPatch of the overrides (RFC 6902)")
        for operation in planned.patch:
            say(json.dumps(to_wire(operation), ensure_ascii=not shows_unicode()))
