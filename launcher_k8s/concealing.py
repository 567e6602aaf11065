"""Taking a job's secrets out of errors: its standard input, and the values of its environment.

A refusal repeats what is wrong, and sometimes the whole object it is about; a template's error repeats what
a function could not read. No message and no log may show what a job was given in confidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final

from launcher_k8s.errors import ClusterError, LauncherError, TemplateError
from launcher_k8s.job import Job

HIDDEN: Final = "***"

LEAST: Final = 4
"""What has fewer characters is no secret: a number, a flag."""

TELLING: Final = 8
"""From so many characters on a text is hidden wherever it stands; a shorter one may be an ordinary word,
and is hidden where it is a whole value, in quotes."""


class concealing:  # noqa: N801 -- as the context managers of contextlib; a generator costs more than its use
    """Let what a cluster or a template says of a job leave without its secrets, nor any line of them.

    What led to an error that told any is let go: it tells them too.
    """

    def __init__(self, job: Job) -> None:
        self._job = job

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if isinstance(exc, ClusterError | TemplateError):
            values = (variable.value for variable in self._job.environment)
            _hide(exc, secrets_in((self._job.stdin, *values)))


def secrets_in(values: Iterable[str]) -> tuple[str, ...]:
    """What is to be hidden of some texts: they and each line of them; those first that may hold others."""
    parts = {part for value in values for part in (value, *value.splitlines())}
    return tuple(sorted((part for part in parts if len(part.strip()) >= LEAST), key=len, reverse=True))


def conceal(text: str, secrets: Iterable[str]) -> str:
    """A text without some others, as they are or as JSON and Go quote them."""
    for secret in secrets:
        for form in _forms_of(secret):
            quotes = "" if len(form) >= TELLING else '"'
            text = text.replace(f"{quotes}{form}{quotes}", f"{quotes}{HIDDEN}{quotes}")
    return text


def _hide(error: LauncherError, secrets: tuple[str, ...]) -> None:
    shown = {"args": error.args, **vars(error)}
    hidden = {name: _concealed(value, secrets) for name, value in shown.items()}
    if hidden != shown:
        for name, value in hidden.items():
            setattr(error, name, value)
        error.__cause__ = error.__context__ = None


def _concealed(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return conceal(value, secrets)
    return tuple(_concealed(each, secrets) for each in value) if type(value) is tuple else value


def _forms_of(secret: str) -> set[str]:
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
    escaped = quoted.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    return {secret, quoted, escaped, json.dumps(secret)[1:-1]}
