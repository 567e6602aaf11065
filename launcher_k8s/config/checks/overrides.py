"""``job-json-overrides`` across sections: deprecated, ignored with templates, and replaced, never merged.

A later matching section's overrides replace an earlier one's as a whole (domain, section 1); pointers
that get lost that way are named.
"""

from __future__ import annotations

from itertools import islice
from typing import TypeAlias

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.origin import Sourced
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection, SubjectKind
from launcher_k8s.wording import enumerate_words, quote

FIELD = "job_json_overrides"
_MOST_COMPARED = 200

_Pool: TypeAlias = dict[str, dict[str, tuple[int, Override]]]


def check_overrides(cluster: ClusterSettings, sources: Sources, findings: Findings) -> None:
    """Report what will become of a cluster's overrides."""
    configured = [section for section in cluster.profiles if FIELD in section.values]
    first = next((section.values[FIELD] for section in configured if section.values[FIELD].value), None)
    if first is None:
        return
    where = sources.at(first.origin)
    message = "job-json-overrides are deprecated by the vendor in favour of templates"
    findings.report(
        "overrides-deprecated",
        where,
        message,
        "launcher-k8s convert-overrides writes templates that set the same",
    )
    if cluster.use_templating:
        message = f"overrides are ignored: templating is on ({cluster.origin('use_templating')})"
        findings.report(
            "overrides-ignored", where, message, "move them into job.tpl, or set use-templating=0"
        )
    replaced = _Replaced()
    for position, section in enumerate(configured):
        lost = replaced.by(section, position)
        if lost and section.values[FIELD].value:
            _report_dropped(section.values[FIELD], lost, sources, findings)


def _report_dropped(
    overrides: Sourced[tuple[Override, ...]], lost: list[Override], sources: Sources, findings: Findings
) -> None:
    named = enumerate_words(lost, show=lambda override: f"{quote(override.pointer)} ({override.origin})")
    message = f"these overrides replace earlier ones as a whole and so drop {named}"
    findings.report(
        "dropped-overrides", sources.at(overrides.origin), message, "repeat the dropped ones in this line"
    )


class _Replaced:
    """The overrides that are in effect for somebody, while sections are gone through.

    By pointer and then by section title, with the section's position; the latest comes last.
    """

    def __init__(self) -> None:
        self._former: dict[str, tuple[int, tuple[Override, ...]]] = {}
        self._for_groups: _Pool = {}
        self._for_users: _Pool = {}

    def by(self, section: ProfileSection, position: int) -> list[Override]:
        """Take a section's overrides up; give back (some of) those that it drops for somebody."""
        title, overrides = section.title, section.values[FIELD].value
        lost = self._lost(section, title, {override.pointer for override in overrides})
        self._forget(section, title)
        pool = self._pool(section)
        for override in overrides:
            pool.setdefault(override.pointer, {})[title] = (position, override)
        self._former[title] = (position, overrides)
        return lost

    def _pool(self, section: ProfileSection) -> _Pool:
        return self._for_users if section.kind is SubjectKind.USER else self._for_groups

    def _lost(self, section: ProfileSection, title: str, kept: set[str]) -> list[Override]:
        """A user can lose his own and any group's; a group's members, and everyone, also any user's.

        What stands before the section's own former overrides was replaced by those already.
        """
        since, former = self._former.get(title, (-1, ()))
        own: _Pool = {override.pointer: {title: (since, override)} for override in former}
        pools = (self._for_groups, own if section.kind is SubjectKind.USER else self._for_users)
        latest = (
            next(reversed(setters.values()))
            for pool in pools
            for pointer, setters in islice(pool.items(), _MOST_COMPARED)
            if pointer not in kept
        )
        return [override for position, override in latest if position >= since]

    def _forget(self, section: ProfileSection, title: str) -> None:
        """Drop what the section replaces for everybody: its own former overrides, or with ``[*]`` all."""
        if section.kind is SubjectKind.EVERYONE:
            self._former, self._for_groups, self._for_users = {}, {}, {}
        pool = self._pool(section)
        for pointer in {override.pointer for override in self._former.get(title, (-1, ()))[1]}:
            del pool[pointer][title]
            if not pool[pointer]:
                del pool[pointer]
