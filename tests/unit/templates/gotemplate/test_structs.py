"""Values with fields and methods, as functions give them."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.functions.launcher import ExecResult
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import ErrorValue, GoError
from tests.unit.templates.gotemplate.rendering import failure, render


class Version(Struct):
    __slots__ = ()
    go_type = "*semver.Version"
    go_kind = "ptr"

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        return (("Original", "1.2"),)

    def go_method(self, name: str) -> Function | None:
        methods = {
            "Major": Function("Major", (), None, lambda: 1),
            "Plus": Function("Plus", ("int", "string"), None, lambda number, unit: f"{number + 1}{unit}"),
            "Fail": Function("Fail", ("any",), None, self._fail),
        }
        return methods.get(name)

    def _fail(self, value: Any) -> Any:
        raise GoError(f"cannot be {value}")

    def go_string(self) -> str | None:
        return "v1.2"


DATA = {"v": Version(), "e": ErrorValue("exit status 1")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{.v}}", "v1.2"),
        ("{{.v.Original}} {{.v.Major}}", "1.2 1"),
        ('{{.v.Plus 1 "m"}} {{"k" | .v.Plus 2}} {{(.v).Plus 3 `x`}}', "2m 3k 4x"),
        ('{{$v := .v}}{{$v.Major}}{{$v.Plus 1 "m"}}', "12m"),
        ('{{print (.v.Plus 1 "m")}}', "2m"),
        ("{{.e}} {{.e.Error}}", "exit status 1 exit status 1"),
        ('{{.no.Plus 1 (index "" 5)}}', "<no value>"),
        ("{{if .v}}true{{end}}", "true"),
    ],
)
def test_fields_and_methods(text: str, expected: str) -> None:
    assert render(text, DATA) == expected


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{{.v.No}}", "can't evaluate field No in type interface {}"),
        ("{{$v := .v}}{{$v.No}}", "can't evaluate field No in type *semver.Version"),
        ("{{.v.Plus}}", "wrong number of args for Plus: want 2 got 0"),
        ("{{.v.Plus 1}}", "wrong number of args for Plus: want 2 got 1"),
        ('{{.v.Plus "a" "b"}}', 'expected integer; found "a"'),
        ('{{$b := "b"}}{{.v.Plus $b 1}}', "wrong type for value; expected int; got string"),
        ("{{.v.Original 1}}", "Original has arguments but cannot be invoked as function"),
        ("{{.v.No 1}}", "can't evaluate field No in type interface {}"),
        ("{{.v.Fail 7}}", "error calling Fail: cannot be 7"),
        ("{{.e.No}}", "can't evaluate field No in type interface {}"),
    ],
)
def test_fields_and_methods_that_are_not_there(text: str, cause: str) -> None:
    assert failure(text, DATA).cause == cause


SUCCESS = {"r": ExecResult(CommandResult(0, "", "out", ""))}
FAILURE = {"r": ExecResult(CommandResult(1, "exit status 1", "", ""))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{.r.Err}}", "<nil>"),
        (
            "{{$e := .r.Err}}{{$e}}{{($e)}}{{or nil $e}}{{with $e}}{{else}}{{$e}}{{end}}",
            "<nil><nil><nil><nil>",
        ),
        ('{{template "own" .r.Err}}{{define "own"}}{{.}}{{end}}', "<nil>"),
        ('{{include "own" .r.Err}}{{define "own"}}{{.}}{{end}}', "<no value>"),
        ("{{$e := .r.Err}}{{print $e}}{{index (list $e) 0}}{{html $e}}", "<nil><no value>&lt;no value&gt;"),
        ('{{eq .r.Err nil}}{{ne .r.Err nil}}{{eq .r.Err "x"}}{{eq .r.Err .r.Err}}', "truefalsefalsetrue"),
        ("{{not .r.Err}}{{if .r.Err}}x{{end}}", "true"),
    ],
)
def test_an_error_that_is_nil_is_no_value_only_to_functions(text: str, expected: str) -> None:
    assert render(text, SUCCESS) == expected


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{{.r.Err.Error}}", "nil pointer evaluating error.Error"),
        ("{{$e := .r.Err}}{{$e.x}}", "nil pointer evaluating error.x"),
        ("{{upper .r.Err}}", "wrong type for value; expected string; got error"),
        ("{{.r.Err | upper}}", "wrong type for value; expected string; got error"),
        ("{{range .r.Err}}{{end}}", "range can't iterate over <nil>"),
        ("{{.r.Err | len}}", "error calling len: len of nil pointer"),
        ("{{index .r.Err 0}}", "error calling index: index of untyped nil"),
        ("{{index .r.Stdout .r.Err}}", "error calling index: cannot index slice/array with nil"),
        ("{{call .r.Err}}", "error calling call: call of nil"),
    ],
)
@pytest.mark.parametrize("missing", ["default", "error"])
def test_what_cannot_be_done_with_an_error_that_is_nil(text: str, cause: str, missing: str) -> None:
    assert failure(text, SUCCESS, missing=missing).cause == cause


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{.r.Err.x}}", "error"),
        ("{{(.r.Err).x}}", "error"),
        ("{{(and 1 .r.Err).x}}", "error"),
        ("{{(index (list .r.Err) 0).x}}", "*errors.errorString"),
        ("{{(list 1 .r.Err | list).x}}", "[]interface {}"),
    ],
)
def test_an_error_is_of_its_fields_type_until_a_function_gives_it(text: str, kind: str) -> None:
    assert failure(text, FAILURE).cause == f"can't evaluate field x in type {kind}"
