"""Whether files are a kubeconfig and lead to a server, told in words of the file.

The reader itself (kubernetes_asyncio's) checks next to nothing: what is wrong would end in whatever
exception comes first. Of several files the first entry of a name counts, and the last current-context, as
that reader merges them. Source: client-go's validation of kubeconfigs (``clientcmd``, v1.Config).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.wording import enumerate_words, kind_of, quote

_SECTIONS = {"clusters": "cluster", "contexts": "context", "users": "user"}
_FORM_HINT = "a kubeconfig has clusters, users and contexts: see `kubectl config view`"


def check_kubeconfig(files: str, context: str | None) -> None:
    """Refuse what is no kubeconfig, or does not say which server a context is for.

    Args:
        files: The file, or several parted by colons; those that are not there are passed over.
        context: The context's name; the current one if None.

    Raises:
        ConfigurationError: Says which file, what is wrong and what to do; never a file's other content.
    """
    paths = (Path(file).expanduser() for file in files.split(os.pathsep) if file)
    documents = [_read(path) for path in paths if path.exists()]
    names = [document["current-context"] for document in documents if "current-context" in document]
    _Kubeconfig(files, {section: _merged(documents, section) for section in _SECTIONS}).check(
        context, current=names[-1] if names else None
    )


@attrs.frozen
class _Kubeconfig:
    """The named entries of all files, by section."""

    files: str
    entries: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def check(self, context: str | None, *, current: object) -> None:
        """Follow a context to its cluster's server and to its user."""
        name = context or current
        if not name:
            hint = f"choose one by `kubectl config use-context NAME`; {self._there('contexts')}"
            raise ConfigurationError(f"the kubeconfig {self.files} names no current-context", hint=hint)
        chosen = self._find("contexts", name, "has no context" if context else "has no current-context")
        who = f"names in its context {quote(str(name))}"
        cluster = self._find("clusters", chosen.get("cluster"), f"{who} no cluster that is there:")
        server = cluster.get("server")
        if not isinstance(server, str) or not server.startswith(("http://", "https://")):
            message = (
                f"the kubeconfig {self.files} gives the cluster of its context {quote(str(name))} no server"
            )
            raise ConfigurationError(message, hint="write server: https://HOST:PORT")
        if chosen.get("user"):
            self._find("users", chosen["user"], f"{who} no user that is there:")

    def _find(self, section: str, name: object, otherwise: str) -> Mapping[str, Any]:
        if isinstance(name, str) and name in self.entries[section]:
            return self.entries[section][name]
        shown = quote(name) if isinstance(name, str) else kind_of(name)
        raise ConfigurationError(
            f"the kubeconfig {self.files} {otherwise} {shown}", hint=self._there(section)
        )

    def _there(self, section: str) -> str:
        names = enumerate_words(self.entries[section], show=quote)
        return f"its {section} are {names}" if names else f"it has no {section} at all"


def _read(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        text = path.read_text("utf-8")
        document = yaml.safe_load(text)
    except OSError as error:
        message = f"the kubeconfig {path} cannot be read: {error.strerror or error}"
        raise ConfigurationError(message, hint="check its path, owner and mode") from error
    except UnicodeDecodeError as error:
        message = f"the kubeconfig {path} is no UTF-8 text (byte {error.start + 1})"
        raise ConfigurationError(message, hint="is this the right file?") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = f"the kubeconfig {path}{_place(error)} is no YAML: {_problem(error)}"
        raise ConfigurationError(message, hint="correct it there, or is this the right file?") from error
    if not isinstance(document, dict):
        what = "is empty" if document is None else f"is {kind_of(document)} where a mapping is expected"
        raise ConfigurationError(f"the kubeconfig {path} {what}", hint=_FORM_HINT)
    return {**document, **{section: dict(_named(path, document, section)) for section in _SECTIONS}}


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _problem(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return " ".join(str(said).split())


def _named(path: Path, document: Mapping[str, Any], section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = document.get(section) or []
    if not isinstance(entries, list):
        message = f"the kubeconfig {path} has {kind_of(entries)} in {section}, where a list is expected"
        raise ConfigurationError(message, hint=_FORM_HINT)
    inner = _SECTIONS[section]
    for number, entry in enumerate(entries):
        is_sound = isinstance(entry, dict) and isinstance(entry.get("name"), str)
        if not is_sound or not isinstance(entry.get(inner), dict):
            message = f"the kubeconfig {path} has a {section}[{number}] without a name or a mapping {inner!r}"
            raise ConfigurationError(message, hint=_FORM_HINT)
        yield entry["name"], entry[inner]


def _merged(documents: Iterable[Mapping[str, Any]], section: str) -> Mapping[str, Mapping[str, Any]]:
    merged: dict[str, Mapping[str, Any]] = {}
    for document in documents:
        merged = {**document[section], **merged}
    return merged
