"""Directories of templates on disk: read when settings are, and filled with what is absent.

What a text means is for :mod:`launcher_k8s.templates`; here it is fetched and put. A file is unreadable,
unparsable or of a wrong version: then the settings are refused, and at a reload the old ones stay in force
(domain, section 4).
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from launcher_k8s.config.reading import FileReader, ReadFailure
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.origin import Origin
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.templates.defaults import JOB_FILES, SERVICE_FILES, SUFFIXES, chosen

_FIELD = "templates"
_READABLE = "give the server user access to it, or take it away"


def read_directory(directory: str, read: FileReader) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """The templates in a directory, by file name, and what keeps them from being read.

    Args:
        directory: Where they are; one that does not exist has none.
        read: How a file is read.
    """
    try:
        names = sorted(path.name for path in Path(directory).iterdir() if path.name.endswith(SUFFIXES))
    except FileNotFoundError:
        return {}, ()
    except OSError as error:
        message = f"this directory of templates cannot be read: {error.strerror or error}"
        hint = "give this account access to it, or correct scratch-path"
        return {}, (_error("unreadable-file", directory, message, hint),)
    texts: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for name in names:
        found = read(f"{directory}/{name}")
        if isinstance(found, ReadFailure):
            problems.append(_error("unreadable-file", found.path, found.reason, found.hint or _READABLE))
            continue
        try:
            texts[name] = found.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"this template is not UTF-8: {error.reason} at byte {error.start}"
            problems.append(_error("not-text", found.path, message, "save it as UTF-8"))
    return texts, tuple(problems)


def with_templates(
    cluster: ClusterSettings, read: FileReader
) -> tuple[ClusterSettings, tuple[Diagnostic, ...]]:
    """A cluster's settings with its templates, which are read where templating is on, and what is wrong.

    Args:
        cluster: The settings as the files give them.
        read: How a file is read.
    """
    if not cluster.use_templating:
        return cluster, ()
    directory = cluster.scratch_directory
    texts, unreadable = read_directory(directory, read)
    names = ", ".join(chosen(texts, files) for files in (JOB_FILES, SERVICE_FILES))
    origins = {**cluster.origins, _FIELD: Origin.in_file(directory, 1, key=names)}
    return attrs.evolve(cluster, templates=texts, origins=origins), (
        *unreadable,
        *_unusable(texts, directory),
    )


def write_absent(cluster: ClusterSettings, *, jinja: bool = False) -> tuple[str, ...]:
    """Put the library's own templates where a cluster's directory has none, owned by the server user.

    Args:
        cluster: The cluster's settings.
        jinja: Whether to put those in Jinja2, rather than those in Go's language.

    Returns:
        The paths of the files that were written.

    Raises:
        ConfigurationError: The directory, or a file, cannot be written.
    """
    from launcher_k8s.templates.differences import generate_templates

    directory = Path(cluster.scratch_directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        absent = generate_templates({path.name: "" for path in directory.iterdir()}, jinja=jinja)
        return tuple(_write(directory / name, text, cluster.server_user) for name, text in absent.items())
    except OSError as error:
        raise ConfigurationError(
            f"templates cannot be written to {directory}: {error.strerror or error}",
            hint=f"let {cluster.server_user} write there, or set scratch-path",
        ) from error


def _write(path: Path, text: str, owner: str) -> str:
    # Another process may be about to write the same: whoever comes first.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return str(path)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        if os.geteuid() == 0 and (uid := _uid(owner)) is not None:
            os.fchown(descriptor, uid, -1)
    return str(path)


def _uid(user: str) -> int | None:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def _unusable(texts: Mapping[str, str], directory: str) -> Iterator[Diagnostic]:
    from launcher_k8s.templates.validation import broken

    for each in broken(texts):
        yield attrs.evolve(
            each, location=attrs.evolve(each.location, file=f"{directory}/{each.location.file}")
        )


def _error(code: str, path: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, Location(path), message, hint)
