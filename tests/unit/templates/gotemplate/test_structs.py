"""Values with fields and methods, as functions give them."""

from __future__ import annotations

from typing import Any

import pytest

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
