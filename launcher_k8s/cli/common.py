"""What the commands share: the settings and the job that are meant, and printing."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import attrs

from launcher_k8s import host
from launcher_k8s.cli.parser import job_flags
from launcher_k8s.config import ReadFailure
from launcher_k8s.config.json_text import RepeatedKeyError, find_nearest, find_repeated_key, load_json
from launcher_k8s.diagnostics import Diagnostic, Severity
from launcher_k8s.errors import ConfigurationError, InvalidJobError, LauncherError, NotSupportedError
from launcher_k8s.files import load_settings, read_text
from launcher_k8s.job import Job, JobOptions
from launcher_k8s.present import refusals_of, refusals_table
from launcher_k8s.report import diagnostic_text
from launcher_k8s.schemas import EXTRA, is_installed
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings, Settings
from launcher_k8s.wire import from_wire, to_wire
from launcher_k8s.wording import quote

# A kubeconfig says what these miss, and without one reaching the cluster fails: no use in telling them.
CONNECTION_CODES = ("missing-api-url", "missing-token", "unreadable-token")
# Where groups are given, or this is another host, what the host knows of a section's group is no matter.
WHOM_CODES = ("unknown-group", "unknown-user")
_MOST_OF_A_CODE = 3
_JOB_HINT = "give the path of a job object as JSON, or - for standard input"


class WrongUsageError(Exception):
    """What a flag names is not there: stays inside the commands, and ends them as wrong usage.

    Args:
        error: What is told of it.
    """

    def __init__(self, error: LauncherError) -> None:
        super().__init__(error.message)
        self.error = error


@contextmanager
def version_named() -> Iterator[None]:
    """Around the use of ``--kubernetes``: an unknown version is wrong usage, a missing extra is not."""
    try:
        yield
    except NotSupportedError as error:
        if not is_installed():
            raise
        raise WrongUsageError(error) from error


def cluster_of(arguments: argparse.Namespace) -> ClusterSettings:
    """The settings of the cluster that is meant; warnings about the files go to standard error.

    Raises:
        ConfigurationError: The files do not validate, or no such cluster is configured.
    """
    return load_cluster(arguments.config or DEFAULT_DIRECTORY, name=arguments.cluster)


def cluster_for_user(arguments: argparse.Namespace, *, untold: tuple[str, ...] = ()) -> ClusterSettings:
    """The settings of the cluster that is meant, read as ``--lenient``, ``--elsewhere`` and groups have it.

    Raises:
        ConfigurationError: The files do not validate.
        WrongUsageError: No such cluster is configured.
    """
    is_host_asked = arguments.groups is None and not arguments.elsewhere
    return load_cluster(
        arguments.config or DEFAULT_DIRECTORY,
        name=arguments.cluster,
        untold=untold if is_host_asked else (*untold, *WHOM_CODES),
        strict=not arguments.lenient,
    )


def load_cluster(
    directory: str, *, name: str | None, untold: Container[str] = (), strict: bool = True
) -> ClusterSettings:
    """The settings of a cluster; warnings about the files go to standard error.

    Args:
        directory: The configuration's.
        name: The cluster's; may be None where there is only one.
        untold: Codes of warnings that are of no interest here.
        strict: Whether unknown keys are errors; otherwise they are warnings.

    Raises:
        ConfigurationError: The files do not validate.
        WrongUsageError: No such cluster is configured.
    """
    settings = load_settings(directory, strict=strict)
    warnings = (d for d in settings.diagnostics if d.severity is Severity.WARNING)
    _print_some((each for each in warnings if each.code not in untold), directory)
    return named_cluster(settings, name)


def named_cluster(settings: Settings, name: str | None) -> ClusterSettings:
    """The cluster that ``--cluster`` names; the only one, where it is not given.

    Raises:
        WrongUsageError: No such cluster is configured.
    """
    if name is None and len(settings.clusters) > 1:
        names = ", ".join(cluster.name for cluster in settings.clusters)
        several = f"several clusters are configured: {names}"
        raise WrongUsageError(ConfigurationError(several, hint="name one by --cluster"))
    try:
        return settings.cluster(name)
    except ConfigurationError as error:
        raise WrongUsageError(error) from error


def _print_some(warnings: Iterable[Diagnostic], directory: str) -> None:
    """The first few warnings of each code; of the others, how many there are."""
    counts: Counter[str] = Counter()
    for warning in warnings:
        counts[warning.code] += 1
        if counts[warning.code] <= _MOST_OF_A_CODE:
            say(diagnostic_text(warning))
    for code, count in counts.items():
        if count > _MOST_OF_A_CODE:
            more = count - _MOST_OF_A_CODE
            say(f"and {more} more [{code}]: launcher-k8s check-config {shlex.quote(directory)} lists them")


def groups_of(arguments: argparse.Namespace, *, user: str) -> tuple[str, ...]:
    """The groups given, else those that the host knows of the user; none where it is not to be asked."""
    if arguments.groups is None and getattr(arguments, "elsewhere", False):
        return ()
    return host.groups_of(user) if arguments.groups is None else tuple(arguments.groups)


def job_options(arguments: argparse.Namespace) -> JobOptions:
    """The options of a job that were given as flags."""
    return cast(JobOptions, job_flags(arguments))


def read_job(path: str) -> Job:
    """A job object from a JSON file, ``-`` for standard input; what is wrong is told by the file's name.

    Raises:
        InvalidJobError: The file is not readable, not JSON or not a job.
    """
    text = _read_text(path)
    try:
        data = load_json(text)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise InvalidJobError.single(path, f"{place}: not JSON: {error.msg}", hint=_JOB_HINT) from error
    except RepeatedKeyError as error:
        repeated = find_repeated_key(text)
        place = _place(path, text, repeated.offset)
        message = f"{place}: the key {quote(repeated.path)} stands twice in its object"
        raise InvalidJobError.single(repeated.path, message, hint="keep one of the two") from error
    except RecursionError as error:
        raise InvalidJobError.single(path, f"{path}: nested too deeply") from error
    try:
        return from_wire(Job, data)
    except InvalidJobError as error:
        offsets = find_nearest(text, (refusal.what for refusal in error.refusals))
        raise InvalidJobError(
            [
                attrs.evolve(refusal, message=f"{_place(path, text, offset)}: {refusal.message}")
                for refusal, offset in zip(error.refusals, offsets, strict=True)
            ]
        ) from error


def _place(path: str, text: str, offset: int) -> str:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return f"{path}:{line}:{column}"


def _read_text(path: str) -> str:
    try:
        text = read_text(path, stream=sys.stdin)
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8 text"
        raise InvalidJobError.single(path, f"{path}: not UTF-8: {error.reason}", hint=hint) from error
    if isinstance(text, ReadFailure):
        raise InvalidJobError.single(path, f"{path}: {text.reason}", hint=_JOB_HINT)
    return text


def print_error(error: LauncherError, *, as_json: bool) -> None:
    """What went wrong: for people on standard error, or as one JSON object on standard output."""
    if as_json:
        print_json({"error": _error_record(error)})
        return
    match error:
        case ConfigurationError():
            print_diagnostics(error.diagnostics)
        case InvalidJobError():
            for refusal in error.refusals:
                say(f"launcher-k8s: {refusal.message}{_hint(refusal.hint)}")
            return
        case _:
            pass
    say(f"launcher-k8s: {error.message}{_hint(error.hint)}")


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Findings, for people, on standard error."""
    for diagnostic in diagnostics:
        say(diagnostic_text(diagnostic))


def say_unchecked() -> None:
    """Where the extra is not installed: that nothing is known of the names and types of fields."""
    if not is_installed():
        say(
            "\nNames and types of fields are not checked: that needs the extra "
            f'{EXTRA} (pip install "launcher-k8s[{EXTRA}]")'
        )


def print_json(value: Any) -> None:
    """A value in its wire form on standard output, one line."""
    show(json.dumps(to_wire(value), ensure_ascii=not shows_unicode()))


def show(text: str, *, end: str = "\n") -> None:
    """Text on standard output, at once: where it cannot be written, that is known at once too."""
    print(text, end=end, flush=True)


def shows_unicode() -> bool:
    """Whether standard output takes every character, so that JSON and YAML need not escape any."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def say(text: str, *, end: str = "\n") -> None:
    """A line for people, on standard error."""
    print(text, end=end, file=sys.stderr, flush=True)


def _error_record(error: LauncherError) -> dict[str, Any]:
    record = {
        "kind": type(error).__name__,
        "code": int(error.code),
        "message": error.message,
        "hint": error.hint,
        "transient": error.transient,
    }
    match error:
        case ConfigurationError():
            return record | {"diagnostics": error.diagnostics}
        case InvalidJobError():
            return record | {"refusals": refusals_table(refusals_of(error)).records()}
        case _:
            return record


def _hint(hint: str) -> str:
    return f" ({hint})" if hint else ""
