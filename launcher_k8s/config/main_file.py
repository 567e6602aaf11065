"""``launcher.kubernetes.conf``: the settings of one cluster.

Keys stand before any section; which there are, and how they are read, stands on the fields of
:class:`ClusterSettings`. Source: the Kubernetes plugin guide (domain, section 1).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Entry, is_text, parse_ini
from launcher_k8s.config.masking import is_token
from launcher_k8s.config.reading import FileText
from launcher_k8s.config.table import CLUSTER_KEYS, Reading, meant_key, read_entries
from launcher_k8s.origin import Origin
from launcher_k8s.tokens import decode_token
from launcher_k8s.wording import quote

_PATHS = ("auth_token_path", "scratch_path", "logging_dir")

_MOST_COMPARED = 100

_KEYS: Mapping[str, str] = MappingProxyType({setting.field: key for key, setting in CLUSTER_KEYS.items()})


@attrs.frozen
class MainFile:
    """What is set for a cluster, by field of :class:`ClusterSettings`.

    A key that is set and empty is here too, so that nothing else sets it.

    Args:
        path: The file.
        values: What could be read.
        origins: Where it stands.
        unread: Fields that are set to what cannot be read; that has been told.
        keys: What each field is called in this file.
    """

    path: str
    values: Mapping[str, Any] = attrs.field(factory=dict)
    origins: Mapping[str, Origin] = attrs.field(factory=dict)
    unread: frozenset[str] = frozenset()
    keys: Mapping[str, str] = _KEYS

    def sets(self, *fields: str) -> bool:
        """Whether one of these fields is set, to whatever."""
        return any(field in self.values or field in self.unread for field in fields)

    def with_value(self, field: str, value: Any, origin: Origin) -> MainFile:
        """The same with one more value."""
        values, origins = {**self.values, field: value}, {**self.origins, field: origin}
        return attrs.evolve(self, values=values, origins=origins)

    def without_value(self, field: str) -> MainFile:
        """The same with one more field that is set to what cannot be read."""
        return attrs.evolve(self, unread=self.unread | {field})


def read_main_file(file: FileText, findings: Findings) -> MainFile:
    """Read a cluster's main file; what is wrong in it is reported and left out.

    A relative path is relative to the file, as every path in these files is.
    """
    ini = parse_ini(file, findings, is_guarded=True)
    sections = tuple(ini.sections)
    for section in sections:
        if section.is_sound:
            message = f"this file has no sections, but here is {quote(section.line.source.strip())}"
            findings.report("unexpected-section", section.line.at(), message, "remove the line")
    # Entries below a title are checked as well, so that all problems are told at once.
    entries = tuple(chain(ini.head, *(section.entries for section in sections)))
    readings = read_entries(entries, CLUSTER_KEYS, findings)
    _refuse_token_as_path(readings, findings)
    values = {field: reading.value for field, reading in readings.items()}
    if token := values.get("auth_token"):
        values["auth_token"] = decode_token(token)
    for field in _PATHS:
        if path := values.get(field):
            values[field] = posixpath.join(posixpath.dirname(file.path), path)
    stated = {CLUSTER_KEYS[key].field for key in _stated_keys(file, entries)}
    origins = {field: reading.entry.origin for field, reading in readings.items()}
    return MainFile(file.path, values, origins, unread=frozenset(stated - values.keys()))


def _refuse_token_as_path(readings: dict[str, Reading], findings: Findings) -> None:
    """Report a token in the place of its file's path, and forget it: as a path it would be shown."""
    stated = readings.get("auth_token_path")
    if stated and stated.value and is_token(stated.value):
        message = "this looks like a token, not like the path of a file that holds one"
        findings.report("bad-value", stated.entry.at_value(), message, "did you mean auth-token?")
        del readings["auth_token_path"]


def _stated_keys(file: FileText, entries: Iterable[Entry]) -> set[str]:
    """The keys that are set, or that another was meant to be; all, of a file that is no text."""
    if not is_text(file):
        return set(CLUSTER_KEYS)
    keys = {entry.key: None for entry in entries}
    # A misspelt key has been told with what it should be: to call that missing as well would be noise.
    unknown = islice((key for key in keys if key not in CLUSTER_KEYS), _MOST_COMPARED)
    return CLUSTER_KEYS.keys() & {*keys, *(meant_key(key, CLUSTER_KEYS) for key in unknown)}
