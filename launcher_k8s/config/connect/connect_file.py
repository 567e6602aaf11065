"""``rstudio-connect.gcfg``, as far as it is ours: ``[Launcher]`` and the data directory of ``[Server]``.

Names may be written in any case; a section may stand several times. Of a key that has one value the last
holds, as git-config's syntax has it; one that is set to nothing is not set; a bare key is true. Other
sections and keys are Connect's and passed over, but for those that look like ours (domain, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.connect.gcfg import Variable, read_variables
from launcher_k8s.config.connect.near_misses import report_near_misses
from launcher_k8s.config.connect.placeholders import refuse_placeholder
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import check_text, split_lines
from launcher_k8s.config.reading import FileText
from launcher_k8s.config.table import Setting, settings_of
from launcher_k8s.config.values import read_value
from launcher_k8s.diagnostics import Location
from launcher_k8s.options import Option, ValueKind
from launcher_k8s.origin import Origin
from launcher_k8s.settings import ConnectLauncher, ConnectServer

SECTIONS: Mapping[str, Mapping[str, Setting]] = MappingProxyType(
    {"Launcher": settings_of(ConnectLauncher), "Server": settings_of(ConnectServer)}
)


@attrs.frozen
class Reading:
    """A value that was read, with its place."""

    value: Any
    origin: Origin
    location: Location


@attrs.frozen
class SectionReadings:
    """What a section sets.

    Args:
        values: Values by field name; of a list, its last line's place.
        unread: Fields that are set to what cannot be read; that has been told.
        items: The places of a list's items, by field name.
    """

    values: Mapping[str, Reading] = attrs.field(factory=dict)
    unread: frozenset[str] = frozenset()
    items: Mapping[str, tuple[Reading, ...]] = attrs.field(factory=dict)


@attrs.frozen
class ConnectFile:
    """Connect's file."""

    path: str
    launcher: SectionReadings
    server: SectionReadings


def read_connect_file(file: FileText, findings: Findings) -> ConnectFile:
    """Read Connect's file; what is wrong in it is reported and left out."""
    lines = split_lines(file) if check_text(file, findings) else []
    variables = tuple(read_variables(file.path, lines, findings))
    report_near_misses(variables, {name: tuple(keys) for name, keys in SECTIONS.items()}, findings)
    launcher, server = (_read_section(name, variables, findings) for name in SECTIONS)
    return ConnectFile(file.path, launcher, server)


def _read_section(name: str, variables: Iterable[Variable], findings: Findings) -> SectionReadings:
    keys = {key.lower(): setting for key, setting in SECTIONS[name].items()}
    stated: dict[Setting, list[Variable]] = {}
    for variable in variables:
        if variable.is_in(name) and variable.key.lower() in keys:
            stated.setdefault(keys[variable.key.lower()], []).append(variable)
    reader = _SectionReader(name, findings)
    for setting, found in stated.items():
        if setting.option.kind is ValueKind.PATHS:
            reader.read_items(setting, found)
        else:
            reader.read_last(setting, found)
    return SectionReadings(reader.values, frozenset(reader.unread), reader.items)


class _SectionReader:
    """Reads the keys of one section, one after the other."""

    def __init__(self, section: str, findings: Findings) -> None:
        self._section = section
        self._findings = findings
        self.values: dict[str, Reading] = {}
        self.items: dict[str, tuple[Reading, ...]] = {}
        self.unread: set[str] = set()

    def read_last(self, setting: Setting, found: list[Variable]) -> None:
        """A key that has one value; earlier lines of it are without effect."""
        *earlier, last = found
        for variable in earlier:
            message = f"{setting.option.key} is set again in line {last.line.number}, which holds"
            self._findings.report("repeated-key", variable.at_key(), message, "remove one of the two")
        reading = self._read(setting, last)
        if reading is not None and reading.value is not None:
            self.values[setting.field] = reading

    def read_items(self, setting: Setting, found: list[Variable]) -> None:
        """A key whose lines are a list; one that is set to nothing clears those above it."""
        items: list[Reading] = []
        for variable in found:
            reading = self._read(setting, variable)
            if reading is not None and reading.value is None:
                items.clear()
            elif reading is not None:
                items.append(reading)
        self.items[setting.field] = tuple(items)

    def _read(self, setting: Setting, variable: Variable) -> Reading | None:
        if variable.is_cut:
            message = (
                f"the value of {setting.option.key} ends where a comment begins, without a blank before it"
            )
            hint = "put the value in double quotes if it goes on, or a blank before the comment"
            self._findings.report("cut-value", variable.at_value(), message, hint)
        try:
            value = _value_of(setting.option, variable)
        except BadValueError as problem:
            self._findings.report(problem.code, variable.at_value(), problem.message, problem.hint)
            self.unread.add(setting.field)
            return None
        origin = variable.origin(self._section, setting.option.key)
        return Reading(value, origin, variable.at_value())


def _value_of(option: Option, variable: Variable) -> Any:
    """The value; None where the key is set to nothing."""
    if variable.value is None:
        if option.kind is ValueKind.BOOLEAN:
            return True
        raise BadValueError(f"{option.key} stands without a value", hint=f"write {option.key} = ...")
    return read_text(option, variable.value)


def read_text(option: Option, text: str) -> Any:
    """The value that a text without quotes says; None where it says nothing.

    Args:
        option: What the text is a value of.
        text: From a line of the file or from the environment.

    Raises:
        BadValueError: It is no value of this kind, or still holds a guide's placeholder.
    """
    if not text:
        return None
    refuse_placeholder(text)
    # The Launcher's own readers would take an escaped quote at the start for one that is to be stripped.
    return read_value(option, f'"{text}"' if text.startswith('"') else text)
