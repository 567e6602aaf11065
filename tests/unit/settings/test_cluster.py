from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.origin import CODE, DEFAULT, Origin
from launcher_k8s.settings import ClusterSettings, ProfileSection, Settings
from launcher_k8s.settings.cluster import amend

EAST, WEST = ClusterSettings(name="East"), ClusterSettings(name="West")


def test_the_only_cluster_needs_no_name() -> None:
    assert Settings((EAST,)).cluster() == EAST


def test_one_of_several_is_chosen_by_its_name() -> None:
    assert Settings((EAST, WEST)).cluster("West") == WEST


@pytest.mark.parametrize(
    ("clusters", "name", "message"),
    [
        ((), None, "no cluster is configured"),
        ((), "East", "no cluster is configured"),
        ((EAST, WEST), None, r"several clusters are configured: East, West \(name one\)"),
        ((EAST, WEST), "North", r"no cluster is named 'North' \(configured: East, West\)"),
    ],
)
def test_what_is_not_one_cluster_is_refused(
    clusters: tuple[ClusterSettings, ...], name: str | None, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Settings(clusters).cluster(name)


def test_an_origin_is_the_files_else_code_else_the_default() -> None:
    stated = Origin.in_file("k.conf", 7, "", "fetch-limit")
    cluster = ClusterSettings(fetch_limit=100, name="East", origins={"fetch_limit": stated})
    assert [cluster.origin(field) for field in ("fetch_limit", "name", "namespace")] == [
        stated,
        CODE,
        DEFAULT,
    ]


def test_a_field_that_there_is_not_has_no_origin() -> None:
    with pytest.raises(KeyError):
        EAST.origin("colour")


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'0' is out of range for fetch-limit") as caught:
        ClusterSettings(fetch_limit=0)
    assert caught.value.hint == "give at least 1"


def test_a_secret_of_another_kind_is_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="the value given is no value of auth-token") as caught:
        ClusterSettings(auth_token=b"planted")  # type: ignore[arg-type] # the mistake under test
    assert "planted" not in str(caught.value)


def test_a_token_is_never_shown() -> None:
    assert "planted" not in repr(ClusterSettings(auth_token="planted"))


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"profiles": "*"}, "profiles: expected a list, not a string", "ProfileSection.everyone"),
        (
            {"profiles": ProfileSection.everyone()},
            "profiles: expected a list, not ProfileSection",
            "put it into a list",
        ),
        (
            {"profiles": [{"max_cpus": 2}]},
            "profiles[0]: expected a ProfileSection, not an object",
            "ProfileSection.everyone",
        ),
        (
            {"resources": {"small": 1}},
            "resources: expected a list, not an object",
            "give ResourceProfile(section, cpus, mem_mb)",
        ),
        ({"name": None}, "name: expected a string, not None", ""),
        ({"instance_id": 5}, "instance_id: expected a string, not an integer", ""),
    ],
)
def test_parts_of_another_kind_are_refused(values: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ClusterSettings(**values)
    assert caught.value.message == message
    assert hint in caught.value.hint


def test_a_list_of_sections_becomes_what_files_give() -> None:
    sections: Any = [ProfileSection.everyone()]
    assert ClusterSettings(profiles=sections).profiles == tuple(sections)


def test_what_is_known_of_the_files_is_amended_in_a_copy() -> None:
    finding = Diagnostic("two-tokens", Severity.WARNING, Location("x"), "m", "h")
    amended = amend(EAST, diagnostics=(finding,))
    assert (amended.name, amended.diagnostics, EAST.diagnostics) == ("East", (finding,), ())


def test_what_is_not_amended_stays() -> None:
    def read() -> tuple[None, tuple[Diagnostic, ...]]:
        return None, ()

    assert amend(amend(EAST, read_again=read), diagnostics=()).read_again is read
