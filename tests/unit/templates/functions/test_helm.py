from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.functions.helm import HELM_REGISTRY, LAUNCHER_REGISTRY
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.govalues.values import GoError


@pytest.mark.parametrize("value", [None, ""])
def test_what_is_required_must_be_there(value: Any) -> None:
    with pytest.raises(GoError, match="an image is needed"):
        LAUNCHER_REGISTRY["required"].call("an image is needed", value)


@pytest.mark.parametrize("value", [0, False, [], {}, "x"])
def test_any_other_value_is_there(value: Any) -> None:
    assert LAUNCHER_REGISTRY["required"].call("", value) is value


@pytest.mark.parametrize(
    "template", ['{{ include "part" 1 }}', '{{ tpl "[{{ . }}]" 1 }}', '{{ 1 | include "part" | print }}']
)
def test_the_engine_answers_what_renders(template: str) -> None:
    texts = {"job.tpl": '{{ define "part" }}[{{ . }}]{{ end }}' + template}
    assert Engine(launcher_functions()).compile(texts).render("job.tpl", None) == "[1]"


def test_nothing_is_looked_up() -> None:
    assert LAUNCHER_REGISTRY["lookup"].call("v1", "Pod", "default", "p") == {}


def test_helm_asks_no_name_server() -> None:
    assert HELM_REGISTRY["getHostByName"].call("db") == ""
