from __future__ import annotations

from decimal import Decimal

import attrs
import pytest

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.origin import CODE
from launcher_k8s.settings import ProfileSection, UserProfile


def test_a_sections_title_says_whom_it_is_for() -> None:
    sections = (ProfileSection.everyone(), ProfileSection.group("power"), ProfileSection.user("jane"))
    assert [section.title for section in sections] == ["*", "@power", "jane"]


def test_values_given_in_code_get_the_types_that_files_give() -> None:
    section = ProfileSection.everyone(
        max_cpus=0.1, container_images="r:4", placement_constraints=["region:us", "node"]
    )
    assert {name: sourced.value for name, sourced in section.values.items()} == {
        "max_cpus": Decimal("0.1"),
        "container_images": ("r:4",),
        "placement_constraints": (PlacementConstraint("region", "us"), PlacementConstraint("node")),
    }
    assert {sourced.origin for sourced in section.values.values()} == {CODE}


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no such profile setting: max_cpu ") as caught:
        ProfileSection.user("jane", max_cpu=2, max_cpus=2)
    assert "max_cpus" in caught.value.hint


def test_a_profile_lists_its_settings_by_their_keys() -> None:
    keys = [key for key, _ in UserProfile().items()]
    assert keys == [field.name.replace("_", "-") for field in attrs.fields(UserProfile)]
