from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.decisions import Refusal, Trail
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.job import Container, EnvVar, Job, Mount, MountSource
from launcher_k8s.rules.contents import check_contents
from tests.strategies import jobs, json_values


def refusals(job: Job) -> list[Refusal]:
    trail = Trail()
    check_contents(job, user="jane", trail=trail)
    return trail.refusals


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else 1


@given(job=jobs())
def test_any_text_but_nul_is_taken(job: Job) -> None:
    assert refusals(job) == []


@given(before=json_values, after=json_values, text=st.text(max_size=3), bad=st.sampled_from(["\0", "\ud800"]))
def test_nul_and_half_characters_are_found_wherever_they_hide(
    before: Any, after: Any, text: str, bad: str
) -> None:
    metadata = {"a": [before, {"b": [f"{text}{bad}", after]}]}
    assert len(refusals(Job.shell("x", metadata=metadata))) == 1


@pytest.mark.parametrize(
    ("options", "what", "problem"),
    [
        ({"name": "a\0b"}, "name", "holds a NUL character"),
        ({"args": ("a", "b\0")}, "args[1]", "holds a NUL character"),
        ({"tags": ("\0",)}, "tags[0]", "holds a NUL character"),
        ({"working_directory": "/\0"}, "workingDirectory", "holds a NUL character"),
        ({"environment": (EnvVar("A", "\0"),)}, "environment[0].value", "holds a NUL character"),
        ({"environment": (EnvVar("A", "\ud800"),)}, "environment[0].value", "holds half a character"),
        ({"stdin": "a\0b"}, "stdin", "holds a NUL character"),
        ({"stdin": "\udcff"}, "stdin", "holds half a character"),
        ({"metadata": {"a": {"b": ["\0"]}}}, "metadata.a.b[0]", "holds a NUL character"),
        ({"metadata": {"\0": 1}}, "metadata", "the key '\\x00' holds a NUL character"),
        ({"metadata": {"a": float("nan")}}, "metadata.a", "nan is no number"),
        ({"metadata": {"a": float("inf")}}, "metadata.a", "inf is no number"),
        ({"metadata": {"a": [print]}}, "metadata.a[0]", "builtin_function_or_method is no value that JSON"),
        ({"metadata": {"a/b": 2**63}}, "metadata['a/b']", "the number is outside the range of 64 bits"),
        ({"init_containers": ({"args": ["\0"]},)}, "initContainers[0].args[0]", "holds a NUL"),
        ({"init_containers": ({"a": float("nan")},)}, "initContainers[0].a", "nan is no number"),
        ({"container": Container(capabilities_add=("\0",))}, "container.capabilitiesAdd[0]", "holds a NUL"),
        (
            {"mounts": (Mount("/a", MountSource("passthrough", {"emptyDir": {"medium": "\0"}})),)},
            "mounts[0].mountSource.source.emptyDir.medium",
            "holds a NUL",
        ),
    ],
)
def test_a_refusal_names_the_jobs_field(options: dict[str, Any], what: str, problem: str) -> None:
    [refusal] = refusals(Job(**({"name": "x", "exe": "x"} | options)))
    assert refusal.what == what
    assert refusal.message.startswith(f"the job of user 'jane', {what}: {problem}")


def test_a_value_is_never_told() -> None:
    [refusal] = refusals(Job.shell("x", env={"PASSWORD": "planted\0"}))
    assert "planted" not in str(refusal)


def test_a_backslash_before_digits_is_no_nul() -> None:
    assert refusals(Job.shell("x", stdin="\\u0000")) == []


def test_a_hundred_levels_are_taken() -> None:
    assert refusals(Job.shell("x", metadata=nested(99))) == []


@pytest.mark.parametrize("levels", [100, 900])
def test_what_is_nested_too_deeply_ends_the_planning(levels: int) -> None:
    with pytest.raises(InvalidJobError, match="metadata: nested more than 100 levels deep"):
        refusals(Job.shell("x", metadata=nested(levels)))


def test_what_holds_itself_is_nested_too_deeply() -> None:
    endless: dict[str, Any] = {}
    endless |= {"a": endless, "b": [endless, endless]}
    with pytest.raises(InvalidJobError, match="metadata: nested more than 100 levels deep"):
        refusals(Job.shell("x", metadata=endless))
