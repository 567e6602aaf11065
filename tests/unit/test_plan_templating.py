from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given

from launcher_k8s.decisions import Decision, DecisionKind
from launcher_k8s.errors import InvalidJobError, TemplateError, TemplateRenderError, TemplateSyntaxError
from launcher_k8s.job import Job, Json
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.validation import broken
from tests.strategies import jobs
from tests.template_mistakes import MISTAKES, Mistake, Stage
from tests.unasked_effects import UnaskedEffects
from tests.unit.templates.edits import edited as changed

SETTINGS = ClusterSettings(
    api_url="https://k8s.example.org",
    auth_token="token",
    profiles=(ProfileSection.everyone(max_nvidia_gpus=16, max_amd_gpus=16, default_container_image="r:4"),),
)
TEMPLATED = attrs.evolve(SETTINGS, use_templating=True)
JOB = Job.shell("make all", name="build", image="r:4")
OURS = default_templates()


def edited(
    old: str, new: str, *, file: str = JOB_FILE, settings: ClusterSettings = TEMPLATED
) -> ClusterSettings:
    """The settings with one of our own templates changed in one place."""
    assert OURS[file].count(old) == 1
    return attrs.evolve(settings, templates={file: OURS[file].replace(old, new)})


def versioned(version: str, settings: ClusterSettings = TEMPLATED) -> ClusterSettings:
    return edited("# Version: 2.5.0", f"# Version: {version}", settings=settings)


def decided(plan: JobPlan, subject: str) -> Decision:
    return next(decision for decision in plan.decisions if decision.subject == subject)


def pod_of(plan: JobPlan) -> Any:
    return plan.manifest["spec"]["template"]["spec"]


@given(job=jobs())
def test_our_templates_and_the_built_in_manifest_give_equal_objects(job: Job) -> None:
    offers = ProfileSection.everyone(placement_constraints=[each.name for each in job.placement_constraints])
    settings = attrs.evolve(SETTINGS, profiles=(*SETTINGS.profiles, offers))
    built = plan_job(job, settings, user="me")
    rendered = plan_job(job, attrs.evolve(settings, use_templating=True), user="me")
    assert rendered.manifest == built.manifest
    assert rendered.service == built.service
    assert rendered.findings == ()


def test_a_plan_says_whose_templates_it_used() -> None:
    plan = plan_job(JOB, edited("backoffLimit: 0", "backoffLimit: 00"), user="me")
    assert str(decided(plan, JOB_FILE).origin) == "/var/lib/rstudio-launcher/Kubernetes/job.tpl:1"
    assert decided(plan, SERVICE_FILE).reason == (
        "the library's own: /var/lib/rstudio-launcher/Kubernetes has none"
    )


def test_what_departs_from_the_contract_is_a_warning() -> None:
    plan = plan_job(JOB, edited("stdinOnce: true", "stdinOnce: false"), user="me")
    assert [finding.code for finding in plan.findings] == ["stdin-once"]
    assert [str(decision.origin) for decision in plan.warnings] == [
        "/var/lib/rstudio-launcher/Kubernetes/job.tpl:1"
    ]


def test_a_job_that_is_no_longer_known_as_the_launchers_is_refused() -> None:
    settings = edited("- name: rs-launcher-container", "- name: main")
    with pytest.raises(TemplateRenderError, match=r"job\.tpl makes no Job .*containers\[0\]\.name") as error:
        plan_job(JOB, settings, user="me")
    assert error.value.hint


def test_overrides_are_without_effect_and_that_is_told() -> None:
    override = Override("/spec/backoffLimit", 3, file="x.json")
    settings = attrs.evolve(TEMPLATED, profiles=(ProfileSection.everyone(job_json_overrides=[override]),))
    plan = plan_job(JOB, settings, user="me")
    assert plan.manifest["spec"]["backoffLimit"] == 0
    assert [decision.subject for decision in plan.warnings] == ["job-json-overrides"]


def test_a_broken_template_is_told_with_its_line() -> None:
    with pytest.raises(TemplateSyntaxError) as error:
        plan_job(JOB, edited("backoffLimit: 0", "backoffLimit: {{ nope }}"), user="me")
    assert (error.value.template, error.value.cause) == (JOB_FILE, 'function "nope" not defined')
    assert error.value.source.strip() == "backoffLimit: {{ nope }}"


@pytest.mark.parametrize("version", ["3", "2.6.0", "0"])
def test_a_version_that_is_not_known_is_refused(version: str) -> None:
    with pytest.raises(TemplateError, match=f"version {version} is not supported"):
        plan_job(JOB, versioned(version), user="me")


def test_version_1_is_taken_with_a_warning() -> None:
    assert "version 1.0.0 is old" in plan_job(JOB, versioned("1"), user="me").warnings[0].reason


def test_refusals_of_the_job_come_before_its_templates() -> None:
    job = attrs.evolve(JOB, metadata={"job": "no object"})
    with pytest.raises(InvalidJobError, match=r"metadata\.job is a string"):
        plan_job(job, TEMPLATED, user="me")


def test_an_old_template_gets_the_ratio_and_no_request() -> None:
    profile = ProfileSection.everyone(default_cpus="2", cpu_request_ratio="0.5")
    settings = attrs.evolve(TEMPLATED, profiles=(profile,))
    shown = "backoffLimit: {{ .Job.cpuRequestRatio }}{{ len .Job.resourceLimits }}"
    templates = {JOB_FILE: OURS[JOB_FILE].replace("backoffLimit: 0", shown)}
    new = attrs.evolve(settings, templates=templates)
    old = attrs.evolve(settings, templates={JOB_FILE: templates[JOB_FILE].replace(": 2.5.0", ": 2.2.0")})
    assert plan_job(JOB, new, user="me").manifest["spec"]["backoffLimit"] == 12
    assert plan_job(JOB, old, user="me").manifest["spec"]["backoffLimit"] == 0.51


def test_what_an_old_template_cannot_express_names_the_version_that_can() -> None:
    profile = ProfileSection.everyone(default_cpus="2", default_cpus_request="1")
    plan = plan_job(JOB, versioned("2.2.0", attrs.evolve(TEMPLATED, profiles=(profile,))), user="me")
    (finding,) = plan.findings
    assert finding.code == "needs-newer-version"
    assert finding.hint == "upgrade the template to version 2.3.0 or later"


def test_what_an_old_template_expresses_nevertheless_is_no_warning() -> None:
    job = Job.shell("x", name="x", image="r:4", service_account="analysis")
    assert plan_job(job, versioned("2.2.0"), user="me").findings == ()


def test_standard_input_has_no_copy_where_the_settings_say_so() -> None:
    settings = attrs.evolve(TEMPLATED, stdin_annotation=False)
    plan = plan_job(attrs.evolve(JOB, stdin="secret"), settings, user="me")
    assert "stdin" not in plan.manifest["spec"]["template"]["metadata"]["annotations"]
    assert pod_of(plan)["containers"][0]["stdin"] is True
    assert plan.findings == ()


UNQUOTED = edited("workingDir: {{ . | quote }}", "workingDir: {{ . }}")


@pytest.mark.parametrize(
    "directory", ["/x\n          tty: true", "/x\n      hostNetwork: true", "/x\n  parallelism: 7"]
)
def test_a_value_that_changes_the_structure_is_refused(directory: str) -> None:
    job = Job.shell("x", name="x", image="r:4", working_directory=directory)
    with pytest.raises(
        TemplateRenderError, match="the value of workingDirectory changes the structure"
    ) as error:
        plan_job(job, UNQUOTED, user="me")
    assert "quote" in error.value.hint
    assert pod_of(plan_job(job, TEMPLATED, user="me"))["containers"][0]["workingDir"] == directory


def test_a_value_that_changes_the_structure_is_refused_where_another_must_keep_its_characters() -> None:
    text = (UNQUOTED.templates or {})[JOB_FILE]
    strict = text.replace(
        "backoffLimit: 0",
        'backoffLimit: {{ if contains ": " .Job.name }}0{{ else }}{{ fail "team: name" }}{{ end }}',
    )
    settings = attrs.evolve(UNQUOTED, templates={JOB_FILE: strict})
    job = Job.shell("x", name="team: x 'y'", image="r:4", working_directory="/x\n          tty: true")
    with pytest.raises(TemplateRenderError, match="the value of workingDirectory changes the structure"):
        plan_job(job, settings, user="me")
    harmless = attrs.evolve(job, working_directory="/x")
    assert plan_job(harmless, settings, user="me").manifest["spec"]["backoffLimit"] == 0


HOSTILE = [
    "a: b",
    "x\ny: z",
    "{{ .Job.user }}",
    "\x7f",
    "\x85",
    "\u2028",
    '"',
    "'",
    "# x",
    "&a",
    "x" * 2**20,
    '"a": {b}\n- [*x] # z\n' * 2**15,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:20]) for text in HOSTILE])
def test_hostile_values_come_out_of_our_templates_as_they_were(text: str) -> None:
    init: dict[str, Json] = {"name": "i", "image": "i", "args": [text, {"deep": text}]}
    job = attrs.evolve(
        Job.exec(["/bin/x", text], name="x", image="r:4"), init_containers=(init,), tags=(text[:9],)
    )
    built, rendered = plan_job(job, SETTINGS, user="me"), plan_job(job, TEMPLATED, user="me")
    assert rendered.manifest == built.manifest


MANY_SIDED = Job.shell(
    "x", name="x", image="r:4", ports=[80], run_as_user_id=5, placement_constraints=["az:x"], tags=["t"]
)
OFFERED = attrs.evolve(TEMPLATED, profiles=(ProfileSection.everyone(placement_constraints=["az"]),))
EXPECTED = {Stage.LOAD: TemplateSyntaxError, Stage.SUBMIT: TemplateRenderError}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_the_guides_stops_what_the_rules_say_and_no_more(mistake: Mistake) -> None:
    files = changed(mistake.edit)
    settings = attrs.evolve(OFFERED, templates=files)
    assert [each.code for each in broken(files)] == ([mistake.code] if mistake.stage is Stage.LOAD else [])
    if mistake.stage in EXPECTED:
        with pytest.raises(EXPECTED[mistake.stage], match=mistake.edit.file):
            plan_job(MANY_SIDED, settings, user="me", effects=Commands())
    else:
        plan = plan_job(MANY_SIDED, settings, user="me", effects=Commands())
        told = [finding.code for finding in plan.findings if finding.code == mistake.code]
        assert told == ([mistake.code] if mistake.stage is Stage.WARNING else [])


def test_a_harmless_value_may_go_without_quotes() -> None:
    job = Job.shell("x", name="x", image="r:4", working_directory="/home/me")
    assert plan_job(job, UNQUOTED, user="me").findings == ()


def test_text_that_is_no_mapping_is_refused_with_the_line_of_it() -> None:
    with pytest.raises(
        TemplateRenderError, match=r"is not one YAML mapping \(line 3 of it, 'kind: Job: x'\)"
    ):
        plan_job(JOB, edited("\nkind: Job", "\nkind: Job: x"), user="me")


@attrs.define
class Commands(UnaskedEffects):
    """Effects that answer commands, and count them."""

    asked: list[tuple[str, ...]] = attrs.field(factory=list)

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        self.asked.append(tuple(argv))
        return CommandResult(0, "", "4711\n", "")


COST_CENTRE = edited(
    "      annotations:\n        {{- range $name, $text := $ofPod",
    '      annotations:\n        cost: {{ exec "/opt/cost" .Job.user | toString | trim | quote }}\n'
    "        {{- range $name, $text := $ofPod",
)


def test_a_command_runs_once_however_often_a_job_is_rendered() -> None:
    effects = Commands()
    job = Job.shell("a: b # c\nd", name="x", image="r:4")
    plan = plan_job(job, COST_CENTRE, user="me", effects=effects)
    assert plan.manifest["spec"]["template"]["metadata"]["annotations"]["cost"] == "4711"
    assert effects.asked == [("/opt/cost", "me")]


def test_a_value_that_changes_the_structure_by_way_of_a_command_is_refused() -> None:
    @attrs.define
    class Echo(Commands):
        def run_command(self, argv: Sequence[str]) -> CommandResult:
            return CommandResult(0, "", f"{argv[1]}\n", "")

    settings = edited("backoffLimit: 0", 'backoffLimit: 0\n  note: {{ exec "echo" .Job.name }}')
    with pytest.raises(TemplateRenderError, match="the value of name changes the structure"):
        plan_job(attrs.evolve(JOB, name="x\n  parallelism: 7"), settings, user="me", effects=Echo())


def test_a_field_as_the_guide_writes_it_works_with_a_warning() -> None:
    text = (COST_CENTRE.templates or {})[JOB_FILE]
    mine = text.replace(
        '{{ exec "/opt/cost" .Job.user | toString', '{{ $r := exec "/opt/cost" }}{{ $r.stdOut'
    )
    assert mine != text
    plan = plan_job(JOB, attrs.evolve(COST_CENTRE, templates={JOB_FILE: mine}), user="me", effects=Commands())
    assert plan.manifest["spec"]["template"]["metadata"]["annotations"]["cost"] == "4711"
    (finding,) = plan.findings
    assert (finding.code, "write .Stdout" in finding.message) == ("exec-field", True)


def test_without_effects_a_command_is_refused_in_words() -> None:
    with pytest.raises(TemplateRenderError, match="no effects were given"):
        plan_job(JOB, COST_CENTRE, user="me")


def test_groups_of_the_owner_are_those_of_the_plan() -> None:
    settings = edited(
        "backoffLimit: 0", 'backoffLimit: {{ if has "admins" (groups .Job.user) }}1{{ else }}2{{ end }}'
    )
    limits = [
        plan_job(JOB, settings, user="me", groups=groups).manifest["spec"]["backoffLimit"]
        for groups in (["admins"], ["users"])
    ]
    assert limits == [1, 2]


def test_templates_are_decided_upon_by_their_version() -> None:
    decision = decided(plan_job(JOB, TEMPLATED, user="me"), JOB_FILE)
    assert (decision.value, decision.kind) == ("version 2.5.0", DecisionKind.CHOSEN)
