from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.templates.codes import Edit
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.validation import validate_templates
from tests.template_examples import EXAMPLES, templates_of
from tests.template_mistakes import MISTAKES, Mistake
from tests.unasked_effects import UnaskedEffects
from tests.unit.templates.edits import edited

OURS = default_templates()
NOTES = "        stdin: {{ .Job.stdin | quote }}\n"


class Commands(UnaskedEffects):
    """Answers every command with a line."""

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        return CommandResult(0, "", "4711\n", "")

    def groups_of(self, user: str) -> Sequence[str]:
        return [user, "analysts"]


def before(place: str, lines: str, *, file: str = JOB_FILE) -> Edit:
    return Edit(place, f"{lines}{place}", file)


def found(edit: Edit) -> tuple[Diagnostic, ...]:
    return validate_templates(edited(edit), effects=Commands()).diagnostics


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_the_guides_is_found_with_its_line_and_what_to_do(mistake: Mistake) -> None:
    findings = found(mistake.edit)
    (matching,) = (each for each in findings if each.code == mistake.code)
    assert mistake.hint in matching.hint
    file = mistake.edit.file
    assert (matching.location.file, matching.location.key) == (file, mistake.path)
    assert matching.location.source == edited(mistake.edit)[file].split("\n")[matching.location.line - 1]


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_right_example_of_the_guides_is_without_findings(example: str) -> None:
    assert validate_templates(templates_of(example), effects=Commands()).diagnostics == ()


def test_our_own_templates_are_without_findings() -> None:
    validation = validate_templates({})
    assert validation.is_clean
    assert [sample.what for sample in validation.samples if sample.name == JOB_FILE] == [
        "a job that states every field",
        "a job whose texts YAML could take for something else",
        "a job that states next to nothing",
        "a job that states parts of what belongs together (1)",
        "a job that states parts of what belongs together (2)",
        "a job that states parts of what belongs together (3)",
        "a job that states parts of what belongs together (4)",
    ]
    assert [sample.what for sample in validation.samples if sample.name == SERVICE_FILE] == [
        "a job that states every field",
        "a job whose texts YAML could take for something else",
        "a job that states parts of what belongs together (1)",
        "a job that states parts of what belongs together (2)",
        "a job that states parts of what belongs together (3)",
    ]


def test_a_finding_names_the_path_and_the_line_of_the_file_that_wrote_it() -> None:
    files = edited(before(NOTES, '        {{- include "notes.tpl" . | nindent 8 }}\n'))
    files["notes.tpl"] = "# mine\na.org/team: x\na.org/cost: 4711\n"
    (diagnostic,) = validate_templates(files).diagnostics
    assert str(diagnostic.location) == "notes.tpl:3 spec.template.metadata.annotations['a.org/cost']"
    assert diagnostic.location.source == "a.org/cost: 4711"


def test_every_file_that_cannot_be_parsed_is_told() -> None:
    codes = [
        each.code for each in validate_templates({JOB_FILE: "{{", SERVICE_FILE: "# Version: x"}).diagnostics
    ]
    assert sorted(codes) == ["template-version", "template-version"]


def test_a_name_that_is_made_and_that_no_template_has_is_told_with_those_there_are() -> None:
    files = edited(before(NOTES, '        {{- include (printf "%s.tpl" "note") . | nindent 8 }}\n'))
    files["notes.tpl"] = "# mine\n"
    (diagnostic,) = validate_templates(files).diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("render-error", "did you mean notes.tpl?")


def test_an_action_that_is_not_closed_says_so() -> None:
    (diagnostic,) = validate_templates({"notes.tpl": "a: {{ .Job.name\n"}).diagnostics
    assert (diagnostic.code, diagnostic.hint) == ("template-syntax", "close the action with }} on its line")


def test_templates_that_include_each_other_are_told_in_brief() -> None:
    files = edited(before(NOTES, '        note: {{ include "a.tpl" . }}\n'))
    files |= {"a.tpl": '{{ include "b.tpl" . }}', "b.tpl": '{{ include "a.tpl" . }}'}
    (diagnostic,) = validate_templates(files).diagnostics
    assert diagnostic.hint == "a template includes itself, perhaps through others"
    assert len(diagnostic.message) < 1000


def test_the_samples_are_the_invoking_users() -> None:
    texts = [sample.text for sample in validate_templates({}, user="jane").samples if sample.name == JOB_FILE]
    assert all('user: "jane"' in text for text in texts)


UNQUOTED = {
    r"^\{\{- toJson \.": "texts without control characters are printed alike by toJson alone",
    r"generateName|job-name|serviceName": "Kubernetes' names are always text: they begin with a letter",
    r"^        user:": "the samples are the invoking user's",
    r"protocol:": "TCP and UDP are always text",
    r"\$(limits|requests) =": "a quantity may be a number",
}
QUOTED = [
    (name, number, line)
    for name, text in OURS.items()
    for number, line in enumerate(text.split("\n"))
    if "| quote" in line and not any(re.search(pattern, line) for pattern in UNQUOTED)
]


@pytest.mark.parametrize(("name", "number", "line"), QUOTED, ids=[f"{name}:{n + 1}" for name, n, _ in QUOTED])
def test_a_quote_that_is_dropped_is_missed(name: str, number: int, line: str) -> None:
    lines = OURS[name].split("\n")
    lines[number] = line.replace(" | quote", "")
    assert not validate_templates({name: "\n".join(lines)}).is_clean
