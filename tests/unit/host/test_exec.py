"""``exec`` in templates, with real commands of this host (facts on templates, 1.3)."""

from __future__ import annotations

import pytest

from launcher_k8s.errors import TemplateRenderError
from launcher_k8s.host.commands import CommandLimits
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.templates.template_set import TemplateSet

BRIEF = HostEffects(limits=CommandLimits(seconds=0.3, output_bytes=4))
PLENTY = HostEffects()
SHELL = '"sh" "-c"'

COMMANDS = {
    "exit 0": (PLENTY, f'{SHELL} "echo o; echo e >&2"', "0", "", "o\n", "e\n"),
    "exit 1": (PLENTY, f'{SHELL} "echo o; exit 1"', "1", "exit status 1", "o\n", ""),
    "exit 2": (PLENTY, f'{SHELL} "echo e >&2; exit 2"', "2", "exit status 2", "", "e\n"),
    "a signal": (PLENTY, f'{SHELL} "echo o; kill -KILL $$"', "-1", "signal: killed", "o\n", ""),
    "no command": (PLENTY, '"no-such"', "-1", 'exec: "no-such": executable file not found in $PATH', "", ""),
    "no path": (PLENTY, '"/no/such"', "-1", "fork/exec /no/such: no such file or directory", "", ""),
    "no time": (BRIEF, f'{SHELL} "echo o; exec sleep 60"', "-1", "signal: killed", "o\n", ""),
    "too much output": (BRIEF, f'{SHELL} "yes"', "-1", "signal: killed", "y\ny\n", ""),
    "too much complaint": (BRIEF, f'{SHELL} "yes >&2"', "-1", "signal: killed", "", "y\ny\n"),
}


def rendered(text: str, effects: HostEffects) -> str:
    return TemplateSet({"notes.tpl": text}, effects=effects).render("notes.tpl", {})


@pytest.mark.parametrize(
    ("effects", "command", "code", "error", "stdout", "stderr"), COMMANDS.values(), ids=COMMANDS
)
def test_a_template_sees_what_became_of_a_command(
    effects: HostEffects, command: str, code: str, error: str, stdout: str, stderr: str
) -> None:
    text = (
        f"{{{{ $r := exec {command} }}}}{{{{ $r.ExitCode }}}}"
        "|{{ if $r.Err }}UNKNOWN: {{ $r.Err }}{{ else }}{{ $r | toString | trim }}{{ end }}"
        "|{{ $r.Stdout }}|{{ $r.Stderr }}|{{ $r }}"
    )
    told = f"UNKNOWN: {error}" if error else stdout.strip()
    assert rendered(text, effects) == f"{code}|{told}|{stdout}|{stderr}|{stdout}"


def test_a_strict_host_fails_the_template_before_anything_runs() -> None:
    with pytest.raises(TemplateRenderError, match="running echo is not allowed; allowed commands: id"):
        rendered('{{ exec "echo" "x" }}', HostEffects.strict(commands=["id"]))
