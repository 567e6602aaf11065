from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.functions.host import REGISTRY
from launcher_k8s.templates.govalues.values import GoError


@pytest.fixture
def user(effects: Any) -> Any:
    effects.variables = {"USER": "ada", "*": "star", "1": "one"}
    return effects


def test_a_variable_that_is_not_set_is_empty(user: Any) -> None:
    assert REGISTRY["env"].call(user, "USER") == "ada"
    assert REGISTRY["env"].call(user, "HOME") == ""


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$USER/${USER}", "ada/ada"),
        ("$USERS-$", "-$"),
        ("${}x", "x"),
        ("${USER", "USER"),
        ("$*$12", "starone2"),
        ("$-a $é", "a $é"),
    ],
)
def test_expanding_reads_references_as_gos_shell_syntax(user: Any, text: str, expanded: str) -> None:
    assert REGISTRY["expandenv"].call(user, text) == expanded


def test_a_host_has_one_of_its_addresses(effects: Any) -> None:
    effects.addresses = ["10.0.0.1", "10.0.0.2"]
    assert REGISTRY["getHostByName"].call(effects, "db") in effects.addresses


def test_a_host_without_addresses_is_gos_panic(effects: Any) -> None:
    with pytest.raises(GoError, match="invalid argument to Intn"):
        REGISTRY["getHostByName"].call(effects, "nowhere")
