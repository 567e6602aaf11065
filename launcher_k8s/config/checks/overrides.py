"""``job-json-overrides`` across sections: deprecated, ignored with templates, and replaced, never merged.

A later matching section's overrides replace an earlier one's as a whole (domain, section 1); pointers
that get lost that way are named.
"""

from __future__ import annotations

from itertools import islice

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.config.wording import quote
from launcher_k8s.origin import Sourced
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection, SubjectKind

_FIELD = "job_json_overrides"
_MOST_NAMED = 5


def check_overrides(cluster: ClusterSettings, sources: Sources, findings: Findings) -> None:
    """Report what will become of a cluster's overrides."""
    configured = [section for section in cluster.profiles if _FIELD in section.values]
    first = next((section.values[_FIELD] for section in configured if section.values[_FIELD].value), None)
    if first is None:
        return
    where = sources.at(first.origin)
    message = "job-json-overrides are deprecated by the vendor in favour of templates"
    findings.report(
        "overrides-deprecated", where, message, "see the documentation, 'From overrides to templates'"
    )
    if cluster.use_templating:
        message = f"overrides are ignored: templating is on ({cluster.origin('use_templating')})"
        findings.report(
            "overrides-ignored", where, message, "move them into job.tpl, or set use-templating=0"
        )
    replaced = _Replaced()
    for section in configured:
        lost = replaced.by(section)
        if lost and section.values[_FIELD].value:
            _report_dropped(section.values[_FIELD], lost, sources, findings)


def _report_dropped(
    overrides: Sourced[tuple[Override, ...]], lost: list[Override], sources: Sources, findings: Findings
) -> None:
    named = ", ".join(f"{quote(override.pointer)} ({override.origin})" for override in lost[:_MOST_NAMED])
    more = " and others" if len(lost) > _MOST_NAMED else ""
    message = f"these overrides replace earlier ones as a whole and so drop {named}{more}"
    findings.report(
        "dropped-overrides", sources.at(overrides.origin), message, "repeat the dropped ones in this line"
    )


class _Replaced:
    """The overrides that are in effect for somebody, by pointer, while sections are gone through."""

    def __init__(self) -> None:
        self._in_effect: dict[str, tuple[Override, ...]] = {}
        self._for_groups: dict[str, dict[str, Override]] = {}
        self._for_users: dict[str, dict[str, Override]] = {}

    def by(self, section: ProfileSection) -> list[Override]:
        """Take a section's overrides up; give back (some of) those that it drops for somebody."""
        overrides = section.values[_FIELD].value
        lost = self._lost(section, {override.pointer for override in overrides})
        self._forget(section)
        pool = self._for_users if section.kind is SubjectKind.USER else self._for_groups
        for override in overrides:
            pool.setdefault(override.pointer, {})[section.title] = override
        self._in_effect[section.title] = overrides
        return lost

    def _lost(self, section: ProfileSection, kept: set[str]) -> list[Override]:
        """What others can lose: a user's own and all groups', for everyone and groups also any user's."""
        former = self._in_effect.get(section.title, ())
        own = {override.pointer: {section.title: override} for override in former}
        pools = (self._for_groups, own if section.kind is SubjectKind.USER else self._for_users)
        setters = (setters for pool in pools for pointer, setters in pool.items() if pointer not in kept)
        return [next(reversed(each.values())) for each in islice(setters, _MOST_NAMED + 1)]

    def _forget(self, section: ProfileSection) -> None:
        """Drop what the section replaces for everybody: its own former overrides, or with ``[*]`` all."""
        if section.kind is SubjectKind.EVERYONE:
            self._in_effect, self._for_groups, self._for_users = {}, {}, {}
        pool = self._for_users if section.kind is SubjectKind.USER else self._for_groups
        for pointer in {override.pointer for override in self._in_effect.get(section.title, ())}:
            del pool[pointer][section.title]
            if not pool[pointer]:
                del pool[pointer]
