from __future__ import annotations

import attrs
import pytest

from launcher_k8s.conversion import Person, SetRenderer, convert, prove, sample_jobs
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from launcher_k8s.templates.defaults import JOB_FILE, default_templates

POD = "/spec/template/spec"
BASE = default_templates()[JOB_FILE]
ALIASES = [{"ip": "10.2.141.12", "hostnames": ["db", "a: b # c"]}]
CLUSTER = ClusterSettings(
    profiles=(
        ProfileSection.everyone(
            job_json_overrides=(
                Override(f"{POD}/hostAliases", ALIASES),
                Override(f"{POD}/containers/0/volumeMounts/-", {"name": "x", "mountPath": "/x"}),
                Override(f"{POD}/volumes/-", {"name": "x", "configMap": {"name": "x"}}),
            )
        ),
        ProfileSection.group("admins", job_json_overrides=(Override("/spec/activeDeadlineSeconds", 7200),)),
        ProfileSection.user("jo", job_json_overrides=()),
    )
)
CONVERSION = convert(CLUSTER, BASE)


def test_converted_overrides_give_equal_objects() -> None:
    assert prove(CONVERSION, sample_jobs(), SetRenderer()) == ()


def test_a_template_that_sets_something_else_is_found() -> None:
    templates = dict(CONVERSION.templates)
    templates[JOB_FILE] = templates[JOB_FILE].replace("7200", "7201")
    found = prove(attrs.evolve(CONVERSION, templates=templates), sample_jobs(), SetRenderer())
    assert {(each.pointer, each.expected, each.found) for each in found} == {
        ("/spec/activeDeadlineSeconds", 7200, 7201)
    }


@pytest.mark.parametrize(("groups", "deadline"), [((), None), (("admins",), 7200)])
def test_groups_are_the_persons_own(groups: tuple[str, ...], deadline: int | None) -> None:
    made = SetRenderer()(CONVERSION.templates, sample_jobs()[1], Person("somebody", groups))
    assert made["spec"].get("activeDeadlineSeconds") == deadline
