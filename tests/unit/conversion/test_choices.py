from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.conversion import Person, choices_of, people_of
from launcher_k8s.conversion.proof import overrides_for
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection

NAMES = st.sampled_from(("a", "b", "somebody"))
GROUPS = st.sampled_from(("g", "h", "i"))


@st.composite
def profiles(draw: st.DrawFn) -> tuple[ProfileSection, ...]:
    """Sections for anybody, of which some set overrides, some clear them, and some do neither."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        values = {"job_json_overrides": (Override("/spec/x", number),) if draw(st.booleans()) else ()}
        values = values if draw(st.booleans()) else {}
        match draw(st.sampled_from("*@u")):
            case "*":
                made.append(ProfileSection.everyone(**values))
            case "@":
                made.append(ProfileSection.group(draw(GROUPS), **values))
            case _:
                made.append(ProfileSection.user(draw(NAMES), **values))
    return tuple(made)


@given(profiles(), NAMES, st.lists(GROUPS, unique=True))
def test_whoever_it_is_gets_what_the_profile_says(
    sections: Sequence[ProfileSection], user: str, groups: list[str]
) -> None:
    profile = profile_for(ClusterSettings(profiles=tuple(sections)), user, groups=groups)
    found = overrides_for(choices_of(sections), Person(user, tuple(groups)))
    assert found == profile.job_json_overrides.value


@given(profiles())
def test_every_way_in_which_a_section_comes_last_is_somebodys(sections: Sequence[ProfileSection]) -> None:
    choices = choices_of(sections)
    everybody = [
        Person(user, groups)
        for user in ("a", "b", "somebody", "else")
        for groups in ((), ("g",), ("h",), ("i",), ("g", "h"), ("g", "i"), ("h", "i"), ("g", "h", "i"))
    ]
    possible = {overrides_for(choices, person) for person in everybody}
    assert {overrides_for(choices, person) for person in people_of(choices)} == possible


def test_sections_without_overrides_are_no_choice_and_a_clearing_one_is() -> None:
    sections = (
        ProfileSection.everyone(max_cpus=1),
        ProfileSection.group("g", job_json_overrides=(Override("/spec/x", 1),)),
        ProfileSection.user("jo", job_json_overrides=()),
    )
    assert [(choice.number, choice.title, len(choice.overrides)) for choice in choices_of(sections)] == [
        (1, "@g", 1),
        (2, "jo", 0),
    ]


def test_an_outsider_is_nobody_who_has_a_section() -> None:
    section = ProfileSection.user("somebody", job_json_overrides=())
    assert {person.user for person in people_of(choices_of([section]))} == {"somebody", "somebody2"}
