from __future__ import annotations

import pytest

from tests.memory_files import PROFILES, RESOURCES, findings_of, only_finding, read_texts

SMALL = "[small]\ncpus=1\nmem-mb=512\n"
LARGE = '[large]\nname="Really large"\ncpus=8\nmem-mb=4096\nnvidia-gpus=1\n'


@pytest.mark.parametrize(
    "text",
    [
        "[*]\ndefault-container-image=r:5\ncontainer-images=r:4\nallow-unknown-images=0\n",
        "[*]\nallow-unknown-images=0\n[jsmith]\ndefault-container-image=r:5\n",
        "[*]\nallow-unknown-images=0\ncontainer-images=r:5\ndefault-container-image=r:5\n[@g]\ncontainer-images=r:4\n",
        "[*]\ndefault-container-image=r:5\n[@g]\nallow-unknown-images=0\n",
    ],
)
def test_a_default_image_that_is_refused_is_told_where_it_stands(text: str) -> None:
    finding = only_finding({PROFILES: text})
    assert (finding.code, finding.location.key) == ("default-image-not-offered", "default-container-image")


@pytest.mark.parametrize(
    "text",
    [
        "[*]\ndefault-container-image=r:5\ncontainer-images=r:4\n",
        "[*]\ndefault-container-image=r:5\ncontainer-images=r:4,r:5\nallow-unknown-images=0\n",
        "[*]\ndefault-container-image=\ncontainer-images=r:4\nallow-unknown-images=0\n",
    ],
)
def test_a_default_image_that_may_be_used_is_fine(text: str) -> None:
    assert read_texts({PROFILES: text})[1] == ()


def test_a_refused_default_image_is_told_once() -> None:
    text = "[*]\ndefault-container-image=r:5\nallow-unknown-images=0\n[a]\nallow-unknown-images=0\n"
    assert len(findings_of({PROFILES: text})["default-image-not-offered"]) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("smal", "did you mean small?"),
        ("Really large", "write large"),
        ("custom", "allow-custom-resources=1"),
    ],
)
def test_a_profile_that_no_section_defines_is_told(name: str, hint: str) -> None:
    finding = only_finding({PROFILES: f"[*]\nresource-profiles=small,{name}\n", RESOURCES: SMALL + LARGE})
    assert (finding.code, finding.location.line) == ("undefined-resource-profile", 2)
    assert hint in finding.hint


def test_without_a_resources_file_no_profile_is_defined() -> None:
    assert only_finding({PROFILES: "[*]\nresource-profiles=small\n"}).code == "undefined-resource-profile"


@pytest.mark.parametrize(
    ("maximum", "resources"),
    [
        ("max-cpus=4", LARGE),
        ("max-mem-mb=1024", LARGE),
        ("max-nvidia-gpus=0", LARGE),
        ("max-amd-gpus=1", "[large]\ncpus=1\nmem-mb=1\namd-gpus=2\n"),
        ("max-cpus-request=1", "[large]\ncpus=3\ncpus-request=2\nmem-mb=1\n"),
        ("max-mem-mb-request=1", "[large]\ncpus=3\nmem-mb=3\nmem-mb-request=2\n"),
        ("max-cpus=4", "[large]\ncpus=0\nmem-mb=1\n"),
    ],
)
def test_a_profile_over_a_maximum_is_told_at_the_maximum(maximum: str, resources: str) -> None:
    finding = only_finding({PROFILES: f"[*]\n{maximum}\n", RESOURCES: SMALL + resources})
    assert (finding.code, finding.location.line) == ("profile-over-maximum", 2)
    assert f"large (/conf/{RESOURCES}:4 [large])" in finding.message
    assert "small" not in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "[*]\nmax-cpus=8\nmax-mem-mb=4096\nmax-nvidia-gpus=1\n",
        "[*]\nmax-cpus=0\n",
        "[*]\nmax-cpus=4\nresource-profiles=small\n",
        "[*]\nresource-profiles=small\n[jsmith]\nmax-cpus=4\n",
        "",
    ],
)
def test_a_profile_within_the_maxima_or_not_offered_is_fine(text: str) -> None:
    assert read_texts({PROFILES: text, RESOURCES: SMALL + LARGE})[1] == ()


@pytest.mark.parametrize("key", ["max-cpus", "max-mem-mb", "max-cpus-request", "max-mem-mb-request"])
def test_a_maximum_of_zero_is_none(key: str) -> None:
    requests = "[large]\ncpus=3\ncpus-request=2\nmem-mb=3\nmem-mb-request=2\n"
    assert read_texts({PROFILES: f"[*]\n{key}=0\n", RESOURCES: requests})[1] == ()


def test_what_everyone_was_told_is_not_repeated_for_those_who_inherit_it() -> None:
    text = "[*]\nmax-cpus=4\n[@g]\nresource-profiles=small,large\n[jsmith]\nmax-mem-mb=9999\n"
    assert only_finding({PROFILES: text, RESOURCES: SMALL + LARGE}).location.line == 2


def test_an_own_offer_over_everyones_maximum_is_told_for_its_subject() -> None:
    text = "[*]\nmax-cpus=4\nresource-profiles=small\n[@g]\nresource-profiles=small,large\n"
    finding = only_finding({PROFILES: text, RESOURCES: SMALL + LARGE})
    assert "offered to members of g: large" in finding.message


def test_constraints_of_a_profile_that_are_not_offered_are_an_info() -> None:
    finding = only_finding(
        {
            PROFILES: "[*]\nplacement-constraints=gpu:v100\n",
            RESOURCES: "[a]\ncpus=1\nmem-mb=1\nplacement-constraints=gpu:a100\n",
        }
    )
    assert (finding.code, finding.severity.value) == ("constraints-not-offered", "info")
    assert "gpu:a100" in finding.message


@pytest.mark.parametrize("offered", ["gpu:a100", "gpu", "gpu:v100,gpu:a100"])
def test_constraints_that_are_offered_are_fine(offered: str) -> None:
    files = {
        PROFILES: f"[*]\nplacement-constraints={offered}\n",
        RESOURCES: "[a]\ncpus=1\nmem-mb=1\nplacement-constraints=gpu:a100\n",
    }
    assert read_texts(files)[1] == ()


def test_a_resource_profile_with_an_error_is_not_called_missing_too() -> None:
    found = findings_of(
        {PROFILES: "[*]\nresource-profiles=small\n", RESOURCES: "[small]\ncpus=1m\nmem-mb=5\n"}
    )
    assert found.keys() == {"bad-value"}


def test_images_that_cannot_be_read_are_not_called_missing_too() -> None:
    text = '[*]\ncontainer-images="r:4\ndefault-container-image=r:4\nallow-unknown-images=0\n'
    assert findings_of({PROFILES: text}).keys() == {"bad-value"}


def test_all_resource_profiles_are_offered_by_naming_none() -> None:
    small = "[small]\ncpus=1\nmem-mb=512\n"
    finding = only_finding({PROFILES: "[*]\nresource-profiles=all\n", RESOURCES: small})
    assert finding.hint == "leave the value empty: resource-profiles= offers all"


def test_a_maximum_that_many_meet_is_told_once_with_all_of_them() -> None:
    offers = "".join(f"[{user}]\nresource-profiles=large\n" for user in ("jsmith", "jane"))
    text = f"[*]\nmax-cpus=2\nresource-profiles=small\n{offers}"
    finding = only_finding({PROFILES: text, RESOURCES: SMALL + LARGE})
    assert finding.code == "profile-over-maximum"
    assert "offered to jsmith, jane: large (" in finding.message


def test_a_default_image_is_not_said_to_be_refused_to_whom_another_section_spares() -> None:
    text = "[*]\ndefault-container-image=r:5\ncontainer-images=r:4\nallow-unknown-images=0\n"
    assert "refused to everyone" in only_finding({PROFILES: text}).hint
    spared = f"{text}[jsmith]\ndefault-container-image=r:4\n"
    assert only_finding({PROFILES: spared}).hint.endswith("refused to everyone whom no other section spares")


def test_a_profile_whose_section_has_an_error_is_still_the_one_that_was_meant() -> None:
    broken = "[small]\ncpus=1x\nmem-mb=512\n"
    found = findings_of({PROFILES: "[*]\nresource-profiles=smal\n", RESOURCES: broken})
    assert found["undefined-resource-profile"][0].hint == "did you mean small?"
