from __future__ import annotations

import pytest

from tests.memory_files import PROFILES, only_finding, read_texts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[jsmith]\nmax-cpus=1\n[*]\nmax-cpus=2\n", 3),
        ("[jsmith]\nmax-cpus=1\n[@g]\nmax-cpus=2\n", 3),
        ("[@g]\nmax-cpus=1\n[*]\nmax-cpus=2\n", 3),
        ("[jsmith]\nmax-cpus=1\n[@g]\nmax-mem-mb=2\n[*]\nmax-mem-mb=1\n", 5),
    ],
)
def test_a_section_below_a_more_specific_one_is_told(text: str, line: int) -> None:
    finding = only_finding({PROFILES: text})
    assert (finding.code, finding.location.line) == ("place-matters", line)


@pytest.mark.parametrize(
    "text",
    [
        "[*]\nmax-cpus=1\n[@g]\nmax-cpus=2\n[jsmith]\nmax-cpus=3\n",
        "[jsmith]\nmax-cpus=1\n[*]\nmax-mem-mb=2\n",
        "[@g]\nmax-cpus=1\n[@h]\nmax-cpus=2\n",
        "[a]\nmax-cpus=1\n[b]\nmax-cpus=2\n",
    ],
)
def test_where_the_place_decides_nothing_surprising_nothing_is_told(text: str) -> None:
    assert read_texts({PROFILES: text})[1] == ()


def test_the_keys_and_the_section_are_named() -> None:
    text = "[jsmith]\nmax-cpus=4\nmax-mem-mb=5\n[*]\nmax-cpus=2\nmax-mem-mb=3\nallow-unknown-images=1\n"
    finding = only_finding({PROFILES: text})
    assert "max-cpus, max-mem-mb wins" in finding.message
    assert "[jsmith]" in finding.message
    assert "line 1" in finding.hint


def test_a_repeated_section_is_told_at_its_repetition() -> None:
    finding = only_finding({PROFILES: "[*]\nmax-cpus=4\n[@g]\n[*]\nmax-mem-mb=3\n"})
    assert (finding.code, finding.location.line) == ("repeated-section", 4)
    assert "line 1" in finding.message
