from __future__ import annotations

from decimal import Decimal
from typing import Any

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


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"max_cpus": "x"}, "'x'\" is no value of max-cpus", "give a plain number"),
        ({"max_cpus": float("nan")}, "'nan' is no value of max-cpus", "give a plain number"),
        ({"max_cpus": -1}, "'-1' is out of range for max-cpus", "give at least 0"),
        (
            {"cpu_request_ratio": 2},
            "'2' is no value of cpu-request-ratio",
            "give a number above 0 and up to 1",
        ),
        ({"allow_unknown_images": 1}, "'1' is no value of allow-unknown-images", "give 1 or 0"),
        ({"container_images": ["r:4", 4]}, "is no value of container-images", "give a list"),
        ({"placement_constraints": 5}, "'5' is no value of placement-constraints", "give a list"),
        ({"job_json_overrides": '"/a":"a.json"'}, "is no value of job-json-overrides", "give"),
        ({"job_json_overrides": [("/a", 1)]}, "expected an Override, not a list", "give Override("),
        ({"default_container_image": None}, "'None' is no value of default-container-image", "give text"),
    ],
)
def test_values_of_another_kind_are_refused(values: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ProfileSection.everyone(**values)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_string_where_a_list_is_meant_is_split_as_in_the_files() -> None:
    section = ProfileSection.everyone(container_images="r:4, r:3,", placement_constraints="region:us,node")
    assert {name: sourced.value for name, sourced in section.values.items()} == {
        "container_images": ("r:4", "r:3"),
        "placement_constraints": (PlacementConstraint("region", "us"), PlacementConstraint("node")),
    }


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no such profile setting: max_cpu ") as caught:
        ProfileSection.user("jane", max_cpu=2, max_cpus=2)
    assert "max_cpus" in caught.value.hint


def test_a_profile_lists_its_settings_by_their_keys() -> None:
    keys = [key for key, _ in UserProfile().items()]
    assert keys == [field.name.replace("_", "-") for field in attrs.fields(UserProfile)]
