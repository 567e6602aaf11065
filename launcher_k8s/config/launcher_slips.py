"""What of ``launcher.conf`` is passed over and was probably meant for us: a slip would cost a whole cluster.

Everything there that is not ours is the Launcher's own and no mistake, so only close spellings are told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from launcher_k8s.config.connect.near_misses import closest
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Entry, Section
from launcher_k8s.diagnostics import Location
from launcher_k8s.wording import quote

_CODE: Final = "misspelt-key"


def report_slips(
    sections: Iterable[Section], keys: Mapping[str, Collection[str]], plugin_type: str, findings: Findings
) -> None:
    """Report titles, keys and types that are nearly ours.

    Args:
        sections: The sections of the file.
        keys: Our keys by the titles of their sections.
        plugin_type: The type of our clusters, in small letters.
        findings: Told of each, with what was probably meant.
    """
    for section in sections:
        if section.title in keys:
            for entry in section.entries:
                _check_entry(entry, keys[section.title], plugin_type, findings)
        elif meant := closest(section.title, keys) or _in_small_letters(section.title, keys):
            _report(f"[{section.title}]", section.line.at(), f"[{meant}]", findings)


def _check_entry(entry: Entry, keys: Collection[str], plugin_type: str, findings: Findings) -> None:
    if meant := closest(entry.key, keys) or _in_small_letters(entry.key, keys):
        _report(entry.key, entry.at_key(), meant, findings)
    value = entry.value.strip('"').lower()
    if entry.key == "type" and closest(value, [plugin_type]):
        _report(f"type={entry.value}", entry.at_value(), plugin_type.capitalize(), findings)


def _in_small_letters(word: str, known: Collection[str]) -> str:
    return word.lower() if word not in known and word.lower() in known else ""


def _report(what: str, where: Location, meant: str, findings: Findings) -> None:
    findings.report(_CODE, where, f"{quote(what)} is passed over", f"did you mean {meant}?")
