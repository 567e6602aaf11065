from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.memory_files import PROFILES, findings_of, only_finding, read_texts


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[*]\ndefault-cpus=4\nmax-cpus=2\n", "default-over-maximum", 3),
        ("[*]\ndefault-mem-mb=4\nmax-mem-mb=2\n", "default-over-maximum", 3),
        ("[*]\ndefault-cpus-request=4\nmax-cpus-request=2\n", "default-over-maximum", 3),
        ("[*]\ndefault-mem-mb-request=4\nmax-mem-mb-request=2\n", "default-over-maximum", 3),
        ("[*]\ndefault-nvidia-gpus=4\nmax-nvidia-gpus=2\n", "default-over-maximum", 3),
        ("[*]\ndefault-amd-gpus=4\nmax-amd-gpus=0\n", "default-over-maximum", 3),
        ("[*]\ndefault-amd-gpus=4\n", "default-over-maximum", 2),
        ("[*]\ndefault-cpus=1\ndefault-cpus-request=2\n", "request-over-limit", 2),
        ("[*]\ndefault-mem-mb=1\ndefault-mem-mb-request=2\n", "request-over-limit", 2),
        ("[*]\nmax-cpus=1\ndefault-cpus-request=2\n", "request-over-limit", 2),
        ("[*]\nmax-mem-mb=1\ndefault-cpus=1\ndefault-mem-mb-request=2\n", "request-over-limit", 2),
    ],
)
def test_what_is_cut_is_told(text: str, code: str, line: int) -> None:
    finding = only_finding({PROFILES: text})
    assert (finding.code, finding.location.line) == (code, line)


@pytest.mark.parametrize(
    "text",
    [
        "[*]\ndefault-cpus=2\nmax-cpus=2\n",
        "[*]\ndefault-cpus=2\nmax-cpus=0\n",
        "[*]\ndefault-cpus=0\nmax-cpus=2\n",
        "[*]\ndefault-cpus=0\ndefault-cpus-request=2\n",
        "[*]\ndefault-nvidia-gpus=0\n",
        "[*]\ndefault-cpus=4\nmax-cpus=2\n[*]\nmax-cpus=8\n",
        "[a]\ndefault-cpus=4\n[b]\nmax-cpus=2\n",
        "[@a]\ndefault-cpus=4\nmax-cpus=4\n[@b]\ndefault-cpus=2\nmax-cpus=2\n",
    ],
)
def test_what_is_not_cut_is_not_told(text: str) -> None:
    assert not {*findings_of({PROFILES: text})} - {"repeated-section"}


def test_a_default_of_another_section_is_named_with_whom_both_are_for() -> None:
    text = "[@posit-power-users]\ndefault-cpus=4\nmax-cpus=20\n[jsmith]\nmax-cpus=3\n"
    finding = only_finding({PROFILES: text})
    assert str(finding.location) == f"/conf/{PROFILES}:5:10 [jsmith] max-cpus"
    assert f"default-cpus=4 (/conf/{PROFILES}:2 [@posit-power-users] default-cpus)" in finding.message
    assert "jsmith in posit-power-users" in finding.message


TITLES = ("*", "@g", "@h", "u", "v")
SECTION = st.tuples(
    st.sampled_from(TITLES),
    st.fixed_dictionaries({}, optional={"default-cpus": st.integers(0, 4), "max-cpus": st.integers(0, 4)}),
)


def people() -> list[set[str]]:
    groups = [*chain.from_iterable(combinations(("@g", "@h"), size) for size in range(3))]
    return [{"*", user, *some} for user in ("u", "v", "nobody") for some in groups]


@given(st.lists(SECTION, max_size=6))
def test_a_maximum_is_told_just_when_it_cuts_somebodys_default(
    sections: list[tuple[str, dict[str, int]]],
) -> None:
    lines: list[str] = []
    for title, keys in sections:
        lines += [f"[{title}]", *(f"{key}={value}" for key, value in keys.items())]
    cutting = set()
    for who in people():
        title, last = "", dict[str, tuple[int, int]]()
        for number, line in enumerate(lines, start=1):
            if line.startswith("["):
                title = line.strip("[]")
            elif title in who:
                key, _, value = line.partition("=")
                last[key] = (int(value), number)
        default, (maximum, number) = last.get("default-cpus", (0, 0))[0], last.get("max-cpus", (0, 0))
        if 0 < maximum < default:
            cutting.add(number)
    _, diagnostics = read_texts({PROFILES: "\n".join(lines)})
    assert {f.location.line for f in diagnostics if f.code == "default-over-maximum"} == cutting
