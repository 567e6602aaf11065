"""A section's entries against the keys that a class of settings describes.

Every key stands once, as an :class:`Option` on the field it sets; here is the one loop that reads them:
unknown keys, keys given twice, required keys, empty values and values that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Entry, Section
from launcher_k8s.config.masking import masked
from launcher_k8s.config.values import read_value
from launcher_k8s.options import Option, ValueKind
from launcher_k8s.origin import Sourced
from launcher_k8s.settings import ClusterSettings, ResourceProfile, UserProfile
from launcher_k8s.wording import closest, quote

EntryReader = Callable[[Entry], Any]

_MEMORY = re.compile(r"\bmem(?:ory)?(?:[-_](?:mb|limit))?\b", re.IGNORECASE)


@attrs.frozen
class Setting:
    """One key: the field it sets, how it is read, and the field's default."""

    field: str
    option: Option
    default: Any
    is_required: bool = attrs.field(init=False)
    """Whether the key must be given."""

    @is_required.default
    def _lacks_default(self) -> bool:
        return self.default is attrs.NOTHING

    @property
    def may_be_empty(self) -> bool:
        """Whether ``key=`` means something: that nothing is set, or that a list is cleared."""
        return self.default in (None, "", ())


def settings_of(values: type) -> Mapping[str, Setting]:
    """The keys that a class of settings describes, in the order of its fields."""
    described = [
        (field, field.metadata["option"]) for field in attrs.fields(values) if "option" in field.metadata
    ]
    return MappingProxyType(
        {option.key: Setting(field.name, option, _bare(field.default)) for field, option in described}
    )


def _bare(default: Any) -> Any:
    return default.value if isinstance(default, Sourced) else default


CLUSTER_KEYS = settings_of(ClusterSettings)
PROFILE_KEYS = settings_of(UserProfile)
RESOURCE_KEYS = settings_of(ResourceProfile)

_FILES = MappingProxyType(
    {
        "the main file (launcher.kubernetes.conf)": CLUSTER_KEYS,
        "the profiles file (launcher.kubernetes.profiles.conf)": PROFILE_KEYS,
        "the resources file (launcher.kubernetes.resources.conf)": RESOURCE_KEYS,
    }
)


class Reading(NamedTuple):
    """A value that was read, and the entry it came from."""

    value: Any
    entry: Entry


def read_section(
    section: Section,
    keys: Mapping[str, Setting],
    findings: Findings,
    *,
    special: Mapping[ValueKind, EntryReader] = MappingProxyType({}),
) -> dict[str, Reading]:
    """Read a section; what cannot be read, or is missing, is reported and left out.

    Args: as for :func:`read_entries`.

    Returns:
        Values by field name, in the order of the file.
    """
    readings = read_entries(section.entries, keys, findings, special=special)
    if section.is_sound:
        _report_missing(section, keys, findings)
    return readings


def _report_missing(section: Section, keys: Mapping[str, Setting], findings: Findings) -> None:
    given = {entry.key for entry in section.entries}
    missing = [key for key, setting in keys.items() if setting.is_required and key not in given]
    # A misspelt key has been told with what it should be: to call that missing as well would be noise.
    is_compared = missing and not findings.is_full(section.line.file, "unknown-key")
    meant = {meant_key(key, keys) for key in given - keys.keys()} if is_compared else set()
    for key in missing:
        if key not in meant:
            where = section.line.at(section=section.title, key=key)
            hint = f"add {key}=..., {keys[key].option.kind.value}"
            findings.report("missing-option", where, f"{key} is required", hint)


def read_entries(
    entries: Iterable[Entry],
    keys: Mapping[str, Setting],
    findings: Findings,
    *,
    special: Mapping[ValueKind, EntryReader] = MappingProxyType({}),
) -> dict[str, Reading]:
    """Read entries of one section; what cannot be read is reported and left out.

    Args:
        entries: The entries, in order.
        keys: The keys that there are.
        findings: Told of every problem.
        special: Readers of kinds whose values are more than their text.

    Returns:
        Values by field name, in the order of the file.
    """
    readings: dict[str, Reading] = {}
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.key not in keys:
            _report_unknown(entry, keys, findings)
        elif entry.key in first:
            _report_duplicate(entry, first[entry.key], keys[entry.key].option, findings)
        else:
            first[entry.key] = entry
            _read_entry(entry, keys[entry.key], readings, findings, special)
    return readings


def _read_entry(
    entry: Entry,
    setting: Setting,
    readings: dict[str, Reading],
    findings: Findings,
    special: Mapping[ValueKind, EntryReader],
) -> None:
    try:
        if entry.value in ("", '""'):
            value = _empty(setting)
        elif setting.option.kind in special:
            value = special[setting.option.kind](entry)
        else:
            value = read_value(setting.option, entry.value)
    except BadValueError as bad:
        for problem in (bad, *bad.further):
            where = entry.at_value(problem.offset, problem.length)
            findings.report(problem.code, where, masked(problem.message), masked(problem.hint))
    else:
        readings[setting.field] = Reading(value, entry)


def _empty(setting: Setting) -> Any:
    if setting.is_required or not setting.may_be_empty:
        raise BadValueError(
            "the value is empty", hint=f"write {setting.option.kind.value}, or remove the line"
        )
    return setting.default


def _report_unknown(entry: Entry, keys: Mapping[str, Setting], findings: Findings) -> None:
    where = entry.at_unknown_key()
    if findings.is_full(where.file, "unknown-key"):
        findings.report("unknown-key", where, "")
        return
    home = next((f"it belongs in {file}" for file, others in _FILES.items() if entry.key in others), "")
    if home and (limits := [key for key in keys if key.endswith(f"-{entry.key}")]):
        home = f"did you mean {' or '.join(limits)}? {quote(entry.key)} itself: {home}"
    meant = meant_key(entry.key, keys)
    hint = f"did you mean {meant}?" if meant in keys else f"the keys are {', '.join(keys)}"
    # The value may be a secret whose key is misspelt beyond recognition.
    if home or (meant in keys and not keys[meant].option.secret):
        where = entry.at_key()
    findings.report("unknown-key", where, f"unknown key {quote(entry.key)}", home or hint)


def meant_key(key: str, keys: Mapping[str, Setting]) -> str:
    """The known key that a key is, or probably is meant to be; the key itself where none is close.

    Memory is ``mem-mb`` in most keys, and ``memory`` in what people write.
    """
    if key in keys:
        return key
    spelt = key if "ratio" in key.lower() else _MEMORY.sub("mem-mb", key, count=1)
    return closest(spelt, keys) or closest(key, keys) or key


def _report_duplicate(entry: Entry, first: Entry, option: Option, findings: Findings) -> None:
    message = f"{entry.key} is already set in line {first.line.number}"
    joinable = option.kind is ValueKind.OVERRIDES
    hint = "join the lines with a comma" if joinable else "keep one of the two"
    findings.report("duplicate-key", entry.at_key(), message, hint)
