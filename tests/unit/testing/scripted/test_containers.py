from __future__ import annotations

from typing import Any

from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.testing.scripted.containers import Containers, program_of


def pod(*names: str, init: tuple[str, ...] = ()) -> dict[str, Any]:
    """A pod whose containers run programs of their own names."""
    specs = [{"name": name, "image": "any", "command": [name, "-x"]} for name in names]
    steps = [{"name": name, "image": "any"} for name in init]
    return {"spec": {"containers": specs} | ({"initContainers": steps} if init else {})}


def test_without_a_name_the_job_is_meant_or_else_the_first() -> None:
    injected = Containers.of(pod("proxy", MAIN_CONTAINER)).named("")
    other = Containers.of(pod("a", "b", init=("first",))).named("")

    assert injected is not None
    assert injected.name == MAIN_CONTAINER
    assert other is not None
    assert other.name == "a"


def test_init_containers_are_known_by_name_too() -> None:
    containers = Containers.of(pod("a", init=("first",)))
    found = containers.named("first")

    assert found is not None
    assert found.init
    assert containers.named("other") is None


def test_the_specs_are_those_of_the_pod_and_not_kept() -> None:
    containers = Containers.of(pod("a"))

    (seen,) = containers.with_specs(pod("a")).main

    assert seen.spec["image"] == "any"
    assert "image" not in containers.main[0].spec


def test_a_program_is_that_of_the_container_and_a_shell_where_none_is_named() -> None:
    assert program_of(pod("a", "b", init=("first",)), "b") == "b"
    assert program_of(pod("a", "b", init=("first",)), "first") == "sh"
