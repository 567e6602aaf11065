from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.gosemver.version import Version, parse_version
from launcher_k8s.templates.govalues.kinds import kind_name, type_name
from launcher_k8s.templates.govalues.structs import MethodArgumentsError
from launcher_k8s.templates.govalues.values import GoError, NoFieldError

TOO_LARGE = '"99999999999999999999"'
IN_ORDER = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.1",
    "2",
]


def method(version: Version, name: str, *arguments: Any) -> Any:
    found = version.go_method(name)
    assert found is not None
    return found.call(*arguments)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("v1.2", "1.2.0"), ("1", "1.0.0"), ("01.2.3", "1.2.3"), ("1-rc.1+b.5", "1.0.0-rc.1+b.5")],
)
def test_versions_are_read_leniently(text: str, canonical: str) -> None:
    version = parse_version(text)
    assert version.go_string() == canonical
    assert version.get("Original") == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "invalid semantic version"),
        ("1.2.3.4", "invalid semantic version"),
        ("1.2.3-é", "invalid semantic version"),
        ("1.0.0-01", "version segment starts with 0"),
        (
            TOO_LARGE.strip('"'),
            f"error parsing version segment: strconv.ParseUint: parsing {TOO_LARGE}: value out of range",
        ),
    ],
)
def test_what_is_no_version(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        parse_version(text)
    assert str(raised.value) == error


def test_versions_are_ordered_as_their_standard_says() -> None:
    versions = [parse_version(text) for text in IN_ORDER]
    for at, version in enumerate(versions):
        orders = [method(version, "Compare", other) for other in versions]
        assert orders == [1] * at + [0] + [-1] * (len(versions) - at - 1)


def test_metadata_does_not_count() -> None:
    assert method(parse_version("1+a"), "Equal", parse_version("1+b")) is True
    assert method(parse_version("1"), "LessThanEqual", parse_version("1+b")) is True


def test_templates_read_its_numbers_and_texts() -> None:
    version = parse_version("v1.2.3-rc+b")
    names = ("Major", "Minor", "Patch", "Prerelease", "Metadata", "String")
    assert [version.get(name) for name in names] == [1, 2, 3, "rc", "b", "1.2.3-rc+b"]
    assert (type_name(version), kind_name(version)) == ("*semver.Version", "ptr")
    assert type_name(version.get("Major")) == "uint64"


def test_the_next_versions_keep_the_letter_in_front() -> None:
    version = parse_version("v1.2.3-rc")
    assert [str(version.get(name).go_string()) for name in ("IncMajor", "IncMinor", "IncPatch")] == [
        "2.0.0", "1.3.0", "1.2.3",
    ]  # fmt: skip
    assert version.get("IncMajor").original == "v2.0.0"
    assert type_name(version.get("IncMajor")) == "semver.Version"


def test_what_is_no_pointer_lacks_the_pointers_methods() -> None:
    with pytest.raises(NoFieldError):
        parse_version("1").get("IncMajor").get("Original")


def test_a_part_that_is_set_must_be_right() -> None:
    assert method(parse_version("1"), "SetPrerelease", "rc").go_string() == "1.0.0-rc"
    assert method(parse_version("1"), "SetMetadata", "b").go_string() == "1.0.0+b"
    with pytest.raises(GoError, match="invalid prerelease string"):
        method(parse_version("1"), "SetPrerelease", "a_b")
    with pytest.raises(GoError, match="invalid metadata string"):
        method(parse_version("1"), "SetMetadata", "é")


def test_a_method_wants_its_arguments() -> None:
    with pytest.raises(MethodArgumentsError):
        parse_version("1").get("Compare")
    with pytest.raises(GoError, match="nil pointer dereference"):
        method(parse_version("1"), "Compare", None)
    with pytest.raises(NoFieldError):
        parse_version("1").get("major")
