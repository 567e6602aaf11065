"""Users who may ask for nothing: no limits of their own, and no resource profile that there is.

Every job of theirs is refused (domain, section 2, "Named resource profile").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from launcher_k8s.config.checks.subjects import Subjects, describe
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.settings import ResourceProfile

_CUSTOM: Final = "allow_custom_resources"
_OFFER: Final = "resource_profiles"


def check_emptiness(
    subjects: Subjects, resources: Sequence[ResourceProfile], sources: Sources, findings: Findings
) -> None:
    """Report each line that leaves somebody without anything.

    Args:
        subjects: What the profiles file sets.
        resources: The resource profiles that there are.
        sources: The files that were read.
        findings: Told of everything. Sections with an error count as there.
    """
    broken, _ = findings.broken()
    titles = {profile.section for profile in resources} | broken - {""}
    told = set()
    # Many subjects may share one offer of many names.
    is_empty: dict[int, bool] = {0: not titles}
    for subject in subjects.concerned((_CUSTOM, _OFFER)):
        custom, offer = subjects.effective(_CUSTOM, subject), subjects.effective(_OFFER, subject)
        if custom is None or custom.value or custom.origin.line in told:
            continue
        line = offer.origin.line if offer and offer.value else 0
        if offer and line not in is_empty:
            is_empty[line] = titles.isdisjoint(offer.value)
        if is_empty[line]:
            told.add(custom.origin.line)
            message = (
                f"{describe(subject)} may neither state limits nor name a resource profile that there is"
            )
            hint = "every job will be refused: offer resource profiles, or set allow-custom-resources=1"
            findings.report("nothing-allowed", sources.at(custom.origin), message, hint)
