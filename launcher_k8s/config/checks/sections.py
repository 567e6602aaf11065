"""The order of profiles sections: what is said twice, and what depends on its place.

Sections apply from top to bottom, and the last one that sets a key wins; an administrator who expects
the more specific one to win is told where that would differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.config.table import PROFILE_KEYS
from launcher_k8s.settings import ProfileSection, SubjectKind
from launcher_k8s.wording import enumerate_words

_KEY_OF: Mapping[str, str] = MappingProxyType({setting.field: key for key, setting in PROFILE_KEYS.items()})
_MORE_SPECIFIC: Mapping[SubjectKind, tuple[SubjectKind, ...]] = MappingProxyType(
    {
        SubjectKind.EVERYONE: (SubjectKind.GROUP, SubjectKind.USER),
        SubjectKind.GROUP: (SubjectKind.USER,),
        SubjectKind.USER: (),
    }
)


def check_sections(sections: Iterable[ProfileSection], sources: Sources, findings: Findings) -> None:
    """Report repeated sections, and sections below more specific ones."""
    first: dict[str, ProfileSection] = {}
    setters: dict[SubjectKind, dict[str, ProfileSection]] = {kind: {} for kind in SubjectKind}
    for section in sections:
        earlier = first.setdefault(section.title, section)
        if earlier is not section and not findings.count_untold("repeated-section", section.origin.file):
            _report_repeated(section, earlier, sources, findings)
        if _MORE_SPECIFIC[section.kind]:
            _check_place(section, setters, sources, findings)
        setters[section.kind].update(dict.fromkeys(section.values, section))


def _report_repeated(
    section: ProfileSection, first: ProfileSection, sources: Sources, findings: Findings
) -> None:
    message = f"[{section.title}] stands in line {first.origin.line} already; both apply, each in its place"
    findings.report(
        "repeated-section", sources.at(section.origin), message, "join them, if their order does not matter"
    )


def _check_place(
    section: ProfileSection,
    setters: Mapping[SubjectKind, Mapping[str, ProfileSection]],
    sources: Sources,
    findings: Findings,
) -> None:
    hidden = {
        field: setters[kind][field]
        for kind in _MORE_SPECIFIC[section.kind]
        for field in section.values
        if field in setters[kind]
    }
    if hidden and not findings.count_untold("place-matters", section.origin.file):
        nearest = max(hidden.values(), key=lambda other: other.origin.line)
        keys = enumerate_words(_KEY_OF[field] for field in hidden)
        message = f"set here, {keys} wins over more specific sections above, such as [{nearest.title}]"
        hint = f"move [{section.title}] above line {nearest.origin.line}, if the specific one is to win"
        findings.report("place-matters", sources.at(section.origin), message, hint)
