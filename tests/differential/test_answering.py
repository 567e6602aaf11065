"""The protocol, without Go: what `python -m tests.differential` answers."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.differential.answering import answer, answer_line
from tests.differential.program import running


def test_an_output_comes_with_the_request_s_id() -> None:
    assert answer({"id": 7, "template": "{{ .a | upper }}", "data": {"a": "b"}}) == {"id": 7, "out": "B"}


def test_a_text_that_is_no_template_is_an_error_of_parsing() -> None:
    told = {"err": "template: job.tpl:1: unclosed action", "stage": "parse"}
    assert answer({"template": "{{ .a"}) == told


def test_a_template_that_fails_tells_what_it_had_written() -> None:
    told = answer({"name": "x", "template": "a{{ fail .m }}", "data": {"m": "no"}})
    cause = 'template: x:1:4: executing "x" at <fail .m>: error calling fail: no'
    assert told == {"err": cause, "stage": "exec", "partial": "a"}


def test_files_are_read_in_the_order_of_their_names() -> None:
    files = {"b": '{{ define "x" }}b{{ end }}', "a": '{{ define "x" }}a{{ end }}'}
    assert answer({"template": '{{ template "x" }}', "templates": files}) == {"out": "b"}


@pytest.mark.parametrize(
    ("numbers", "kind"), [("", "int"), ("int", "int"), ("int64", "int64"), ("float64", "float64")]
)
def test_whole_numbers_get_the_type_that_is_asked_for(numbers: str, kind: str) -> None:
    request = {"template": "{{ kindOf .a }}", "data": {"a": 1}, "nums": numbers}
    assert answer(request) == {"out": kind}


def test_data_may_be_yaml_whose_numbers_are_floats() -> None:
    assert answer({"template": "{{ kindOf .a }}", "dataYaml": "a: 1"}) == {"out": "float64"}


def test_commands_and_groups_are_the_request_s() -> None:
    request = {
        "template": '{{ (exec "id" "-g").Stdout }} {{ (exec "no").ExitCode }} {{ groups "u" }}',
        "exec": {"id -g": {"stdout": "7"}, "no": {"exitCode": 2}},
        "groups": {"u": ["a", "b"]},
    }
    assert answer(request) == {"out": "7 2 [a b]"}


@pytest.mark.parametrize(
    ("options", "out"),
    [
        ({"delims": ["<<", ">>"], "template": "<< 1 >>"}, "1"),
        ({"missingkey": "zero", "template": "{{ .a }}"}, "<no value>"),
        ({"helmNoValue": True, "template": "{{ .a }}"}, ""),
        ({"funcs": "go", "template": '{{ define "upper" }}{{ end }}{{ len "a" }}'}, "1"),
    ],
)
def test_options(options: dict[str, Any], out: str) -> None:
    assert answer({"data": {}, **options}) == {"out": out}


def test_an_output_can_be_read_as_kubernetes_reads_it() -> None:
    assert answer({"template": "a: yes", "post": "yaml"}) == {"out": "a: yes", "obj": {"a": True}}
    told = answer({"template": "a: b: c", "post": "yaml"})["objErr"]
    assert told.startswith("error converting YAML to JSON: yaml: ")


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert json.loads(answer_line(json.dumps({"template": r'{{ "\xff" }}'}))) == {"out": "\ufffd"}


def test_a_line_that_is_no_request_is_answered() -> None:
    assert json.loads(answer_line("{"))["stage"] == "request"


def test_the_command_answers_line_by_line() -> None:
    with running(sys.executable, "-m", "tests.differential") as ours:
        assert ours.ask({"id": 1, "template": "a"}) == {"id": 1, "out": "a"}
        assert ours.ask({"id": "b", "template": "{{ env `ORACLE_TEST` }}"}) == {
            "id": "b",
            "out": "oracle-value",
        }
