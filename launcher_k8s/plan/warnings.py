"""What a plan warns of: it does not stop the job, and is rarely meant.

Numbers that templates take for unset, a standard input without its copy, text that Kubernetes expands before
the shell does, and a cluster that can be planned for and not reached. What overrides break is told in
:mod:`~launcher_k8s.plan.overriding`, and what the rules find, by each rule.
"""

from __future__ import annotations

import re

from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.origin import JOB
from launcher_k8s.settings import ClusterSettings

_REFERENCE = re.compile(r"\$\(([^()]+)\)")


def warn(job: Job, cluster: ClusterSettings, trail: Trail) -> None:
    """Record what the user should know of a decided job.

    Args:
        job: The job as it will run.
        cluster: The cluster's settings.
        trail: Takes the warnings.
    """
    for field in ("run_as_user_id", "run_as_group_id"):
        if getattr(job.container, field) == 0:
            reason = "0 cannot be asked for: templates take it for unset, so the image's own applies"
            trail.warn(field.replace("_", " "), reason, JOB)
    if job.stdin and not cluster.stdin_annotation:
        reason = (
            "no copy is kept (stdin_annotation is off): not sent if the launcher restarts before the start"
        )
        trail.warn("stdin", reason, cluster.origin("stdin_annotation"))
    _warn_of_expansion(job, trail)


def warn_of_settings(cluster: ClusterSettings, trail: Trail) -> None:
    """Record what the settings lack, whatever the job.

    Args:
        cluster: The cluster's settings.
        trail: Takes the warnings.
    """
    if cluster.api_url is None:
        trail.warn(
            "api-url", "not set: planning works, reaching the cluster needs it", cluster.origin("api_url")
        )
    if cluster.auth_token is None and cluster.auth_token_path is None:
        reason = (
            "neither auth-token nor auth-token-path is set: planning works, reaching the cluster needs one"
        )
        trail.warn("auth-token", reason, cluster.origin("auth_token"))


def _warn_of_expansion(job: Job, trail: Trail) -> None:
    """Kubernetes expands ``$(NAME)`` of known variables, and reads ``$$`` as ``$``, before the shell does."""
    every = (job.command, job.exe, *job.args, *(variable.value for variable in job.environment))
    if not any("$" in text for text in every):
        return
    names = {variable.name for variable in job.environment}
    texts = {"command": job.command, "exe": job.exe}
    texts |= {f"args[{index}]": text for index, text in enumerate(job.args)}
    texts |= {f"environment {variable.name}": variable.value for variable in job.environment}
    for place, text in texts.items():
        if "$$" in text:
            trail.warn(place, "Kubernetes reads $$ as $: write $$$$ for the two", JOB)
        for name in sorted(names.intersection(_REFERENCE.findall(text))):
            trail.warn(
                place, f"Kubernetes puts the value of {name} for $({name}): write $$({name}) against it", JOB
            )
