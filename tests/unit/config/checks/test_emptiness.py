from __future__ import annotations

import pytest

from tests.memory_files import PROFILES, RESOURCES, findings_of

SMALL = "[small]\ncpus=1\nmem-mb=512\n"


def told(profiles: str, resources: str = "") -> list[tuple[int, str]]:
    found = findings_of({PROFILES: profiles, RESOURCES: resources}).get("nothing-allowed", [])
    return [(finding.location.line, finding.message.partition(" may ")[0]) for finding in found]


def test_without_resource_profiles_custom_resources_are_needed() -> None:
    assert told("[*]\nallow-custom-resources=0\n") == [(2, "everyone")]


def test_an_offer_of_nothing_that_there_is_is_none() -> None:
    text = "[*]\nallow-custom-resources=0\n[@a]\nresource-profiles=large\n[@b]\nallow-custom-resources=0\n"
    assert told(text, SMALL) == [(2, "members of a")]


def test_each_line_is_told_once() -> None:
    text = "[*]\nallow-custom-resources=0\n[@a]\nresource-profiles=x\n[@b]\nresource-profiles=y\n"
    assert told(text) == [(2, "everyone")]


@pytest.mark.parametrize(
    ("profiles", "resources"),
    [
        ("[*]\nallow-custom-resources=0\n", SMALL),
        ("[*]\nallow-custom-resources=0\nresource-profiles=large,small\n", SMALL),
        ("[*]\nresource-profiles=large\n", SMALL),
        ("[*]\nallow-custom-resources=0\n", "[small]\ncpus=1m\nmem-mb=512\n"),
        ("[*]\nallow-custom-resources=0\n[*]\nallow-custom-resources=1\n", ""),
    ],
)
def test_nothing_is_said_where_something_is_left(profiles: str, resources: str) -> None:
    assert told(profiles, resources) == []
