"""The guide's own examples load clean, or with exactly the warnings that are true of them."""

from __future__ import annotations

import pytest

from tests.examples import EXAMPLES, example_files
from tests.memory_files import PROFILES, read_texts

CUT_BY_JSMITH = ("default-over-maximum", "[jsmith] max-cpus", "jsmith in posit-power-users")
TRUE_OF = {
    "profiles": [CUT_BY_JSMITH],
    "profiles_older": [CUT_BY_JSMITH],
    "resources": [],
    "restriction": [],
    "joined": [
        ("profile-over-maximum", "[*] max-cpus", "members of bioinformatics: hugemem"),
        ("profile-over-maximum", "[*] max-mem-mb", "everyone: default"),
        ("profile-over-maximum", "[@posit-power-users] max-mem-mb", "members of posit-power-users: hugemem"),
        CUT_BY_JSMITH,
    ],
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_told_what_is_true_of_it(name: str) -> None:
    settings, diagnostics = read_texts(example_files(name))
    assert settings is not None
    assert len(diagnostics) == len(TRUE_OF[name])
    for finding, (code, place, words) in zip(diagnostics, TRUE_OF[name], strict=True):
        assert finding.code == code
        assert str(finding.location).endswith(place)
        assert words in finding.message


def test_the_resources_example_reads_as_meant() -> None:
    settings, _ = read_texts(example_files("resources"))
    assert settings is not None
    profiles = settings.cluster().resources
    found = [(p.section, p.display_name, int(p.cpus), int(p.mem_mb), p.nvidia_gpus) for p in profiles]
    assert found == [
        ("default", "Default", 1, 4096, 0),
        ("small", "small", 1, 512, 0),
        ("default-gpu", "Default GPU", 1, 4096, 1),
        ("hugemem", "Huge Memory", 8, 262144, 0),
    ]


def test_the_profiles_example_keeps_its_order() -> None:
    settings, _ = read_texts(example_files("profiles"))
    assert settings is not None
    assert [section.title for section in settings.cluster().profiles] == ["*", "@posit-power-users", "jsmith"]


def test_the_older_generation_has_no_requests() -> None:
    assert "request" not in example_files("profiles_older")[PROFILES]
