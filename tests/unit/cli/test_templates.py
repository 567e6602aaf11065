"""The plugin's own flags for templates, and the commands of the same names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from tests.cli_runs import Cli, write_directory
from tests.template_mistakes import MISTAKES, Mistake
from tests.unit.templates.edits import edited

OURS = default_templates()
NATIVE = default_templates(jinja=True)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    directory = tmp_path / "scratch"
    directory.mkdir()
    return directory


def test_the_flag_writes_what_is_absent(cli: Cli, scratch: Path) -> None:
    (scratch / JOB_FILE).write_text("mine")
    done = cli("--generate-templates", "--scratch-path", str(scratch))
    assert (done.code, done.out) == (0, f"{scratch / SERVICE_FILE}\n")
    assert (scratch / JOB_FILE).read_text() == "mine"


def test_native_templates_are_written_validated_and_compared(cli: Cli, scratch: Path) -> None:
    done = cli("generate-templates", "--jinja", "--scratch-path", str(scratch))
    assert (done.code, done.out.split()) == (0, [str(scratch / name) for name in NATIVE])
    assert cli("validate-templates", "--scratch-path", str(scratch), "--user", "jane").code == 0
    assert cli("diff-templates", "--scratch-path", str(scratch)).code == 0


def test_a_directory_that_has_all_is_left_alone(cli: Cli, scratch: Path) -> None:
    cli("--scratch-path", str(scratch), "--generate-templates")
    done = cli("generate-templates", "--scratch-path", str(scratch), "--json")
    assert (done.code, done.json) == (0, {"files": []})


def test_the_directory_is_the_configurations(cli: Cli, scratch: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    text = f"api-url=https://10.0.0.1:6443\nauth-token=t\nuse-templating=1\nscratch-path={scratch}\n"
    write_directory(config, {"launcher.kubernetes.conf": text})
    (scratch / JOB_FILE).write_text("{{")
    done = cli("--validate-templates", "--config", str(config))
    assert done.code == 1
    assert "the version is missing" in done.out


def test_equal_templates_differ_by_nothing(cli: Cli, scratch: Path) -> None:
    cli("--generate-templates", "--scratch-path", str(scratch))
    done = cli("--diff-templates", "--scratch-path", str(scratch))
    assert (done.code, done.out) == (0, "")


def test_a_difference_ends_with_1(cli: Cli, scratch: Path) -> None:
    (scratch / JOB_FILE).write_text(OURS[JOB_FILE].replace("backoffLimit: 0", "backoffLimit: 3"))
    done = cli("--diff-templates", "--scratch-path", str(scratch))
    assert done.code == 1
    assert "-  backoffLimit: 0\n+  backoffLimit: 3\n" in done.out
    (difference,) = cli("diff-templates", "--scratch-path", str(scratch), "--json").json["differences"]
    assert difference["name"] == JOB_FILE


def test_sound_templates_validate_with_0(cli: Cli, scratch: Path) -> None:
    cli("--generate-templates", "--scratch-path", str(scratch))
    done = cli("--validate-templates", "--scratch-path", str(scratch))
    assert (done.code, done.out) == (0, "no findings\n")


def test_that_the_librarys_own_are_meant_is_said(cli: Cli, scratch: Path) -> None:
    done = cli("--validate-templates", "--scratch-path", str(scratch))
    assert f"{scratch} has no templates: the library's own are used" in done.err


@pytest.mark.parametrize("command", ["--validate-templates", "--diff-templates"])
def test_a_misspelt_directory_is_wrong_usage(cli: Cli, scratch: Path, command: str) -> None:
    done = cli(command, "--scratch-path", str(scratch / "misspelt"))
    assert (done.code, done.out) == (2, "")
    assert "misspelt is not there (correct --scratch-path" in done.err


def test_findings_are_told_with_their_line_and_path(cli: Cli, scratch: Path) -> None:
    (scratch / JOB_FILE).write_text(OURS[JOB_FILE].replace("backoffLimit: 0", "backoffLimit: 3"))
    done = cli("--validate-templates", "--scratch-path", str(scratch))
    line = OURS[JOB_FILE].split("\n").index("  backoffLimit: 0") + 1
    assert done.code == 1
    assert f"job.tpl:{line} spec.backoffLimit: error: is 3, expected 0  [backoff-limit]" in done.out


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_the_guides_is_told_with_line_path_and_hint(
    cli: Cli, scratch: Path, mistake: Mistake
) -> None:
    for name, text in edited(mistake.edit).items():
        (scratch / name).write_text(text)
    done = cli("--validate-templates", "--scratch-path", str(scratch))
    (line,) = (line for line in done.out.splitlines() if line.endswith(f"[{mistake.code}]"))
    assert done.code == 1
    assert re.match(rf"{re.escape(mistake.edit.file)}:\d+\b", line)
    assert mistake.path in line
    assert mistake.hint in done.out


def test_verbose_shows_what_is_rendered_for_the_named_user(cli: Cli, scratch: Path) -> None:
    cli("--generate-templates", "--scratch-path", str(scratch))
    done = cli("--validate-templates", "--verbose", "--user", "jane", "--scratch-path", str(scratch))
    assert "# --- service.tpl, for a job that states every field" in done.out
    assert 'user: "jane"' in done.out


def test_json_holds_the_findings_and_the_samples(cli: Cli, scratch: Path) -> None:
    (scratch / SERVICE_FILE).write_text(OURS[SERVICE_FILE].replace("type: NodePort", "type: ExternalName"))
    done = cli("validate-templates", "--json", "--verbose", "--scratch-path", str(scratch))
    assert [each["code"] for each in done.json["diagnostics"]] == ["service-type"]
    assert {sample["name"] for sample in done.json["samples"]} == {JOB_FILE, SERVICE_FILE}
