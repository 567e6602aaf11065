from __future__ import annotations

import attrs
import pytest

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.schemas import check_applicable, check_overrides
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from tests.unit.schemas.overriding import MAIN, POD, overrides_of, overriding


def messages(cluster: ClusterSettings) -> list[str]:
    return [diagnostic.message for diagnostic in check_overrides(cluster)]


def test_a_misspelt_field_is_told_at_its_line() -> None:
    (diagnostic,) = check_overrides(overriding((f"{POD}/hostAlias", [])), kubernetes="1.36")
    assert diagnostic == Diagnostic(
        "overridden-schema",
        Severity.WARNING,
        Location("profiles.conf", 2, 0, "*", "job-json-overrides"),
        f"{POD}/hostAlias is no field of PodSpec in Kubernetes 1.36, "
        f"by the override '{POD}/hostAlias' from /etc/o/0.json",
        "did you mean hostAliases?",
    )


def test_overrides_that_are_sound_are_not_told() -> None:
    cluster = overriding(
        (f"{POD}/hostAliases", [{"ip": "10.2.141.12", "hostnames": ["db01"]}]),
        (f"{MAIN}/securityContext", {"privileged": True}),
        (f"{POD}/volumes/-", {"name": "map", "configMap": {"name": "map"}}),
        (f"{MAIN}/volumeMounts/-", {"name": "map", "mountPath": "/map"}),
    )
    assert check_overrides(cluster) == ()


def test_every_section_is_checked_alone() -> None:
    first, second, third = overrides_of((f"{POD}/a", 1), (f"{POD}/b", 1), (f"{POD}/c", 1))
    cluster = ClusterSettings(
        profiles=(
            ProfileSection.everyone(job_json_overrides=[first]),
            ProfileSection.group("g", job_json_overrides=[second], max_cpus=1),
            ProfileSection.user("u", job_json_overrides=[third]),
            ProfileSection.user("v", max_cpus=1),
        )
    )
    assert [each.location.line for each in check_overrides(cluster)] == [2, 3, 4]


def test_what_both_samples_show_is_told_once_as_it_is_written() -> None:
    (message,) = messages(overriding((f"{POD}/volumes/-", {"name": "x", "emptydir": {}})))
    assert message.startswith(f"{POD}/volumes/-/emptydir is no field of Volume")


def test_an_index_that_plain_jobs_do_not_have_makes_an_object_of_the_list() -> None:
    (message,) = messages(overriding((f"{MAIN}/env/2", {"name": "LANG", "value": "C"})))
    assert message.startswith(f"{MAIN}/env is an object; it must be a list")


def test_what_is_incomplete_in_jobs_without_a_volume_is_told() -> None:
    missing = [
        message.partition(" is missing")[0]
        for message in messages(overriding((f"{POD}/volumes/0/hostPath/type", "Directory")))
    ]
    assert sorted(missing) == [f"{POD}/volumes/0/hostPath/path", f"{POD}/volumes/0/name"]


def test_an_override_that_no_job_can_take_is_told() -> None:
    (diagnostic,) = check_overrides(overriding((f"{POD}/containers/main/tty", True)))
    assert diagnostic.code == "inapplicable-override"
    assert "is an array, and 'main' is no index" in diagnostic.message
    assert diagnostic.hint == "write an index from 0 to 0, or - to append"


def test_one_that_cannot_be_applied_does_not_hide_the_others() -> None:
    codes = [
        each.code
        for each in check_overrides(
            overriding((f"{POD}/zzz", 1), (f"{POD}/containers/9", {}), (f"{POD}/hostAlias", []))
        )
    ]
    assert sorted(codes) == ["inapplicable-override", "overridden-schema", "overridden-schema"]


def test_with_templating_on_overrides_are_ignored() -> None:
    assert messages(attrs.evolve(overriding((f"{POD}/hostAlias", [])), use_templating=True)) == []


def test_the_place_can_be_told_by_who_knows_the_files() -> None:
    def locate(override: Override) -> Location:
        return Location(override.file, override.origin.line)

    (diagnostic,) = check_overrides(overriding((f"{POD}/hostAlias", [])), locate=locate)
    assert diagnostic.location == Location("/etc/o/0.json", 2)


@pytest.mark.parametrize(("version", "count"), [("1.31", 1), ("1.36", 0)])
def test_a_version_can_be_named(version: str, count: int) -> None:
    cluster = overriding((f"{POD}/resources", {"limits": {"cpu": "1"}}))
    assert len(check_overrides(cluster, kubernetes=version)) == count


def test_whether_overrides_apply_is_known_without_schemas() -> None:
    cluster = overriding((f"{POD}/containers/9", {}), (f"{POD}/hostAlias", []))
    assert [each.code for each in check_applicable(cluster)] == ["inapplicable-override"]
