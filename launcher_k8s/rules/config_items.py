"""A job's config items: secrets in its environment, and the service account it runs as.

``secret`` is ``secretName:key:ENVNAME``; ``serviceAccountName`` names an account. Other names mean
nothing on Kubernetes and are passed over with a warning. Source: domain, section 4, "Secrets".
"""

from __future__ import annotations

import attrs

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import SECRET_CONFIG, SERVICE_ACCOUNT_CONFIG, ConfigItem, Job
from launcher_k8s.naming import OBJECT_NAME_FORM, is_object_name
from launcher_k8s.origin import JOB
from launcher_k8s.rules.names import (
    DATA_KEY_FORM,
    ENV_NAME_FORM,
    is_data_key,
    is_env_name,
)
from launcher_k8s.wording import did_you_mean, quote

SECRET = "secret"  # noqa: S105 - what decisions call it
SERVICE_ACCOUNT = "service account"
_SECRET_FORM = "secretName:key:ENVNAME"  # noqa: S105 - the form, not a secret


def check_config(job: Job, *, user: str, trail: Trail) -> tuple[ConfigItem, ...]:
    """The config items that take effect, blanks trimmed, each once.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of every item, of those refused and of those passed over.
    """
    if not job.config:
        return ()
    items: dict[str, ConfigItem] = {}
    for item in job.config:
        item = attrs.evolve(item, value=item.value.strip())
        if item.name == SECRET_CONFIG:
            _add_secret(item, items, user, trail)
        elif item.name == SERVICE_ACCOUNT_CONFIG:
            _add_account(item, items, user, trail)
        else:
            _warn_of_name(item.name, trail)
    _warn_of_hidden(job, items, trail)
    return tuple(items.values())


def _add_secret(item: ConfigItem, items: dict[str, ConfigItem], user: str, trail: Trail) -> None:
    parts = item.value.split(":")
    problem = _secret_problem(parts)
    if problem:
        message = f"the secret {quote(item.value)} of user {quote(user)} {problem}"
        hint = f"write {_SECRET_FORM}"
        trail.refuse(SECRET, message, value=item.value, limit=_SECRET_FORM, origin=JOB, hint=hint)
        return
    variable = f"{SECRET} {parts[2]}"
    first = items.setdefault(variable, item)
    if first is item:
        reason = f"key {parts[1]} of the secret {parts[0]}, in the variable {parts[2]}"
        trail.decide(SECRET, item.value, DecisionKind.STATED, JOB, reason)
    elif first.value != item.value:
        message = f"user {quote(user)} puts two secrets into {parts[2]}: {first.value} and {item.value}"
        trail.refuse(
            SECRET, message, value=item.value, limit=first.value, origin=JOB, hint="rename one variable"
        )


def _secret_problem(parts: list[str]) -> str:
    if len(parts) != 3:
        return f"has {len(parts)} parts, not three"
    name, key, variable = parts
    if not is_object_name(name):
        return f"names a secret that there cannot be: {quote(name)} (a name has {OBJECT_NAME_FORM})"
    if not is_data_key(key):
        return f"names a key that no secret can have: {quote(key)} (a key has {DATA_KEY_FORM})"
    if not is_env_name(variable):
        return f"names a variable that there cannot be: {quote(variable)} (a name has {ENV_NAME_FORM})"
    return ""


def _add_account(item: ConfigItem, items: dict[str, ConfigItem], user: str, trail: Trail) -> None:
    if not item.value:
        return
    if not is_object_name(item.value):
        account = f"the service account {quote(item.value)} of user {quote(user)}"
        message = f"{account} has a name that none can have: write {OBJECT_NAME_FORM}"
        trail.refuse(SERVICE_ACCOUNT, message, value=item.value, limit=OBJECT_NAME_FORM, origin=JOB)
        return
    first = items.setdefault(SERVICE_ACCOUNT, item)
    if first is item:
        trail.decide(SERVICE_ACCOUNT, item.value, DecisionKind.STATED, JOB)
    elif first.value != item.value:
        message = f"user {quote(user)} names two service accounts: {first.value} and {item.value}"
        trail.refuse(
            SERVICE_ACCOUNT, message, value=item.value, limit=first.value, origin=JOB, hint="name one"
        )


def _warn_of_name(name: str, trail: Trail) -> None:
    reason = f"the config item {quote(name)} has no meaning on Kubernetes and is passed over"
    hint = did_you_mean(name, (SECRET_CONFIG, SERVICE_ACCOUNT_CONFIG))
    trail.warn("config", f"{reason}; {hint}" if hint else reason, JOB)


def _warn_of_hidden(job: Job, items: dict[str, ConfigItem], trail: Trail) -> None:
    """Of two variables with one name Kubernetes takes the last, and secrets are written last."""
    for variable in job.environment:
        if f"{SECRET} {variable.name}" in items:
            trail.warn(SECRET, f"the secret hides the job's own environment variable {variable.name}", JOB)
