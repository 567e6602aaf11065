"""What makes a job a job, before anything is decided about it.

A name, one of command and exe, an owner and a cluster that are the caller's, and text that a process can
be given. Source: domain, section 5, "Job object"; design, "Public face".
"""

from __future__ import annotations

import unicodedata

from launcher_k8s.decisions import Trail
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import EnvVar, Job
from launcher_k8s.naming import DNS_LABEL_FORM, is_dns_label
from launcher_k8s.origin import CODE, JOB, Origin
from launcher_k8s.rules.contents import check_contents
from launcher_k8s.rules.names import is_env_name, is_loose_env_name
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wording import closest, quote

_HIGHEST_ID = 2**31 - 1
_NO_NAME = frozenset({"Cc", "Cs"})


def check_namespace(cluster: ClusterSettings) -> None:
    """Refuse settings of a namespace that no cluster can have; files were checked when they were read.

    Raises:
        ConfigurationError: The namespace is no DNS label.
    """
    if not is_dns_label(cluster.namespace):
        message = f"no namespace can be called {quote(cluster.namespace)} ({cluster.origin('namespace')})"
        raise ConfigurationError(message, hint=f"write {DNS_LABEL_FORM}")


def check_job(job: Job, cluster: ClusterSettings, *, user: str, trail: Trail) -> None:
    """Refuse a job that is incomplete, contradicts itself or belongs to somebody else.

    Args:
        job: The job.
        cluster: The cluster it is for.
        user: The user it is planned for.
        trail: Told of everything that is wrong, and of fields without effect.

    Raises:
        InvalidJobError: The job is nested so deeply that nothing else of it can be decided.
    """
    _check_program(job, user, trail)
    _check_owner(job, cluster, user, trail)
    check_contents(job, user=user, trail=trail)
    _check_environment(job, user, trail)
    _check_ids(job, user, trail)
    _warn_of_unused(job, trail)


def _check_program(job: Job, user: str, trail: Trail) -> None:
    if not job.name.strip():
        trail.refuse(
            "name", f"the job of user {quote(user)} has no name", value=job.name, origin=JOB, hint="name it"
        )
    if not job.command and not job.exe:
        message = f"the job {quote(job.name)} of user {quote(user)} has neither command nor exe"
        hint = _meant_program(job) or "give a shell command, or a program to run"
        trail.refuse("command", message, origin=JOB, hint=hint)
    if job.command and job.exe:
        message = f"the job {quote(job.name)} of user {quote(user)} has both command and exe"
        hint = "give a shell command or a program, not both"
        trail.refuse("command", message, value=job.command, limit=job.exe, origin=JOB, hint=hint)
    if job.working_directory and not job.working_directory.startswith("/"):
        message = (
            f"the working directory {quote(job.working_directory)} of user {quote(user)} is not absolute"
        )
        trail.refuse(
            "workingDirectory", message, value=job.working_directory, origin=JOB, hint="write a path from /"
        )


def _meant_program(job: Job) -> str:
    """What an unknown field of the job was probably meant to be."""
    meant = ((field, closest(field, ("command", "exe"))) for field in job.extra)
    return next(
        (f"{quote(field)} is not known: did you mean {known}?" for field, known in meant if known), ""
    )


def _check_owner(job: Job, cluster: ClusterSettings, user: str, trail: Trail) -> None:
    _check_user(user, trail)
    _check_same("user", job.user, user, CODE, user, trail)
    if job.cluster:
        _check_same("cluster", job.cluster, cluster.name, cluster.origin("name"), user, trail)
    if job.instance_id:
        origin = cluster.origin("instance_id")
        _check_same("instanceId", job.instance_id, cluster.instance_id, origin, user, trail)


def _check_user(user: str, trail: Trail) -> None:
    if not user.strip():
        problem = "there is no user to run the job for"
    elif user == "*":
        problem = "the user '*' stands for all users, and no job is run for all of them"
    elif not user.isprintable() and any(unicodedata.category(character) in _NO_NAME for character in user):
        problem = f"the user name {quote(user)} holds a control character or half a character"
    else:
        return
    trail.refuse("user", problem, value=quote(user), origin=CODE, hint="give the user's name")


def _check_same(what: str, stated: str, meant: str, origin: Origin, user: str, trail: Trail) -> None:
    if stated and stated != meant:
        message = (
            f"the job of user {quote(user)} has the {what} {quote(stated)}, not {quote(meant)} ({origin})"
        )
        trail.refuse(
            what, message, value=stated, limit=meant, origin=origin, hint=f"leave {what} out of the job"
        )


def _check_environment(job: Job, user: str, trail: Trail) -> None:
    values: dict[str, str] = {}
    for variable in job.environment:
        if not is_env_name(variable.name):
            _check_env_name(variable, user, trail)
        if values.setdefault(variable.name, variable.value) != variable.value:
            values[variable.name] = variable.value
            trail.warn("environment", f"{variable.name} is set more than once: the last value holds", JOB)


def _check_env_name(variable: EnvVar, user: str, trail: Trail) -> None:
    name = quote(variable.name)
    if is_loose_env_name(variable.name):
        trail.warn("environment", f"Kubernetes before 1.34 refuses the environment variable {name}", JOB)
        return
    problem = f"{name}: a name is printable ASCII without =" if variable.name else "without a name"
    message = f"the job of user {quote(user)} has an environment variable {problem}"
    trail.refuse("environment", message, value=variable.name, origin=JOB, hint="rename or remove it")


def _check_ids(job: Job, user: str, trail: Trail) -> None:
    container = job.container
    ids = [("runAsUserId", container.run_as_user_id), ("runAsGroupId", container.run_as_group_id)]
    ids += [("supplementalGroupIds", number) for number in container.supplemental_group_ids]
    for what, number in ids:
        if number is not None and not 0 <= number <= _HIGHEST_ID:
            message = f"{what} {number} of the job of user {quote(user)} is not between 0 and {_HIGHEST_ID}"
            trail.refuse(what, message, value=number, limit=f"0 to {_HIGHEST_ID}", origin=JOB)


def _warn_of_unused(job: Job, trail: Trail) -> None:
    unused = {"queues": job.queues, "stdoutFile": job.stdout_file, "stderrFile": job.stderr_file}
    for what, value in unused.items():
        if value:
            trail.warn(what, f"{what} has no effect on Kubernetes", JOB)
