"""What users are offered and cannot use: images, resource profiles, placement constraints.

Offers are checked for everyone and for each section's own subject; members of several groups may meet
more than is told here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping, Sequence, Sized
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.config.checks.subjects import EVERYONE, Subject, Subjects, describe, shown, subject_of
from launcher_k8s.config.findings import MOST_PER_FILE, Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.origin import Origin, Sourced
from launcher_k8s.settings import CUSTOM_RESOURCES, ResourceProfile
from launcher_k8s.wording import did_you_mean, enumerate_words, quote

_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "max_cpus": "cpus",
        "max_mem_mb": "mem_mb",
        "max_cpus_request": "cpus_request",
        "max_mem_mb_request": "mem_mb_request",
        "max_nvidia_gpus": "nvidia_gpus",
        "max_amd_gpus": "amd_gpus",
    }
)


# A maximum of 0 means that there is no maximum; of GPUs, that none may be asked for.
_UNBOUNDED = ("cpus", "mem_mb", "cpus_request", "mem_mb_request")
# An amount of 0 means that there is no limit; of requests and GPUs, that there are none.
_UNLIMITED = ("cpus", "mem_mb")
_IMAGES = ("default_container_image", "container_images", "allow_unknown_images")
_OFFER = "resource_profiles"
_ALL = ("*", "all", "any")
_CONSTRAINTS = "placement_constraints"
# Shared out among the subjects of a file: complete for hundreds of sections, and linear for any number.
_MOST_COMPARISONS = 200_000
_LEAST_COMPARED = 4
_MOST_TOLD = 5


def check_offers(
    subjects: Subjects, resources: Sequence[ResourceProfile], sources: Sources, findings: Findings
) -> None:
    """Report offers that lead nowhere.

    Args:
        subjects: What the profiles file sets.
        resources: The resource profiles that there are.
        sources: The files that were read.
        findings: Told of everything.
    """
    _check_images(subjects, sources, findings)
    _check_names(subjects, resources, sources, findings)
    _check_maxima(subjects, _Offers(resources), sources, findings)
    _check_constraints(subjects, _Offers(resources), sources, findings)


def _check_images(subjects: Subjects, sources: Sources, findings: Findings) -> None:
    told = set()
    images_of = _Sets()
    _, broken_keys = findings.broken()
    for subject in subjects.concerned(_IMAGES):
        image, offered, allow_unknown = (subjects.effective(field, subject) for field in _IMAGES)
        if image is None or not image.value or allow_unknown is None or allow_unknown.value:
            continue
        pair = (image.origin.line, offered.origin.line if offered else None)
        is_unknown = offered is None and "container-images" in broken_keys
        if pair in told or is_unknown or image.value in images_of(offered):
            continue
        told.add(pair)
        images = f"container-images ({offered.origin})" if offered else "container-images, which is not set"
        refused = f"unknown images are refused ({allow_unknown.origin})"
        message = f"{quote(image.value)} is not in {images}, and {refused}"
        hint = f"add it there, or set another: a job that names none is refused {_to_whom(subject, subjects)}"
        findings.report("default-image-not-offered", sources.at(image.origin), message, hint)


def _to_whom(subject: Subject, subjects: Subjects) -> str:
    if subject == EVERYONE and any(subjects.sets(other, _IMAGES) for other in subjects if other != EVERYONE):
        return "to everyone whom no other section spares"
    return f"to {describe(subject)}"


def _check_names(
    subjects: Subjects, resources: Sequence[ResourceProfile], sources: Sources, findings: Findings
) -> None:
    broken_sections, _ = findings.broken()
    titles = {profile.section for profile in resources} | broken_sections - {""}
    shown_as = {profile.display_name: profile.section for profile in resources}
    for offer in subjects.own(_OFFER):
        for name in (name for name in offer.value if name not in titles):
            if findings.count_untold("undefined-resource-profile", offer.origin.file):
                continue
            if name in shown_as:
                hint = f"{quote(name)} is how [{shown_as[name]}] is shown: write {shown_as[name]}"
            elif name.lower() in _ALL:
                hint = "leave the value empty: resource-profiles= offers all"
            elif name == CUSTOM_RESOURCES:
                hint = "remove the name: allow-custom-resources=1 lets jobs state their own limits"
            else:
                hint = did_you_mean(name, titles) or "add the section, or remove the name"
            message = f"no section of the resources file is titled {quote(name)}"
            where = sources.at(offer.origin, name)
            findings.report("undefined-resource-profile", where, message, hint)


def _check_maxima(subjects: Subjects, offers: _Offers, sources: Sources, findings: Findings) -> None:
    everyones = subjects.effective(_OFFER)
    for_everyone = {profile.section for profile in offers.to(everyones)}
    concerned = [*subjects.concerned((_OFFER, *_LIMITS))] if offers.profiles else []
    found: dict[Origin, _Unusable] = {}
    for subject in concerned:
        offer = subjects.effective(_OFFER, subject)
        for maximum_field, field in _LIMITS.items():
            maximum = subjects.effective(maximum_field, subject)
            if maximum is None or (maximum.value == 0 and field in _UNBOUNDED):
                continue
            if len(found) >= MOST_PER_FILE:
                break
            is_everyones = subject != EVERYONE and subject_of(maximum) == EVERYONE
            if is_everyones and offer is everyones:
                continue
            over = offers.over(offer, field, maximum.value)
            if is_everyones:
                compared = over[: _most_compared(concerned)]
                over = [profile for profile in compared if profile.section not in for_everyone]
            if over:
                found.setdefault(maximum.origin, _Unusable(maximum)).add(subject, over)
    for unusable in found.values():
        _report_over(unusable, sources, findings)


@attrs.frozen
class _Unusable:
    """What one maximum makes unusable, and for whom: told once, though many may meet it."""

    maximum: Sourced[Any]
    whom: dict[str, list[Subject]] = attrs.field(factory=dict)

    def add(self, subject: Subject, over: Iterable[ResourceProfile]) -> None:
        """Take up what somebody is offered and cannot use."""
        named = enumerate_words(over, show=lambda profile: f"{profile.section} ({profile.origin})")
        self.whom.setdefault(named, []).append(subject)


def _report_over(unusable: _Unusable, sources: Sources, findings: Findings) -> None:
    maximum = unusable.maximum
    each = [f"{enumerate_words(who, show=describe)}: {named}" for named, who in unusable.whom.items()]
    shown_to = "; to ".join(each[:_MOST_TOLD])
    more = f"; and {len(each) - _MOST_TOLD} more such offers" if len(each) > _MOST_TOLD else ""
    message = f"{shown(maximum)} makes resource profiles unusable that are offered to {shown_to}{more}"
    hint = "raise the maximum, or list in resource-profiles only those below it"
    findings.report("profile-over-maximum", sources.at(maximum.origin), message, hint)


def _check_constraints(subjects: Subjects, offers: _Offers, sources: Sources, findings: Findings) -> None:
    constrained = ((title, each) for title, each in offers.profiles.items() if each.placement_constraints)
    # Ordered, because a plain dictionary remembers the place of all that was taken out at its beginning.
    pending = OrderedDict(constrained)
    concerned = [*subjects.concerned((_OFFER, _CONSTRAINTS))] if pending else []
    texts_of = _Sets()
    for subject in concerned:
        offer, allowed = (subjects.effective(field, subject) for field in (_OFFER, _CONSTRAINTS))
        titles = offer.value if offer and offer.value else pending
        for title in [*islice(titles, _most_compared(concerned))]:
            constraints = pending[title].placement_constraints if title in pending else ()
            missing = [each for each in constraints if not _is_offered(each, texts_of(allowed))]
            if not missing:
                continue
            profile = pending.pop(title)
            listed = enumerate_words(missing)
            message = f"{listed} is not among the placement constraints offered to {describe(subject)}"
            hint = "fine here; the vendor's plugin seems to want them in placement-constraints as well"
            findings.report("constraints-not-offered", sources.at(profile.origin), message, hint)


def _is_offered(constraint: PlacementConstraint, texts: Container[str]) -> bool:
    return constraint.name in texts or str(constraint) in texts


def _most_compared(subjects: Sized) -> int:
    return max(_LEAST_COMPARED, _MOST_COMPARISONS // max(1, len(subjects)))


class _Sets:
    """The items of lists as texts, taken up once for each list, since many subjects share one."""

    def __init__(self) -> None:
        self._by_line: dict[int, frozenset[str]] = {}

    def __call__(self, listed: Sourced[Any] | None) -> Container[str]:
        """What a list holds; nothing where it is not set."""
        if listed is None:
            return ()
        if listed.origin.line not in self._by_line:
            self._by_line[listed.origin.line] = frozenset(map(str, listed.value))
        return self._by_line[listed.origin.line]


class _Offers:
    """Resource profiles by whom they are offered to, sorted once for each list of names."""

    def __init__(self, resources: Sequence[ResourceProfile]) -> None:
        self.profiles = {profile.section: profile for profile in resources}
        self._sorted: dict[tuple[int | None, str], list[ResourceProfile]] = {}

    def to(self, offer: Sourced[Any] | None) -> list[ResourceProfile]:
        """The profiles that an offer names; all where it names none."""
        if offer is None or not offer.value:
            return list(self.profiles.values())
        return [self.profiles[name] for name in offer.value if name in self.profiles]

    def over(self, offer: Sourced[Any] | None, field: str, maximum: Decimal | int) -> list[ResourceProfile]:
        """The offered profiles whose ``field`` is over a maximum, the largest first."""
        key = (offer.origin.line if offer and offer.value else None, field)
        if key not in self._sorted:
            stated = [profile for profile in self.to(offer) if getattr(profile, field) is not None]
            self._sorted[key] = sorted(stated, key=lambda profile: _amount(profile, field), reverse=True)
        by_amount = self._sorted[key]
        return by_amount[: bisect_left(by_amount, -maximum, key=lambda profile: -_amount(profile, field))]


def _amount(profile: ResourceProfile, field: str) -> Decimal:
    """How much of a resource a profile gives; 0 stands for no limit, where that is possible."""
    amount = Decimal(getattr(profile, field))
    return Decimal("Infinity") if amount == 0 and field in _UNLIMITED else amount
