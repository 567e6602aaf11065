"""The sample configuration is one that its reader can learn from: valid, and with something to decide."""

from __future__ import annotations

from launcher_k8s.cli import sample
from launcher_k8s.decisions import DecisionKind
from launcher_k8s.files import load_settings
from launcher_k8s.plan import plan_job
from launcher_k8s.settings import SubjectKind


def test_it_is_valid_and_warns_of_nothing_but_the_other_host() -> None:
    settings = load_settings(sample.DIRECTORY, environ={})
    assert {each.code for each in settings.diagnostics} <= {"missing-token", "unknown-group"}


def test_it_has_a_section_for_everyone_a_group_and_the_user() -> None:
    profiles = load_settings(sample.DIRECTORY).cluster().profiles
    assert [(section.kind, section.name) for section in profiles] == [
        (SubjectKind.EVERYONE, ""),
        (SubjectKind.GROUP, *sample.GROUPS),
        (SubjectKind.USER, sample.USER),
    ]


def test_its_job_shows_a_resource_profile_a_ratio_and_a_placement_constraint() -> None:
    cluster = load_settings(sample.DIRECTORY).cluster()
    job = sample.make_job({"resource_profile": sample.RESOURCE_PROFILE})
    plan = plan_job(job, cluster, user=sample.USER, groups=sample.GROUPS)
    decided = {decision.subject: decision for decision in plan.decisions}
    assert decided["cpu request"].kind is DecisionKind.RATIO
    assert decided["cpu limit"].kind is DecisionKind.PROFILE
    assert decided["placement constraint"].value == "kubernetes.io/os:linux"
    for subject in ("cpu request", "cpu limit", "memory request", "image", "placement constraint"):
        assert decided[subject].origin.file.startswith(sample.DIRECTORY)
        assert decided[subject].origin.line > 0


def test_its_job_can_be_another() -> None:
    job = sample.make_job({"name": "other", "cpus": 1})
    assert (job.name, [each.value for each in job.resource_limits]) == ("other", ["1"])
