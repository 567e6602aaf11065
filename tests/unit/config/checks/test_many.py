"""Thousands of sections: what is compared, counted, does not grow with the square of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from launcher_k8s.config.checks import offers
from launcher_k8s.settings import ResourceProfile
from tests.memory_files import PROFILES, RESOURCES, findings_of

RESOURCE = "[r{0}]\ncpus=2\nmem-mb=4096\nplacement-constraints=gpu:a100\n"


def many(form: str, number: int) -> str:
    return "".join(form.format(each) for each in range(number))


def count_calls(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    calls = []
    called = getattr(offers, name)

    def count(*arguments: Any) -> Any:
        calls.append(arguments)
        return called(*arguments)

    monkeypatch.setattr(offers, name, count)
    return calls


@pytest.mark.parametrize("offered", ["gpu", "other", "gpu:a100"])
def test_constraints_are_compared_in_proportion_to_the_files(
    monkeypatch: pytest.MonkeyPatch, offered: str
) -> None:
    monkeypatch.setattr(offers, "_MOST_COMPARISONS", 1000)
    calls = count_calls(monkeypatch, "_is_offered")
    users = f"[u{{0}}]\nplacement-constraints={offered}\n"
    counts = []
    for number in (300, 600):
        calls.clear()
        findings_of({PROFILES: many(users, number), RESOURCES: many(RESOURCE, number)})
        counts.append(len(calls))
    assert counts[1] <= 2.2 * counts[0]


def test_hundreds_of_sections_are_compared_completely() -> None:
    users = many("[u{0}]\nplacement-constraints=gpu\n", 300) + "[last]\nplacement-constraints=x\n"
    found = findings_of(
        {PROFILES: f"[*]\nplacement-constraints=gpu\n{users}", RESOURCES: many(RESOURCE, 300)}
    )
    assert len(found["constraints-not-offered"]) == 300


def test_maxima_of_everyone_are_not_compared_again_for_each_user(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []
    over = offers._Offers.over

    def look_up(self: Any, offer: Any, *which: Any) -> Sequence[ResourceProfile]:
        found = over(self, offer, *which)
        looked_up.extend(found)
        return found

    monkeypatch.setattr(offers._Offers, "over", look_up)
    users = many("[u{0}]\nmax-mem-mb=99999\n", 300)
    found = findings_of({PROFILES: f"[*]\nmax-cpus=1\n{users}", RESOURCES: many(RESOURCE, 300)})
    assert len(found["profile-over-maximum"]) == 1
    assert len(looked_up) == 300


def test_more_unknown_names_than_are_told_are_counted() -> None:
    users = many("[u{0}]\nresource-profiles=a{0},b{0}\n", 600)
    found = findings_of({PROFILES: users, RESOURCES: "[r]\ncpus=1\nmem-mb=1\n"})
    assert len(found["undefined-resource-profile"]) == 1000
    assert [finding.message for finding in found["more-problems"]] == [
        "200 more findings of severity 'warning' in this file"
    ]
