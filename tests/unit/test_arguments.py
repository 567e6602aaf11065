from __future__ import annotations

import inspect

import pytest

from launcher_k8s.arguments import checked
from launcher_k8s.errors import ConfigurationError, InvalidJobError
from launcher_k8s.job import Job
from launcher_k8s.settings import ClusterSettings


@checked
def repeat(text: str, *, times: int = 1) -> str:
    return text * times


@checked
async def later(job: Job, settings: ClusterSettings | None = None) -> str:
    return job.name


def test_arguments_that_fit_are_passed_on() -> None:
    assert repeat("a", times=2) == "aa"


@pytest.mark.parametrize(
    ("args", "options", "what"),
    [((1,), {}, "text"), ((), {"text": None}, "text"), (("a",), {"times": "2"}, "times")],
)
def test_an_argument_that_does_not_fit_is_named(
    args: tuple[object, ...], options: dict[str, object], what: str
) -> None:
    with pytest.raises(InvalidJobError, match=f"^{what}: expected") as error:
        repeat(*args, **options)  # type: ignore[arg-type] # the mistake under test
    assert error.value.what == what


def test_a_missing_argument_is_pythons_own_error() -> None:
    with pytest.raises(TypeError, match="missing"):
        repeat()  # type: ignore[call-arg] # the mistake under test


async def test_a_coroutine_function_stays_one_and_refuses_when_awaited() -> None:
    assert inspect.iscoroutinefunction(later)
    assert await later(Job(name="a")) == "a"
    refused = later({"name": "a"})  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(InvalidJobError, match=r"job: expected a Job, not an object \(.*from_wire"):
        await refused


async def test_settings_are_a_configuration() -> None:
    @checked
    def connect(settings: ClusterSettings) -> None: ...

    with pytest.raises(
        ConfigurationError, match=r"settings: expected .*, not a string \(give settings.cluster"
    ):
        connect("/etc/rstudio")  # type: ignore[arg-type] # the mistake under test
