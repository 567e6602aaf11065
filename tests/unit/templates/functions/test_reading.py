"""What functions count that look at much and make little."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.errors import TemplateRenderError
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.gotemplate.limits import Limits
from launcher_k8s.templates.govalues.allowance import Allowance, allowing

LENGTH = 5_000
TEXT = "a" * LENGTH
SAME = TEXT[1:] + "a"


def spent(name: str, *args: Any) -> int:
    allowance = Allowance(1 << 40)
    with allowing(allowance):
        launcher_functions()[name].call(*args)
    return allowance.limit - allowance.left


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("contains", ("b", TEXT)),
        ("sha256sum", (TEXT,)),
        ("trunc", (5, TEXT)),
        ("trim", (" " * LENGTH,)),
        ("replace", ("a", "", TEXT)),
        ("splitList", (",", TEXT)),
        ("eq", (TEXT, SAME)),
        ("deepEqual", (TEXT, SAME)),
        ("lt", (TEXT, SAME)),
        ("len", ("é" * LENGTH,)),
        ("index", (TEXT, 1)),
        ("index", ({}, TEXT)),
        ("hasKey", ({}, TEXT)),
        ("get", ({}, TEXT)),
        ("set", ({}, TEXT, 1)),
        ("has", (-1, list(range(LENGTH)))),
        ("int", (TEXT,)),
        ("quote", ("é" * LENGTH,)),
        ("semverCompare", ("1", "1.2.3-" + TEXT)),
        ("regexMatch", ("b", TEXT)),
    ],
)
def test_a_long_text_counts_each_time_it_is_looked_at(name: str, args: tuple[Any, ...]) -> None:
    assert spent(name, *args) >= LENGTH


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("default", (TEXT, "")),
        ("ternary", (TEXT, SAME, True)),
        ("len", (TEXT,)),
        ("first", ([1] * LENGTH,)),
        ("kindOf", (TEXT,)),
        ("contains", ("b", "abc")),
        ("eq", ("a", "b")),
    ],
)
def test_what_takes_no_longer_for_more_counts_nothing(name: str, args: tuple[Any, ...]) -> None:
    assert spent(name, *args) == 0


def test_a_loop_that_only_looks_at_a_text_comes_to_its_end() -> None:
    engine = Engine(launcher_functions(), limits=Limits(made=10 * LENGTH))
    compiled = engine.compile({"job.tpl": '{{range until 100}}{{contains "b" $}}{{end}}'})
    with pytest.raises(TemplateRenderError, match="more than 50000 characters of values made in one render"):
        compiled.render("job.tpl", TEXT)


def test_a_long_pattern_counts_for_each_character_of_the_text() -> None:
    assert spent("regexMatch", "a" * 400 + "b", TEXT) > 10 * spent("regexMatch", "ab", TEXT)


def test_constraints_count_as_they_take_longer() -> None:
    assert spent("semverCompare", ">= 1, " * 10 + "< 3", "1.2.3") < 5_000
    assert spent("semverCompare", "1." + "0" * 999, "1.2.3") >= 1_000_000
