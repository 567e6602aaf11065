from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import ValueKind
from launcher_k8s.settings import ProfileSection, SubjectKind, UserProfile
from tests.memory_files import PROFILES, accounts_of, findings_of, only_finding, read_cluster, read_texts

OPTIONS = {field.metadata["option"].key: field for field in attrs.fields(UserProfile)}
SAMPLES = {
    ValueKind.TEXT: ("r:4", "r:4"),
    ValueKind.BOOLEAN: ("0", False),
    ValueKind.NUMBER: ("0.5", Decimal("0.5")),
    ValueKind.COUNT: ("2", 2),
    ValueKind.RATIO: ("0.25", Decimal("0.25")),
    ValueKind.LIST: ("a,b", ("a", "b")),
    ValueKind.CONSTRAINTS: ("a:b", (PlacementConstraint("a", "b"),)),
}


def sections(text: str) -> tuple[ProfileSection, ...]:
    return read_cluster({PROFILES: text}).profiles


def test_subjects_are_everyone_groups_and_users_in_order() -> None:
    found = sections("[jsmith]\n[@posit-power-users]\n[*]\n[@domain users]\n")
    assert [(section.kind, section.name, section.title) for section in found] == [
        (SubjectKind.USER, "jsmith", "jsmith"),
        (SubjectKind.GROUP, "posit-power-users", "@posit-power-users"),
        (SubjectKind.EVERYONE, "", "*"),
        (SubjectKind.GROUP, "domain users", "@domain users"),
    ]


@pytest.mark.parametrize("key", sorted({*OPTIONS} - {"job-json-overrides"}))
def test_every_key_sets_its_value_and_says_where(key: str) -> None:
    text, value = SAMPLES[OPTIONS[key].metadata["option"].kind]
    (section,) = sections(f"[@g]\n\n{key} = {text}\n")
    (sourced,) = section.values.values()
    assert [*section.values] == [OPTIONS[key].name]
    assert sourced.value == value
    assert str(sourced.origin) == f"/conf/{PROFILES}:3 [@g] {key}"


def test_a_section_says_where_it_begins() -> None:
    assert str(sections("# x\n[jsmith]\n")[0].origin) == f"/conf/{PROFILES}:2 [jsmith]"


@pytest.mark.parametrize(
    "key", ["container-images", "placement-constraints", "resource-profiles", "job-json-overrides"]
)
def test_an_empty_list_is_set_so_that_it_clears(key: str) -> None:
    (section,) = sections(f"[*]\n{key} =\n")
    assert section.values[OPTIONS[key].name].value == ()


def test_a_section_that_stands_twice_is_kept_twice() -> None:
    assert [section.title for section in sections("[a]\nmax-cpus=1\n[a]\nmax-cpus=2\n")] == ["a", "a"]


def test_a_key_twice_in_one_section_is_an_error_and_in_two_is_not() -> None:
    assert only_finding({PROFILES: "[a]\nmax-cpus=1\nmax-cpus=2\n[b]\nmax-cpus=1\n"}).location.line == 3


def test_two_lines_of_overrides_are_to_be_joined() -> None:
    text = '[*]\njob-json-overrides="/a":"f"\njob-json-overrides="/b":"f"\n'
    (finding,) = findings_of({PROFILES: text, "f": "1"})["duplicate-key"]
    assert finding.hint == "join the lines with a comma"


def test_a_key_before_any_section_is_told() -> None:
    finding = only_finding({PROFILES: "max-cpus=1\n[*]\n"})
    assert (finding.code, finding.location.line) == ("key-outside-section", 1)


def test_a_group_needs_a_name() -> None:
    assert only_finding({PROFILES: "[@ ]\n"}).code == "bad-bracket"


def test_a_bad_title_hides_no_problem_below_it() -> None:
    found = findings_of({PROFILES: "[jsmith\nmax-cpus=x\nmax-cpu=1\n"})
    assert {*found} == {"bad-bracket", "bad-value", "unknown-key"}


def test_a_finding_names_section_and_key() -> None:
    finding = only_finding({PROFILES: "[jsmith]\nmax-mem-mb = 4Gi\n"})
    assert str(finding.location) == f"/conf/{PROFILES}:2:14 [jsmith] max-mem-mb"
    assert "4294.967296" in finding.hint


@given(
    st.dictionaries(st.sampled_from(["max-cpus", "default-mem-mb", "cpu-request-ratio"]), st.floats(0.001, 1))
)
def test_written_numbers_are_read_back(values: dict[str, float]) -> None:
    text = "[*]\n" + "".join(f"{key}={value:.6f}\n" for key, value in values.items())
    settings, _ = read_texts({PROFILES: text})
    assert settings is not None
    (section,) = settings.cluster().profiles
    assert [sourced.value for sourced in section.values.values()] == [
        Decimal(f"{value:.6f}") for value in values.values()
    ]


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    settings, diagnostics = read_texts({PROFILES: data})
    assert settings is not None or diagnostics


PARTS = [
    "[*]",
    "[@g]",
    "[u]",
    "[@",
    "max-cpus=",
    "default-cpus=",
    "job-json-overrides=",
    "container-images=x",
    "resource-profiles=a,b",
    "1",
    "2",
    '"/a":"f"',
    '"/b":"f"',
    ",",
    "#",
    '"',
    "=",
]


@given(st.lists(st.sampled_from([*PARTS, "\n", " "])).map("".join))
def test_any_text_is_read(text: str) -> None:
    settings, diagnostics = read_texts({PROFILES: text, "f": "1"})
    assert settings is not None or diagnostics


def test_a_group_without_a_name_is_told_but_once() -> None:
    finding = only_finding({PROFILES: "[@]\nmax-cpus=2\n"}, accounts=accounts_of(frozenset()))
    assert finding.code == "bad-bracket"


@pytest.mark.parametrize(("line", "shown"), [("max-cpus=1", "max-cpus=1"), ("tokn=1", "tokn=***")])
def test_before_any_section_only_what_may_be_a_secret_is_hidden(line: str, shown: str) -> None:
    assert only_finding({PROFILES: f"{line}\n[*]\n"}).location.source == shown
