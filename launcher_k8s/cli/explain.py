"""``launcher-k8s explain``: what a user gets, and why; for a job, every decision or refusal."""

from __future__ import annotations

import argparse

from launcher_k8s.cli.common import (
    cluster_for_user,
    groups_of,
    job_options,
    print_json,
    read_job,
    say_unchecked,
    show,
    version_named,
)
from launcher_k8s.explanation import explain as explain_user
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.job import Job


def explain(arguments: argparse.Namespace) -> int:
    """Print the effective profile and, where a job was given, what is decided or refused for it."""
    cluster = cluster_for_user(arguments)
    job = _job(arguments)
    user, groups = arguments.user, groups_of(arguments, user=arguments.user)
    with version_named():
        explanation = explain_user(
            cluster, user, groups=groups, job=job, kubernetes=arguments.kubernetes, effects=HostEffects()
        )
    if arguments.json:
        print_json(explanation.records())
    else:
        show(explanation.text())
        if job is not None:
            say_unchecked()
    return 1 if explanation.is_refused or explanation.findings else 0


def _job(arguments: argparse.Namespace) -> Job | None:
    if arguments.job is not None:
        return read_job(arguments.job)
    options = job_options(arguments)
    return Job.shell("true", **options) if options else None
