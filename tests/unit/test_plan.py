from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given

from launcher_k8s.decisions import DecisionKind
from launcher_k8s.errors import ConfigurationError, InvalidJobError, OverrideError
from launcher_k8s.job import (
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Job,
    Mount,
    MountSource,
    ResourceLimit,
)
from launcher_k8s.manifest import RECOVERED_FIELDS, check, job_data, lost_identification, read_job
from launcher_k8s.naming import job_id_from_key
from launcher_k8s.origin import Origin
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection, ResourceProfile, Settings
from launcher_k8s.shape.names import SUBMISSION_ANNOTATION
from tests.strategies import jobs, texts

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
OPEN = attrs.evolve(
    SETTINGS,
    profiles=(ProfileSection.everyone(max_nvidia_gpus=16, max_amd_gpus=16, default_container_image="r:4"),),
)
JOB = Job.shell("make all", name="build", image="r:4")


def container_of(plan: JobPlan) -> Any:
    return plan.manifest["spec"]["template"]["spec"]["containers"][0]


def overriding(*pairs: tuple[str, Any]) -> ClusterSettings:
    overrides = [
        Override(
            pointer,
            value,
            file=f"{index}.json",
            origin=Origin.in_file("p.conf", 3 + index, "*", "job-json-overrides"),
        )
        for index, (pointer, value) in enumerate(pairs)
    ]
    return attrs.evolve(SETTINGS, profiles=(ProfileSection.everyone(job_json_overrides=overrides),))


def refusals_of(job: Job, cluster: ClusterSettings = SETTINGS, **options: Any) -> list[str]:
    with pytest.raises(InvalidJobError) as error:
        plan_job(job, cluster, user=options.pop("user", "me"), **options)
    return [refusal.message for refusal in error.value.refusals]


def test_nothing_but_a_job_and_settings_built_in_code_is_needed() -> None:
    plan = plan_job(JOB, ClusterSettings(), user="me")
    assert (plan.job_id, plan.user, plan.cluster, plan.namespace) == (
        "build-preview0",
        "me",
        "Kubernetes",
        "rstudio",
    )
    assert plan.manifest["metadata"]["generateName"] == "build-"
    assert container_of(plan)["args"] == ["-c", "make all"]
    assert plan.service is None
    assert plan.patch == ()


def test_a_job_gets_what_was_decided() -> None:
    cluster = attrs.evolve(
        SETTINGS,
        instance_id="inst",
        shared_process_namespace=False,
        resources=(ResourceProfile("small", cpus=1, mem_mb=512, nvidia_gpus=1),),  # type: ignore[arg-type]
        profiles=(
            ProfileSection.everyone(
                default_container_image="r:4", placement_constraints=["region"], memory_request_ratio="0.5"
            ),
        ),
    )
    job = Job.shell(
        "x",
        resource_profile="small",
        placement_constraints=["region:us"],
        secrets=[" s:k:V "],
        ports=[ExposedPort(80, "tcp")],
        mounts=[Mount("/d", MountSource("host", {"path": "/data"}))],
    )
    plan = plan_job(job, cluster, user="me", job_id="x-abcdefgh")
    assert plan.job == attrs.evolve(
        job,
        id="x-abcdefgh",
        user="me",
        cluster="Kubernetes",
        instance_id="inst",
        container=Container("r:4"),
        exposed_ports=(ExposedPort(80),),
        config=(ConfigItem("secret", "s:k:V", "string"),),
        resource_limits=(
            ResourceLimit("cpuCount", "1"),
            ResourceLimit("memory", "512"),
            ResourceLimit("Memory Request", "256"),
            ResourceLimit("NVIDIA GPUs", "1"),
        ),
    )
    assert container_of(plan)["resources"] == {
        "limits": {"cpu": "1", "memory": "512M", "nvidia.com/gpu": 1},
        "requests": {"memory": "256M"},
    }
    pod = plan.manifest["spec"]["template"]["spec"]
    assert (pod["nodeSelector"], pod["shareProcessNamespace"]) == ({"region": "us"}, False)
    assert pod["volumes"] == [{"name": "mount0", "hostPath": {"path": "/data"}}]
    assert plan.manifest["metadata"]["labels"]["launcher-instance-id"] == "inst"
    assert plan.profile.default_container_image.value == "r:4"
    assert plan.allocation.profile is not None


@given(job=jobs())
def test_a_planned_job_is_recovered_from_its_body(job: Job) -> None:
    plan = plan_job(_placeable(job), OPEN, user="me", job_id="x-abcdefgh")
    told = read_job(json.loads(plan.job_body()), cluster=plan.cluster)
    exact = set(RECOVERED_FIELDS) - NORMAL_FORMS - {"submission_time"}
    assert {field: _field(told, field) for field in exact} == {
        field: _field(plan.job, field) for field in exact
    }


# These come back in a normal form: manifest/test_read.py.
NORMAL_FORMS = {"command", "exe", "args", "exposed_ports", "config", "placement_constraints"}


def _field(job: Job, field: str) -> Any:
    value: Any = job
    for name in field.split("."):
        value = getattr(value, name)
    return value


def _placeable(job: Job) -> Job:
    """Without constraints, which some settings must offer."""
    return attrs.evolve(job, placement_constraints=())


@given(job=jobs())
def test_a_plan_keeps_the_contract(job: Job) -> None:
    plan = plan_job(_placeable(job), OPEN, user="me")
    pod = plan.manifest["spec"]["template"]["spec"]
    mounts = container_of(plan).get("volumeMounts", [])
    data = job_data(plan.job, volumes=pod.get("volumes", []), volume_mounts=mounts)
    assert check(plan.manifest, data) == ()
    assert lost_identification(plan.manifest) == ()


def test_every_refusal_is_told_at_once() -> None:
    job = attrs.evolve(
        Job.shell("x", user="you", metadata={"pod": {"annotations": {"user": "root"}}}, stdin="\0", cpus=99),
        config=(ConfigItem("secret", "s"),),
    )
    cluster = attrs.evolve(SETTINGS, profiles=(ProfileSection.everyone(max_cpus=2),))
    messages = refusals_of(job, cluster)
    for word in ("'you'", "annotations.user", "stdin", "'s'", "99", "image"):
        assert any(word in message for message in messages), (word, messages)
    assert len(messages) == 6


@pytest.mark.parametrize("value", [float("inf"), float("nan"), object()])
def test_what_json_cannot_say_is_a_refusal_among_the_others(value: Any) -> None:
    job = Job.shell("x", metadata={"a": value})
    with pytest.raises(InvalidJobError, match=r"metadata\.a: .* that JSON can say") as error:
        plan_job(job, ClusterSettings(), user="jane")
    assert [refusal.what for refusal in error.value.refusals] == ["metadata.a", "image"]


def test_a_job_with_standard_input_may_be_planned() -> None:
    plan = plan_job(attrs.evolve(JOB, stdin="x\n"), SETTINGS, user="me")
    assert container_of(plan)["stdin"] is True
    assert plan.manifest["spec"]["template"]["metadata"]["annotations"]["stdin"] == "x\n"
    assert plan.warnings == ()


def test_without_its_copy_any_standard_input_is_taken_and_the_plan_says_what_that_costs() -> None:
    cluster = attrs.evolve(SETTINGS, stdin_annotation=False)
    plan = plan_job(attrs.evolve(JOB, stdin="x" * 300_000), cluster, user="me")
    assert [warning.subject for warning in plan.warnings] == ["stdin"]
    assert len(plan.job_body()) < 5_000


def test_more_standard_input_than_fits_is_refused_with_its_size() -> None:
    [message] = refusals_of(attrs.evolve(JOB, stdin="x" * 300_000))
    assert "300005 of them in stdin" in message


@pytest.mark.parametrize("field", ["run_as_user_id", "run_as_group_id"])
def test_the_number_0_is_warned_of(field: str) -> None:
    container = Container("r:4", **{field: 0})  # type: ignore[arg-type]
    plan = plan_job(attrs.evolve(JOB, container=container), SETTINGS, user="me")
    assert [warning.subject for warning in plan.warnings] == [field.replace("_", " ")]
    assert "securityContext" not in plan.manifest["spec"]["template"]["spec"]


def test_what_only_reaching_a_cluster_needs_is_a_warning() -> None:
    plan = plan_job(JOB, ClusterSettings(), user="me")
    assert [warning.subject for warning in plan.warnings] == ["api-url", "auth-token"]
    assert plan_job(JOB, SETTINGS, user="me").warnings == ()


def test_a_token_path_will_do() -> None:
    cluster = ClusterSettings(api_url="https://k8s.example.org", auth_token_path="/token")
    assert plan_job(JOB, cluster, user="me").warnings == ()


def test_groups_choose_sections() -> None:
    cluster = attrs.evolve(SETTINGS, profiles=(ProfileSection.group("power", default_cpus=4),))
    assert plan_job(JOB, cluster, user="me", groups=["power"]).allocation.cpus == 4
    assert plan_job(JOB, cluster, user="me").allocation.cpus is None


# --- names --------------------------------------------------------------------------------------------------


def test_the_id_stands_in_the_objects() -> None:
    plan = plan_job(
        attrs.evolve(JOB, exposed_ports=(ExposedPort(80),)), SETTINGS, user="me", job_id="build-abcdefgh"
    )
    assert plan.manifest["metadata"]["name"] == "build-abcdefgh"
    assert plan.manifest["metadata"]["annotations"] == {SUBMISSION_ANNOTATION: plan.submission}
    assert plan.service is not None
    assert (
        plan.service["metadata"]["name"] == plan.service["spec"]["selector"]["job-name"] == "build-abcdefgh"
    )


def test_a_key_chooses_the_id() -> None:
    cluster = attrs.evolve(SETTINGS, instance_id="inst")
    plan = plan_job(JOB, cluster, user="me", key="k")
    assert plan.job_id == job_id_from_key("build", instance_id="inst", user="me", key="k")


def test_the_same_submission_has_the_same_digest_whatever_the_settings() -> None:
    plans = [plan_job(JOB, cluster, user="me", key="k") for cluster in (SETTINGS, OPEN)]
    assert len({plan.submission for plan in plans}) == 1


def test_submissions_without_a_key_differ_by_their_id() -> None:
    plans = [
        plan_job(JOB, SETTINGS, user="me", job_id=job_id) for job_id in ("build-aaaaaaaa", "build-bbbbbbbb")
    ]
    assert len({plan.submission for plan in plans}) == 2


# --- overrides ----------------------------------------------------------------------------------------------


def test_overrides_are_applied_and_shown_as_one_patch() -> None:
    aliases = [{"ip": "10.2.141.12", "hostnames": ["db01"]}]
    plan = plan_job(JOB, overriding(("/spec/template/spec/hostAliases", aliases)), user="me")
    assert plan.manifest["spec"]["template"]["spec"]["hostAliases"] == aliases
    assert list(plan.patch) == [{"op": "add", "path": "/spec/template/spec/hostAliases", "value": aliases}]
    [decision] = [decision for decision in plan.decisions if decision.kind is DecisionKind.OVERRIDDEN]
    assert decision.subject == "/spec/template/spec/hostAliases"
    assert str(decision).endswith("= the content of 0.json (overridden, p.conf:3 [*] job-json-overrides)")
    assert plan.warnings == ()


def test_what_an_override_breaks_is_a_finding_with_its_place_and_origin() -> None:
    cluster = overriding(("/spec/backoffLimit", 6), ("/spec/parallelism", 2))
    findings = plan_job(JOB, cluster, user="me").findings
    assert [(finding.path, finding.pointer, finding.kind) for finding in findings] == [
        ("spec.backoffLimit", "/spec/backoffLimit", "Job"),
        ("spec.parallelism", "/spec/parallelism", "Job"),
    ]
    assert {finding.origin for finding in findings} == {
        plan_job(JOB, cluster, user="me").profile.job_json_overrides.origin
    }


def test_without_overrides_there_is_nothing_to_find() -> None:
    assert plan_job(JOB, SETTINGS, user="me").findings == ()


def test_a_fact_that_an_override_changes_is_a_warning() -> None:
    plan = plan_job(JOB, overriding(("/spec/template/spec/restartPolicy", "OnFailure")), user="me")
    assert [warning.subject for warning in plan.warnings] == ["spec.template.spec.restartPolicy"]
    assert 'is "OnFailure", expected "Never"' in plan.warnings[0].reason


@pytest.mark.parametrize(
    ("pointer", "value", "place", "told"),
    [
        ("/spec/parallelism", 2, "spec.parallelism", "is 2"),
        ("/spec/completions", 3, "spec.completions", "is 3"),
        ("/spec", {"podFailurePolicy": {}}, "spec.podFailurePolicy", "is {}"),
        ("/spec/managedBy", "a/b", "spec.managedBy", 'is "a/b"'),
        ("/spec/backoffLimit", 4, "spec.backoffLimit", "is 4, expected 0"),
        ("/metadata/namespace", "other", "metadata.namespace", 'is "other"'),
        ("/metadata/labels", {}, "metadata.labels['app.kubernetes.io/managed-by']", "is missing"),
        (
            "/metadata/annotations/launcher-k8s~1final",
            "{}",
            "metadata.annotations['launcher-k8s/final']",
            "is",
        ),
        ("/metadata/creationTimestamp", "2026-01-01", "metadata.creationTimestamp", "set without effect"),
    ],
)
def test_what_an_override_breaks_is_told(pointer: str, value: Any, place: str, told: str) -> None:
    keep = ("/spec/template", plan_job(JOB, SETTINGS, user="me").manifest["spec"]["template"])
    plan = plan_job(JOB, overriding((pointer, value), keep), user="me")
    [reason] = [warning.reason for warning in plan.warnings if warning.subject == place]
    assert told in reason


@pytest.mark.parametrize("field", ["parallelism", "completions"])
def test_one_pod_that_runs_once_is_no_concern(field: str) -> None:
    assert plan_job(JOB, overriding((f"/spec/{field}", 1)), user="me").warnings == ()


def test_the_name_is_never_said_to_be_overridden() -> None:
    plan = plan_job(JOB, overriding(("/metadata/name", "mine"), ("/metadata/labels/a", "b")), user="me")
    assert [d.subject for d in plan.decisions if d.kind is DecisionKind.OVERRIDDEN] == ["/metadata/labels/a"]
    [warning] = plan.warnings
    assert (warning.subject, warning.reason) == (
        "metadata.name",
        "is set without effect, by an override; it is the job's id, chosen by the plan",
    )


def test_a_name_inside_an_overrides_value_is_told_to_be_without_effect() -> None:
    plan = plan_job(JOB, overriding(("/metadata", {"name": "mine", "generateName": "build-"})), user="me")
    assert plan.manifest["metadata"]["name"] == "build-preview0"
    assert "metadata.name" in [warning.subject for warning in plan.warnings]


def test_a_copy_that_settings_leave_out_is_not_blamed_on_an_override() -> None:
    cluster = attrs.evolve(overriding(("/spec/ttlSecondsAfterFinished", 60)), stdin_annotation=False)
    plan = plan_job(attrs.evolve(JOB, stdin="x"), cluster, user="me")
    assert [warning.subject for warning in plan.warnings] == ["stdin"]


DATA = Mount("/data", MountSource("nfs", {"host": "nfs01", "path": "/srv"}))


def test_what_the_settings_mount_is_in_every_job_and_recovered_with_it() -> None:
    cluster = attrs.evolve(SETTINGS, mounts=(DATA,))
    own = Mount("/home", MountSource("host", {"path": "/home"}))
    plan = plan_job(attrs.evolve(JOB, mounts=(own,)), cluster, user="me")
    assert plan.job.mounts == (DATA, own)
    assert read_job(plan.manifest, cluster=cluster.name).mounts == (DATA, own)


def test_what_the_settings_mount_makes_no_other_submission() -> None:
    cluster = attrs.evolve(SETTINGS, mounts=(DATA,))
    assert plan_job(JOB, cluster, user="me").submission == plan_job(JOB, SETTINGS, user="me").submission


def test_services_are_never_overridden() -> None:
    job = attrs.evolve(JOB, exposed_ports=(ExposedPort(80),))
    plan = plan_job(job, overriding(("/spec/type", "ClusterIP"), ("/spec/x", 1)), user="me")
    assert plan.service is not None
    assert plan.service["spec"]["type"] == "NodePort"


@pytest.mark.parametrize(
    ("pointer", "value", "lost"),
    [
        ("/kind", "CronJob", "kind"),
        ("/metadata", {}, "metadata.generateName"),
        ("/metadata/generateName", None, "metadata.generateName"),
        ("/spec/template/spec/containers", [{"name": "x"}], "containers[0].name"),
        ("/spec/template/metadata/annotations", {"user": "me"}, "annotations.name is missing"),
        ("/spec/template/metadata/annotations/user", 5, "annotations.user is 5"),
    ],
)
def test_an_override_that_takes_identification_away_is_refused(pointer: str, value: Any, lost: str) -> None:
    cluster = overriding(("/spec/ttlSecondsAfterFinished", 60), (pointer, value), ("/spec/suspend", False))
    with pytest.raises(OverrideError) as error:
        plan_job(JOB, cluster, user="me")
    assert (error.value.pointer, error.value.origin.line) == (pointer, 4)
    assert lost in error.value.message
    assert "p.conf:4 [*] job-json-overrides" in error.value.message


def test_an_override_that_restores_what_an_earlier_one_took_is_applied() -> None:
    plan = plan_job(JOB, overriding(("/kind", "CronJob"), ("/kind", "Job")), user="me")
    assert plan.manifest["kind"] == "Job"


def test_an_override_never_names_the_job_or_its_submission() -> None:
    cluster = overriding(
        ("/metadata/name", "mine"), ("/metadata/annotations", {SUBMISSION_ANNOTATION: "x", "a": "b"})
    )
    plan = plan_job(JOB, cluster, user="me", job_id="build-abcdefgh")
    assert plan.manifest["metadata"]["name"] == "build-abcdefgh"
    assert plan.manifest["metadata"]["annotations"] == {SUBMISSION_ANNOTATION: plan.submission, "a": "b"}


def test_planning_changes_nothing_of_the_settings() -> None:
    value = {"generateName": "x-", "annotations": {"a": "b"}}
    cluster = overriding(("/metadata", value))
    plans = [plan_job(JOB, cluster, user="me") for _ in range(2)]
    assert value == {"generateName": "x-", "annotations": {"a": "b"}}
    assert plans[0].manifest == plans[1].manifest


# --- the plan itself ----------------------------------------------------------------------------------------


def test_bodies_are_the_objects() -> None:
    plan = plan_job(attrs.evolve(JOB, exposed_ports=(ExposedPort(80),)), SETTINGS, user="me")
    assert json.loads(plan.job_body()) == plan.manifest
    body = json.loads(plan.service_body("uid-1"))
    assert body["metadata"].pop("ownerReferences") == [
        {"apiVersion": "batch/v1", "kind": "Job", "name": "build-preview0", "uid": "uid-1"}
    ]
    assert body == plan.service


def test_there_is_no_body_of_a_service_that_is_not_needed() -> None:
    with pytest.raises(ValueError, match="build-preview0 has no Service"):
        plan_job(JOB, SETTINGS, user="me").service_body("uid-1")


def test_a_plan_is_shown_in_a_line_without_secrets() -> None:
    plan = plan_job(
        attrs.evolve(JOB, environment=(EnvVar("TOKEN", "s3cr3t"),), stdin="s3cr3t"), SETTINGS, user="me"
    )
    assert (
        repr(plan)
        == f"<JobPlan build-preview0 of me on Kubernetes: {len(plan.decisions)} decisions, 0 warnings>"
    )


@given(command=texts.filter(bool))
def test_any_text_is_a_command(command: str) -> None:
    plan = plan_job(Job(name="x", command=command, container=Container("r:4")), SETTINGS, user="me")
    assert container_of(plan)["args"] == ["-c", command]


@pytest.mark.parametrize(
    ("job", "place", "told"),
    [
        (Job.shell("echo $$"), "command", "reads $$ as $"),
        (Job.exec(["echo", "$(MODE)"], env={"MODE": "x"}), "args[0]", "puts the value of MODE"),
        (Job.shell("true", env={"A": "x$$y"}), "environment A", "reads $$ as $"),
    ],
)
def test_what_kubernetes_expands_is_told(job: Job, place: str, told: str) -> None:
    plan = plan_job(attrs.evolve(job, container=Container("r:4")), ClusterSettings(), user="jsmith")
    assert any(warning.subject == place and told in warning.reason for warning in plan.warnings)


def test_a_shells_own_substitution_is_no_concern() -> None:
    plan = plan_job(Job.shell("echo $(date) ${HOME} $1", image="r:4"), ClusterSettings(), user="jsmith")
    assert not any(warning.subject == "command" for warning in plan.warnings)


# --- arguments of another kind


def with_tags(tags: Any) -> Job:
    return attrs.evolve(JOB, tags=tags)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ({"job": {"name": "a", "command": "x"}}, "job: expected a Job, not an object", "from_wire(Job, "),
        ({"job": with_tags("abc")}, "job.tags: expected a list, not a string", "[...]"),
        (
            {"job": attrs.evolve(JOB, environment=(EnvVar("A", 1),))},  # type: ignore[arg-type]
            "job.environment[0].value: expected a string, not an integer",
            "",
        ),
        (
            {"job": attrs.evolve(JOB, container=Container(supplemental_group_ids=(True,)))},
            "job.container.supplemental_group_ids[0]: expected a whole number, not a boolean",
            "",
        ),
        ({"user": None}, "user: expected a string, not None", ""),
        ({"groups": "staff"}, "groups: expected a list, not a string", "[...]"),
        ({"key": 5}, "key: expected a string, not an integer", ""),
    ],
)
def test_an_argument_of_another_kind_is_refused(arguments: dict[str, Any], message: str, hint: str) -> None:
    given: dict[str, Any] = {"job": JOB, "cluster": SETTINGS, "user": "me"} | arguments
    with pytest.raises(InvalidJobError) as error:
        plan_job(**given)
    assert error.value.message == message
    assert hint in error.value.hint


def test_settings_of_another_kind_are_no_configuration() -> None:
    with pytest.raises(
        ConfigurationError, match="cluster: expected a ClusterSettings, not Settings"
    ) as error:
        plan_job(JOB, Settings((SETTINGS,)), user="me")  # type: ignore[arg-type] # the mistake under test
    assert "settings.cluster()" in error.value.hint


def test_amounts_that_are_no_numbers_are_refused_with_what_to_write() -> None:
    (refusal,) = refusals_of(Job.shell("x", image="r:4", cpus="500m"))
    assert "cpuCount of '500m'" in refusal


def test_a_list_does_for_a_tuple() -> None:
    assert [*plan_job(with_tags(["a"]), SETTINGS, user="me").job.tags] == ["a"]


@pytest.mark.parametrize("options", [{"key": ""}, {"key": "", "job_id": "build-a"}])
def test_an_empty_key_is_no_key(options: dict[str, Any]) -> None:
    assert refusals_of(JOB, **options) == ["the key is empty: all such submissions would be one"]


@pytest.mark.parametrize("namespace", ["A B", "../x", "", "a" * 64])
def test_a_namespace_that_cannot_be_is_refused(namespace: str) -> None:
    with pytest.raises(ConfigurationError, match=r"no namespace can be called .* \(code\)"):
        plan_job(JOB, attrs.evolve(SETTINGS, namespace=namespace), user="me")
