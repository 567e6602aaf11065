from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.diagnostics import Diagnostic
from tests.memory_files import CONNECTION, MAIN, PROFILES, findings_of


def section(title: str, *pointers: str) -> str:
    return f"[{title}]\njob-json-overrides=" + ",".join(f'"/{pointer}":"f"' for pointer in pointers) + "\n"


def check(*sections: str, main: str = "") -> dict[str, list[Diagnostic]]:
    return findings_of({MAIN: CONNECTION + main, PROFILES: "".join(sections), "f": "1"})


def test_overrides_are_told_to_be_deprecated_once() -> None:
    found = check(section("*", "a"), section("@g", "a"))
    assert [finding.location.line for finding in found["overrides-deprecated"]] == [2]
    assert {*found} == {"overrides-deprecated"}


def test_overrides_under_templates_are_told_to_be_ignored() -> None:
    found = check(section("*", "a"), main="use-templating=1\n")
    assert f"/conf/{MAIN}:3 use-templating" in found["overrides-ignored"][0].message


def test_no_overrides_are_nothing_to_tell() -> None:
    assert check("[*]\njob-json-overrides=\n", main="use-templating=1\n") == {}


def test_dropped_pointers_are_named_with_their_place() -> None:
    (finding,) = check(section("*", "a", "b"), section("jsmith", "b", "c"))["dropped-overrides"]
    assert finding.location.line == 4
    assert f"'/a' (/conf/{PROFILES}:2 [*] job-json-overrides)" in finding.message
    assert "'/b'" not in finding.message


def test_many_dropped_pointers_are_counted() -> None:
    (finding,) = check(section("*", *"abcdefgh"), section("jsmith", "z"))["dropped-overrides"]
    assert "and 3 more" in finding.message


def test_clearing_on_purpose_is_not_told() -> None:
    assert "dropped-overrides" not in check(section("*", "a"), "[jsmith]\njob-json-overrides=\n")


def test_two_users_drop_nothing_of_each_other() -> None:
    assert "dropped-overrides" not in check(section("a", "x"), section("b", "y"))


SECTION = st.tuples(
    st.sampled_from(("*", "@g", "@h", "u", "v")), st.lists(st.sampled_from("abc"), max_size=2)
)


@given(st.lists(SECTION, max_size=6))
def test_a_section_is_told_just_when_it_drops_something_for_somebody(
    sections: list[tuple[str, list[str]]],
) -> None:
    groups = [*chain.from_iterable(combinations(("@g", "@h"), size) for size in range(3))]
    dropping = set()
    people = [{"*", user, *some} for user in ("u", "v", "nobody") for some in groups]
    for who in people:
        before: set[str] = set()
        for number, (title, pointers) in enumerate(sections):
            if title not in who:
                continue
            if pointers and before - set(pointers):
                dropping.add(2 * number + 2)
            before = set(pointers)
    found = check(*(section(title, *pointers) for title, pointers in sections))
    assert {finding.location.line for finding in found.get("dropped-overrides", [])} == dropping
