"""The engine: what it is made with, and what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.effects import CommandResult, Effects
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.govalues.signature import Function, Registry, function
from tests.unit.templates.gotemplate.rendering import FUNCTIONS, compiled


class Recorded(Effects):
    """Answers what it is asked with what it was asked."""

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        return CommandResult(0, "", " ".join(argv), "")

    def groups_of(self, user: str) -> Sequence[str]:
        return [f"{user}s"]

    def environment(self, name: str) -> str:
        return name.lower()

    def addresses_of(self, host: str) -> Sequence[str]:
        return [host]

    def now(self) -> datetime:
        raise NotImplementedError

    def random_bytes(self, count: int) -> bytes:
        return bytes(count)


WITH_EFFECTS: Registry = {}


@function(WITH_EFFECTS, "string", "env", needs_effects=True)
def environment(effects: Effects, name: str) -> str:
    return effects.environment(name)


def render(engine: Engine, text: str, data: Any = None) -> str:
    return engine.compile({"job.tpl": text}).render("job.tpl", data)


def test_functions_get_the_effects_that_the_engine_was_given() -> None:
    assert render(Engine(WITH_EFFECTS, Recorded()), '{{env "HOME"}}{{"A" | env}}') == "homea"


def test_only_what_was_given_can_be_called() -> None:
    with pytest.raises(TemplateSyntaxError, match='function "env" not defined'):
        Engine(FUNCTIONS).compile({"job.tpl": '{{env "HOME"}}'})
    assert render(Engine({}), "{{and 1 (not 0)}}") == "true"


def test_function_names_may_be_of_any_letters() -> None:
    functions = {"gruß": Function("gruß", ("string",), None, lambda name: f"Hallo {name}")}
    assert render(Engine(functions), '{{gruß "Ä"}}') == "Hallo Ä"


def test_delimiters_can_be_chosen() -> None:
    assert render(Engine(FUNCTIONS, left="[[", right="]]"), "{{.}} [[.]] [[- 1 -]] .", 5) == "{{.}} 51."


def test_the_same_file_is_compiled_once() -> None:
    engine = Engine(FUNCTIONS)
    assert engine.compile_file("a", "{{.}}") is engine.compile_file("a", "{{.}}")
    assert engine.compile_file("a", "{{.}}") is not engine.compile_file("b", "{{.}}")


def test_renders_do_not_disturb_each_other() -> None:
    templates = compiled(
        '{{define "d"}}{{.}}{{if .}}{{include "d" (index . 0)}}{{end}}{{end}}{{include "d" .}}'
    )
    data: list[Any] = [[[[]]]]
    expected = templates.render("job.tpl", data)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: templates.render("job.tpl", data), range(200))) == {expected}


def test_texts_are_text_whatever_they_hold() -> None:
    text = "\x00'\"\\\n\r\t\u2028\udc80{}%s\U0001f600"
    assert render(Engine(FUNCTIONS), text) == text
    assert render(Engine(FUNCTIONS), '{{"\\x00\\u2028\\""}}{{`\\\'"`}}') == '\x00\u2028"\\\'"'


def test_stray_surrogates_in_a_file_are_no_characters() -> None:
    assert render(Engine(FUNCTIONS), "\ud800{{.}}\udfff", "\ud800") == "\ufffd" * 3
    with pytest.raises(TemplateSyntaxError, match="U\\+FFFD"):
        Engine(FUNCTIONS).compile({"job.tpl": "{{\ud800}}"})
