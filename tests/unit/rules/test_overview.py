from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.rules.overview import SectionOverview, overview_of
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection, ResourceProfile

EVERYONE = ProfileSection.everyone(
    default_cpus=1, default_mem_mb=512, default_cpus_request="0.5", max_cpus=2, max_mem_mb=1024
)
SMALL = ResourceProfile("small", Decimal(1), Decimal(512))


def overview(*sections: ProfileSection, resources: tuple[ResourceProfile, ...] = ()) -> list[SectionOverview]:
    return list(overview_of(ClusterSettings(profiles=sections, resources=resources)))


def test_without_sections_everyone_has_a_row() -> None:
    assert overview() == [
        SectionOverview(
            "[*]",
            "CPU without limit, MB without limit",
            "any CPU, any MB, no GPU",
            "any; no default",
            "custom",
            0,
        )
    ]


def test_limits_requests_and_maxima_of_everyone() -> None:
    (row,) = overview(EVERYONE)
    assert row.default == "1 CPU, requests 0.5, 512 MB"
    assert row.most == "2 CPU, 1024 MB, no GPU"


def test_each_group_and_user_has_a_row_in_the_order_of_the_file() -> None:
    rows = overview(
        EVERYONE,
        ProfileSection.group("power", max_nvidia_gpus=2, max_amd_gpus=1),
        ProfileSection.user("jane", max_cpus=8),
        ProfileSection.group("power", max_cpus=20),
    )
    assert [row.section for row in rows] == ["[*]", "[@power]", "[jane]"]
    assert [row.most for row in rows] == [
        "2 CPU, 1024 MB, no GPU",
        "20 CPU, 1024 MB, 2 NVIDIA, 1 AMD",
        "8 CPU, 1024 MB, no GPU",
    ]


def test_a_section_of_everyone_below_wins() -> None:
    rows = overview(ProfileSection.user("jane", max_cpus=8), ProfileSection.everyone(max_cpus=2))
    assert [row.most[:5] for row in rows] == ["2 CPU", "2 CPU"]


def test_a_job_without_limits_of_its_own_gets_the_first_resource_profile() -> None:
    (row,) = overview(ProfileSection.everyone(allow_custom_resources=False), resources=(SMALL,))
    assert (row.default, row.most, row.resource_profiles) == (
        "1 CPU, 512 MB (small)",
        "none: only resource profiles",
        "small",
    )


def test_where_none_is_usable_that_is_said() -> None:
    section = ProfileSection.everyone(allow_custom_resources=False, max_cpus="0.5")
    (row,) = overview(section, resources=(SMALL,))
    assert (row.default, row.resource_profiles) == ("refused: it must name a resource profile", "none")


@pytest.mark.parametrize(
    ("values", "images"),
    [
        ({"container_images": ["r:4", "r:3"]}, "2 offered, any other; no default"),
        ({"container_images": ["r:4"], "allow_unknown_images": False}, "1 offered, no other; no default"),
        ({"default_container_image": "r:4"}, "any; r:4 by default"),
        ({"allow_unknown_images": False}, "no; no default"),
    ],
)
def test_images(values: dict[str, object], images: str) -> None:
    assert overview(ProfileSection.everyone(**values))[0].images == images


def test_overrides_are_counted() -> None:
    section = ProfileSection.user("jane", job_json_overrides=[Override("/spec/a", 1), Override("/spec/b", 2)])
    assert [row.overrides for row in overview(section)] == [0, 2]
