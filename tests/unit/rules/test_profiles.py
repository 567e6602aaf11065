from __future__ import annotations

from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.origin import CODE, DEFAULT, Origin, Sourced
from launcher_k8s.rules.profiles import profile_for
from launcher_k8s.settings import ClusterSettings, ProfileSection, SubjectKind, UserProfile
from tests.rules_cases import example


def cluster(*sections: ProfileSection) -> ClusterSettings:
    return ClusterSettings(profiles=sections)


def test_without_sections_everything_is_the_default() -> None:
    assert profile_for(cluster(), "jane") == UserProfile()


def test_the_last_matching_section_wins_even_over_a_more_specific_one() -> None:
    profile = profile_for(
        cluster(ProfileSection.user("jane", max_cpus=8), ProfileSection.everyone(max_cpus=2)), "jane"
    )
    assert profile.max_cpus.value == 2


def test_sections_of_others_do_not_matter() -> None:
    others = (ProfileSection.user("john", max_cpus=8), ProfileSection.group("staff", max_cpus=9))
    assert profile_for(cluster(*others), "jane", groups=["students"]) == UserProfile()


def test_a_group_section_is_not_for_a_user_of_that_name() -> None:
    sections = cluster(ProfileSection.group("staff", max_cpus=9), ProfileSection.user("crew", max_cpus=9))
    assert profile_for(sections, "staff", groups=["crew"]) == UserProfile()


def test_values_are_replaced_key_by_key() -> None:
    profile = profile_for(
        cluster(
            ProfileSection.everyone(max_cpus=2, max_mem_mb=512, container_images=["a", "b"]),
            ProfileSection.group("staff", max_cpus=9, container_images=["c"]),
        ),
        "jane",
        groups=iter(["staff"]),
    )
    assert [profile.max_cpus.value, profile.max_mem_mb.value] == [9, 512]
    assert profile.container_images.value == ("c",)


def test_an_empty_list_clears_what_an_earlier_section_set() -> None:
    profile = profile_for(
        cluster(
            ProfileSection.everyone(resource_profiles=["small"]),
            ProfileSection.user("jane", resource_profiles=[]),
        ),
        "jane",
    )
    assert profile.resource_profiles.value == ()
    assert profile.resource_profiles.origin == CODE


def test_shadowed_values_stand_nearest_first_and_end_with_the_default() -> None:
    profile = profile_for(example("profiles"), "jsmith", groups=["posit-power-users"])
    assert [(int(each.value), each.origin.section) for each in profile.max_cpus.shadowed] == [
        (20, "@posit-power-users"),
        (2, "*"),
        (0, ""),
    ]
    assert profile.max_cpus.shadowed[-1].origin == DEFAULT
    assert (profile.max_cpus.origin.line, profile.max_cpus.origin.section) == (25, "jsmith")


fields = st.sampled_from(["max_cpus", "default_cpus", "max_mem_mb"])
sections = st.builds(
    lambda kind, name, values: ProfileSection(
        kind,
        name,
        {key: Sourced(value, Origin.in_file("f", value)) for key, value in values.items()},
    ),
    st.sampled_from(SubjectKind),
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(fields, st.integers(1, 99)),
)


@given(st.lists(sections, max_size=8), st.sampled_from(["a", "b"]), st.sets(st.sampled_from(["a", "b", "c"])))
def test_the_profile_is_what_overwriting_section_by_section_gives(
    given_sections: list[ProfileSection], user: str, groups: set[str]
) -> None:
    model: dict[str, list[Any]] = {}
    for section in given_sections:
        if section.title in {"*", user, *(f"@{group}" for group in groups)}:
            for key, sourced in section.values.items():
                model.setdefault(key, []).insert(0, sourced.value)
    profile = profile_for(cluster(*given_sections), user, groups=groups)
    for field in attrs.fields(UserProfile):
        found: Sourced[Any] = getattr(profile, field.name)
        assert [found.value, *(each.value for each in found.shadowed)] == [
            *model.get(field.name, []),
            getattr(UserProfile(), field.name).value,
        ]
