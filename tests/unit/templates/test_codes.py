from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cache

import pytest

from launcher_k8s.diagnostics import Diagnostic, Location
from launcher_k8s.shape.fact import Fact, format_path
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS
from launcher_k8s.templates.codes import CONTRACT_EXAMPLES, OWN_CODES, Edit
from launcher_k8s.templates.defaults import SERVICE_FILE
from launcher_k8s.templates.validation import validate_templates
from tests.unit.templates.edits import edited

# Free: any value will do.
NEVER_FOUND = {"service-cluster-ip"}
# The end of what is unclosed is found at another block; a value is written by the template that is included.
WRITTEN_ELSEWHERE = {"template-syntax", "mount-without-volume"}
EXAMPLES = dict(CONTRACT_EXAMPLES) | {code: info.example for code, info in OWN_CODES.items()}
del EXAMPLES["needs-newer-version"]  # found in plans


def test_every_fact_of_the_shape_has_an_example() -> None:
    codes = {fact.code for fact in (*JOB_FACTS, *SERVICE_FACTS)}
    assert codes - NEVER_FOUND == CONTRACT_EXAMPLES.keys()


@cache
def provoked(code: str) -> tuple[Diagnostic, ...]:
    found = validate_templates(edited(EXAMPLES[code])).diagnostics
    return tuple(each for each in found if each.code == code)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_provokes_its_code_with_words_and_a_hint(code: str) -> None:
    assert provoked(code)
    for each in provoked(code):
        assert each.message
        assert each.hint


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_line_is_the_changed_one_or_wrote_what_holds_it(code: str) -> None:
    example = EXAMPLES[code]
    new = edited(example)[example.file].split("\n")
    for each in provoked(code):
        assert each.location.file == example.file
        assert each.location.source == new[each.location.line - 1]
        if code not in WRITTEN_ELSEWHERE:
            assert each.location.line in changed_lines(example) or wrote_part_of(each.location)


def changed_lines(example: Edit) -> range:
    """The lines of the edited template that are not as in our own, from 1."""
    old, new = (
        files[example.file].split("\n") for files in (edited(Edit("", "", example.file)), edited(example))
    )
    changes = [each for each in SequenceMatcher(None, old, new).get_opcodes() if each[0] != "equal"]
    return range(changes[0][3] + 1, changes[-1][4] + 2)


def wrote_part_of(place: Location) -> bool:
    """Whether a line wrote a key, or an item, of the path in the object."""
    keys = {key for key, _ in re.findall(r"(\w+)(\[\d+\])?", place.key)}
    return bool(keys & set(re.findall(r"^ *(\w+):", place.source))) or place.source.startswith("        - ")


@pytest.mark.parametrize("fact", [*SERVICE_FACTS, *JOB_FACTS], ids=lambda fact: fact.code)
def test_the_path_is_that_of_the_fact(fact: Fact) -> None:
    if fact.code not in NEVER_FOUND:
        assert {each.location.key for each in provoked(fact.code)} == {format_path(fact.path)}


HINT_FOLLOWED = {
    "template-syntax": Edit("{{ if .Job.host }}", "{{ if .Job.host }}{{ end }}"),
    "template-version": Edit("# Version: 7", "# Version: 2.5.0"),
    "old-version": Edit("# Version: 1", "# Version: 2.5.0"),
    "render-error": Edit("{{ len .Job.nothing }}", "{{ with .Job.nothing }}{{ len . }}{{ end }}"),
    "not-yaml": Edit("  - not: a mapping\n", ""),
    "value-in-text": Edit('"x-{{ Job.name }}-"', "{{ Job.generateName }}"),
    "duplicate-key": Edit("      restartPolicy: Never\n", ""),
    "unknown-field": Edit("  activeDeadlineSeconds: 60\n", ""),
    "pod-capabilities": Edit("        capabilities:\n          add: [SYS_PTRACE]\n", ""),
    "not-an-integer": Edit('"100"', '{{ "100" | int }}'),
    "not-a-string": Edit(" 4711", " {{ 4711 | quote }}"),
    "mount-without-volume": Edit("volumes: []", 'volumes: {{ include "launcher.value" . }}'),
    "no-value": Edit("{{ .Job.misspelt }}", "{{ .Job.resourceProfile | quote }}"),
    "blank-at-end": Edit('"x "', '{{ "x " | toString | trim | quote }}'),
    "empty-value": Edit(
        "          workingDir: {{ .Job.workingDirectory | quote }}",
        "          {{- with .Job.workingDirectory }}\n          workingDir: {{ . | quote }}{{ end }}",
    ),
    "service-holds-job": Edit("  template: {spec: {containers: []}}\n", "", SERVICE_FILE),
    "service-port": Edit("- name: port\n", "- name: port{{ $number }}\n", SERVICE_FILE),
    "field-as-text": Edit('".Job.user" "jane"', '.Job.user "jane"'),
    "typographic-quote": Edit("\N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK}", '"x"'),
    "comma-after-value": Edit("note: x,", "note: x"),
    "includes-root": Edit(
        '{{ include "service.tpl" . | quote }}', '{{ include "launcher.value" .Job.name }}'
    ),
    "unknown-template": Edit("launcher.valeu", "launcher.value"),
    "exec-field": Edit(".stdOut", ".Stdout"),
}
"""What whoever follows the hint of an own code writes instead of the example."""


def test_every_own_code_has_a_hint_that_can_be_followed() -> None:
    assert HINT_FOLLOWED.keys() == OWN_CODES.keys() - {"needs-newer-version"}


@pytest.mark.parametrize(("code", "edit"), HINT_FOLLOWED.items())
def test_a_hint_that_is_followed_helps(code: str, edit: Edit) -> None:
    (name, text), *_ = edited(EXAMPLES[code]).items()
    assert edit.old in text
    assert validate_templates({name: text.replace(edit.old, edit.new, 1)}).is_clean
