from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.job import Job
from launcher_k8s.manifest import job_data
from launcher_k8s.plan import plan_job
from launcher_k8s.settings import ClusterSettings, ProfileSection
from launcher_k8s.templates.defaults import (
    JINJA_JOB_FILE,
    JINJA_SERVICE_FILE,
    JOB_FILE,
    SERVICE_FILE,
    default_templates,
)
from launcher_k8s.templates.languages import complete
from launcher_k8s.templates.samples import sample_data
from launcher_k8s.templates.template_set import TemplateSet, problems
from launcher_k8s.templates.validation import validate_templates
from tests.strategies import jobs

GO = default_templates()
NATIVE = default_templates(jinja=True)
NATIVE_SET = TemplateSet(NATIVE)
SETTINGS = ClusterSettings(
    api_url="https://k8s.example.org",
    auth_token="token",
    profiles=(ProfileSection.everyone(max_nvidia_gpus=16, max_amd_gpus=16, default_container_image="r:4"),),
)
TEMPLATED = attrs.evolve(SETTINGS, use_templating=True, templates=dict(NATIVE))
HOSTILE = [
    "x\nhostNetwork: true",
    "a: b",
    '"',
    "'",
    "- a",
    "{{ Job }}",
    "{% raw %}",
    "\x00\x7f\x85\u2028",
    "#",
    "y: |\n" * 9,
]


def edited(old: str, new: str, *, file: str = JINJA_JOB_FILE) -> dict[str, str]:
    assert NATIVE[file].count(old) == 1
    return {file: NATIVE[file].replace(old, new)}


def sample() -> dict[str, Any]:
    return sample_data("jane")[0][1]


@settings(max_examples=40)  # of what the same test does for Go's language
@given(job=jobs())
def test_our_native_templates_and_the_built_in_manifest_give_equal_objects(job: Job) -> None:
    job = attrs.evolve(job, placement_constraints=())
    built, rendered = plan_job(job, SETTINGS, user="me"), plan_job(job, TEMPLATED, user="me")
    assert rendered.manifest == built.manifest
    assert rendered.service == built.service
    assert rendered.findings == ()


def test_both_languages_give_equal_objects_for_the_sample_jobs() -> None:
    ours = TemplateSet({})
    for _, data in sample_data("jane"):
        assert NATIVE_SET.job(data).value == ours.job(data).value
        if data["servicePortsJson"] != "[]":
            assert NATIVE_SET.service(data).value == ours.service(data).value


def test_our_native_templates_are_valid() -> None:
    assert validate_templates(NATIVE).diagnostics == ()


def test_the_languages_may_be_mixed_object_by_object() -> None:
    mixed = TemplateSet({JINJA_JOB_FILE: NATIVE[JINJA_JOB_FILE], "notes.tpl": "{{ .x }}"})
    assert (mixed.job_file, mixed.service_file) == (JINJA_JOB_FILE, SERVICE_FILE)
    assert {*mixed.used} == {JINJA_JOB_FILE, SERVICE_FILE, "notes.tpl"}
    assert mixed.versions == {JINJA_JOB_FILE: (2, 5, 0), SERVICE_FILE: (2, 5, 0)}


@pytest.mark.parametrize(("go", "native"), [(JOB_FILE, JINJA_JOB_FILE), (SERVICE_FILE, JINJA_SERVICE_FILE)])
def test_two_files_for_one_object_are_refused_and_both_named(go: str, native: str) -> None:
    (found,) = problems({go: "# Version: 2.5.0\n", native: NATIVE[native]})
    assert f"{go} and {native} both make the" in found.cause
    assert (found.template, found.line, found.hint) == (native, 1, "keep one of them")
    with pytest.raises(TemplateSyntaxError, match="both make"):
        TemplateSet({go: GO[go], native: NATIVE[native]})


def test_our_own_file_beside_a_native_one_can_be_removed() -> None:
    (found,) = problems({JOB_FILE: GO[JOB_FILE], **NATIVE})
    assert found.hint == "remove job.tpl, which is the library's own as it was written there"


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_change_no_structure(value: str) -> None:
    job = Job.shell(value.replace("\x00", ""), name="n", image="r:4", env={"A": value}, tags=[value])
    data = job_data(attrs.evolve(job, id="x", user="me", stdin=value))
    assert NATIVE_SET.job(data).value == TemplateSet({}).job(data).value


@pytest.mark.parametrize("value", [*HOSTILE, 'x"\n        y: z #'])
def test_a_value_that_is_printed_raw_adds_nothing_to_what_is_submitted(value: str) -> None:
    templates = TemplateSet(edited("stdin: {{ Job.stdin }}", 'stdin: "x{{ Job.stdin | raw }}"'))
    try:
        made = templates.job({**sample(), "stdin": value}).value
    except TemplateRenderError:
        return
    ours = TemplateSet({}).job(sample()).value
    found, expected = (each["spec"]["template"]["metadata"]["annotations"].keys() for each in (made, ours))
    assert found == expected


def test_a_raw_value_with_keys_of_its_own_is_refused_by_name() -> None:
    templates = TemplateSet(edited("        stdin: {{ Job.stdin }}", "        stdin: {{ Job.stdin | raw }}"))
    data = {**sample(), "stdin": "x\n        y: z"}
    with pytest.raises(TemplateRenderError, match=r"the value of stdin changes the structure"):
        templates.job(data)


def test_what_is_unset_is_none() -> None:
    data = complete({"container": {"image": "r"}, "exposedPorts": [{"targetPort": 1}], "x": 1})
    assert data == {
        "container": {"runAsUserId": None, "runAsGroupId": None, "image": "r"},
        "exposedPorts": [{"publishedPort": None, "targetPort": 1}],
        "x": 1,
    }


def test_a_file_of_one_language_is_none_of_the_other() -> None:
    files = {**edited("apiVersion: batch/v1", "{% include 'notes.tpl' %}"), "notes.tpl": "{{ .x }}"}
    with pytest.raises(TemplateRenderError, match=r"there is no template 'notes\.tpl'"):
        TemplateSet(files).job(sample())
    reached = {"job.tpl": '# Version: 2.5.0\n{{ include "notes.j2" . }}', "notes.j2": "x"}
    with pytest.raises(TemplateRenderError, match="no template"):
        TemplateSet(reached).job(sample())


MISTAKES = {
    "job-kind": ("\nkind: Job", "\nkind: CronJob", "kind: CronJob"),
    "user": ("        user: {{ Job.user }}\n", "", ""),
    "tags": ('{{ "USER_TAG_" ~ loop.index0 }}: {{ tag }}', '{{ "TAG_" ~ loop.index0 }}: {{ tag }}', ""),
    "working-directory": ("workingDir: {{ Job.workingDirectory }}", "workingDir: /tmp", "workingDir: /tmp"),
    "duplicate-key": (
        "      restartPolicy: Never",
        "      restartPolicy: Never\n      restartPolicy: Never",
        "rest",
    ),
    "render-error": ("  backoffLimit: 0", "  backoffLimit: {{ Job.nothing }}", "Job.nothing"),
    "not-yaml": ("  backoffLimit: 0", "  - {{ 1 }}", ""),
    "value-in-text": ("        name: {{ Job.name }}", '        name: "x-{{ Job.name }}"', "x-"),
    "comma-after-value": ("      restartPolicy: Never", "      restartPolicy: Never,", "Never,"),
    "unknown-template": ("  backoffLimit: 0", "  backoffLimit: 0\n{% include 'no.j2' %}", "no.j2"),
    "includes-root": (
        "  backoffLimit: 0",
        "  backoffLimit: 0\n{% if 0 %}{% include 'job.yaml.j2' %}{% endif %}",
        "job.yaml.j2",
    ),
    "template-syntax": ("  backoffLimit: 0", "  {% if Job.host %}", "job"),
    "template-version": ("{# Version: 2.5.0 #}", "{# Version: 7 #}", "Version: 7"),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_found_with_the_line_that_made_it(code: str) -> None:
    old, new, written = MISTAKES[code]
    found = [each for each in validate_templates(edited(old, new)).diagnostics if each.code == code]
    assert found
    assert all(each.location.file == JINJA_JOB_FILE and each.location.line and each.hint for each in found)
    if code != "template-syntax":
        assert written in found[0].location.source


def test_the_line_is_told_of_what_an_included_file_has_written() -> None:
    files = edited("        stdin: {{ Job.stdin }}\n", "{% include 'notes.j2' %}\n")
    files["notes.j2"] = "{# notes #}\n        stdin: {{ Job.stdin }}\n        cost: {{ 4711 }}\n"
    (found,) = [each for each in validate_templates(files).diagnostics if each.code == "not-a-string"]
    assert (found.location.file, found.location.line) == ("notes.j2", 3)


def test_a_plan_says_which_file_made_the_job() -> None:
    plan = plan_job(Job.shell("x", name="x", image="r:4"), TEMPLATED, user="me")
    told = next(decision for decision in plan.decisions if decision.subject == JINJA_JOB_FILE)
    assert str(told.origin) == f"{TEMPLATED.scratch_directory}/{JINJA_JOB_FILE}:1"


def test_a_job_that_needs_more_than_the_version_knows_is_told() -> None:
    old = edited("{# Version: 2.5.0 #}", "{# Version: 2.2.0 #}")
    settings = attrs.evolve(SETTINGS, use_templating=True, templates=old)
    job = Job.shell("x", name="x", image="r:4", cpus=2)
    assert plan_job(job, settings, user="me").manifest["spec"]["backoffLimit"] == 0
