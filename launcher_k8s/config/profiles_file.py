"""``launcher.kubernetes.profiles.conf``: what users and groups get, section by section, in order.

Sections are ``[*]``, ``[@group]`` and ``[user]``; the same one may come twice. How they apply to a user
is decided by ``rules.profiles``. Source: the Kubernetes plugin guide, "User Profiles" (domain, section 1).
"""

from __future__ import annotations

import posixpath
from collections.abc import Container, Mapping

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import IniFile, Section, parse_ini
from launcher_k8s.config.overrides_option import OverrideFiles
from launcher_k8s.config.reading import FileReader, FileText
from launcher_k8s.config.table import PROFILE_KEYS, EntryReader, read_entries
from launcher_k8s.options import ValueKind
from launcher_k8s.origin import Sourced
from launcher_k8s.settings import ProfileSection, SubjectKind
from launcher_k8s.wording import quote


def read_profiles_file(file: FileText, read: FileReader, findings: Findings) -> tuple[ProfileSection, ...]:
    """Read a profiles file; what is wrong in it is reported and left out.

    Args:
        file: The profiles file.
        read: Reads the files that overrides name.
        findings: Told of every problem.
    """
    overrides = OverrideFiles(read, directory=posixpath.dirname(file.path), findings=findings)
    special = {ValueKind.OVERRIDES: overrides.overrides_of}
    ini = parse_ini(file, findings)
    report_outside(ini, PROFILE_KEYS, "[*], [@group] or [user]", findings)
    profiles = (_read_profile(section, special, findings) for section in ini.sections)
    return tuple(profile for profile in profiles if profile is not None)


def _read_profile(
    section: Section, special: Mapping[ValueKind, EntryReader], findings: Findings
) -> ProfileSection | None:
    # No key of a profile is required: what is not set here, another section sets.
    readings = read_entries(section.entries, PROFILE_KEYS, findings, special=special)
    if not section.is_sound:
        return None
    kind, name = _subject(section)
    if kind is SubjectKind.GROUP and not name:
        findings.report("bad-bracket", section.line.at(), "the section names no group", "write [@group]")
        return None
    values = {field: Sourced(reading.value, reading.entry.origin) for field, reading in readings.items()}
    return ProfileSection(kind, name, values, section.origin)


def report_outside(ini: IniFile, keys: Container[str], titles: str, findings: Findings) -> None:
    """Report the keys that stand before any section, in a file where they mean nothing there."""
    for entry in ini.head:
        message = f"{quote(entry.key)} stands before any section"
        where = entry.at_key() if entry.key in keys else entry.at_unknown_key()
        findings.report("key-outside-section", where, message, f"put it below {titles}")


def _subject(section: Section) -> tuple[SubjectKind, str]:
    if section.title == "*":
        return SubjectKind.EVERYONE, ""
    if not section.title.startswith("@"):
        return SubjectKind.USER, section.title
    return SubjectKind.GROUP, section.title[1:].strip()
