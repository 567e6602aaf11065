from __future__ import annotations

import pytest

from launcher_k8s.conversion import convert
from launcher_k8s.conversion.writing import BASE_FILE, JOB_FILE, SET_FILE
from launcher_k8s.errors import ConfigurationError, OverrideError
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from tests.memory_files import PROFILES, read_cluster

BASE = "# Version: 2.4.0\nkind: Job\n"
CONVERTED = """\
# Version: 2.4.0
{{/* The overrides of the profiles file, converted: of the sections that match the last one counts.
job-without-overrides.tpl makes the job; here values are set in it. */ -}}
{{- $section := 0 -}}
{{- $groups := groups .Job.user -}}
{{- /* [*], /conf/launcher.kubernetes.profiles.conf:2 [*] job-json-overrides */ -}}
{{- $section = 1 -}}
{{- /* [@lab], /conf/launcher.kubernetes.profiles.conf:4 [@lab] job-json-overrides */ -}}
{{- if has "lab" $groups }}{{ $section = 2 }}{{ end -}}
{{- /* [jsmith], /conf/launcher.kubernetes.profiles.conf:6 [jsmith] job-json-overrides */ -}}
{{- if eq .Job.user "jsmith" }}{{ $section = 3 }}{{ end -}}
{{- $job := fromYaml (include "job-without-overrides.tpl" .) -}}
{{- if hasKey $job "Error" }}{{ fail (get $job "Error" | toString) }}{{ end -}}
{{- $cell := dict "value" $job -}}
{{- if eq $section 1 -}}
{{- /* from /conf/two.json */ -}}
{{- $_ := include "set-override.tpl" (dict "cell" $cell "pointer" "/spec/a~1b" "tokens" (list "spec" "a/b")
  "value" (mustFromJson `2`)) -}}
{{- end -}}
{{- if eq $section 2 -}}
{{- /* from /conf/two.json */ -}}
{{- $_ := include "set-override.tpl" (dict "cell" $cell "pointer" "/spec/x/-" "tokens" (list "spec" "x" "-")
  "value" (mustFromJson `2`)) -}}
{{- /* from /conf/ip.json */ -}}
{{- $_ := include "set-override.tpl" (dict "cell" $cell "pointer" "/spec/y" "tokens" (list "spec" "y")
  "value" (mustFromJson `{
  "ip": "10.2.141.12"
}`)) -}}
{{- end -}}
{{ toYaml (get $cell "value") }}
"""


def everyone(*overrides: Override) -> ClusterSettings:
    return ClusterSettings(profiles=(ProfileSection.everyone(job_json_overrides=overrides),))


def test_sections_become_conditions_and_files_values() -> None:
    cluster = read_cluster(
        {
            PROFILES: '[*]\njob-json-overrides="/spec/a~1b":"two.json"\n[@lab]\njob-json-overrides='
            '"/spec/x/-":"two.json","/spec/y":"ip.json"\n[jsmith]\njob-json-overrides=\n',
            "two.json": "2",
            "ip.json": '{"ip": "10.2.141.12"}',
        }
    )
    assert convert(cluster, BASE).templates[JOB_FILE] == CONVERTED


def test_the_given_template_is_kept_and_the_version_is_its() -> None:
    conversion = convert(everyone(Override("/spec/x", 1)), BASE)
    assert {*conversion.templates} == {JOB_FILE, BASE_FILE, SET_FILE}
    assert conversion.templates[BASE_FILE] == conversion.base == BASE


def test_nobodys_groups_are_asked_for_where_no_section_is_for_a_group() -> None:
    text = convert(everyone(Override("/spec/x", 1)), BASE).templates[JOB_FILE]
    assert "groups" not in text


@pytest.mark.parametrize("cluster", [ClusterSettings(), everyone()])
def test_without_overrides_there_is_nothing_to_convert(cluster: ClusterSettings) -> None:
    with pytest.raises(ConfigurationError, match=r"sets job-json-overrides \(there is nothing to convert"):
        convert(cluster, BASE)


@pytest.mark.parametrize("base", ["", "kind: Job\n# Version: 2.4.0\n", "# Version: new\n"])
def test_a_template_without_a_version_is_no_job_template(base: str) -> None:
    with pytest.raises(ConfigurationError, match=r"has no version.*# Version: 2\.5\.0"):
        convert(everyone(Override("/spec/x", 1)), base)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        (Override("/spec/x", 2**60), "beyond"),
        (Override("/spec/x\x7f", 1), "toYaml"),
        (Override("/spec/containers[0]", 1), "write '/spec/containers/0'"),
        (Override("", {}), "the whole job"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_override(override: Override, told: str) -> None:
    with pytest.raises(OverrideError, match=told) as caught:
        convert(everyone(override), BASE)
    assert caught.value.pointer == override.pointer


def test_no_value_ends_the_template_early() -> None:
    text = convert(everyone(Override("/spec/x", "`}} {{ end }}")), BASE).templates[JOB_FILE]
    assert "\\u0060}} {{ end }}" in text
