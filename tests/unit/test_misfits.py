from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import attrs
import pytest
from hypothesis import given

from launcher_k8s.job import Job, Json
from launcher_k8s.misfits import Misfit, find_misfit
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobFilter, JobState, Operation
from tests.strategies import jobs


class Speaker(Protocol):
    def speak(self) -> None: ...


@attrs.frozen
class Cup:
    label: str
    note: Json = None


@attrs.frozen
class Bag:
    content: Json = None


@attrs.frozen
class Box:
    cups: tuple[Cup, ...]


FITTING: list[tuple[Any, Any]] = [
    (Bag({"any": "thing"}), Bag),
    ("a", str),
    (None, str | None),
    (1, float),
    (Decimal(1), float | Decimal),
    (True, bool),
    ([1, 2], tuple[int, ...]),
    ({"a", "b"}, Collection[str]),
    (iter([1]), Iterable[str]),
    ({"a": [{}]}, Mapping[str, Json]),
    (print, Callable[[str], object]),
    (5, Speaker),
    (Box((Cup("a", note=object()),)), Box),  # type: ignore[arg-type] # free JSON is checked elsewhere
    ("id", str | JobFilter),
    (ClusterSettings(), ClusterSettings),
]


@pytest.mark.parametrize(("value", "kind"), FITTING)
def test_what_fits_is_let_through(value: Any, kind: Any) -> None:
    assert find_misfit(value, kind) is None


@pytest.mark.parametrize(
    ("value", "kind", "path", "message"),
    [
        (1, str, "", "expected a string, not an integer"),
        (True, int, "", "expected a whole number, not a boolean"),
        (True, float, "", "expected a number, not a boolean"),
        (1, bool, "", "expected True or False, not an integer"),
        (None, str | JobFilter, "", "expected a string or a JobFilter, not None"),
        (object(), JobState, "", "expected a JobState, not object"),
        (b"ab", Sequence[bytes], "", "expected a list, not bytes"),
        ((1, "a"), tuple[int, ...], "[1]", "expected a whole number, not a string"),
        ({1}, Sequence[int], "", "expected a list, not set"),
        ({"a b": 1}, Mapping[str, str], "['a b']", "expected a string, not an integer"),
        ([], Mapping[str, str], "", "expected a dict, not a list"),
        ("f", Callable[[], None], "", "expected a function, not a string"),
        (5, Callable[[], None] | None, "", "expected a function, not an integer"),
        (Box((Cup("a"), Cup(5))), Box, ".cups[1].label", "expected a string, not an integer"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_is_told_by_its_place(value: Any, kind: Any, path: str, message: str) -> None:
    found = find_misfit(value, kind)
    assert found is not None
    assert (found.path, found.message) == (path, message)


def test_one_item_where_a_list_is_meant_is_to_be_put_into_one() -> None:
    assert find_misfit("a", Collection[str]) == Misfit(
        "", "expected a list, not a string", "put it into a list: [...]"
    )
    assert find_misfit(5, Collection[str]) == Misfit("", "expected a list, not an integer")


@pytest.mark.parametrize("value", ["stop", ["stop"]])
def test_where_one_of_few_is_meant_all_are_named(value: Any) -> None:
    found = find_misfit(value, Operation if value == "stop" else Collection[Operation])
    assert found is not None
    assert found.hint.startswith("one of Operation.SUSPEND, Operation.RESUME")


def test_a_value_is_never_shown() -> None:
    assert "planted" not in str(find_misfit({"a": b"planted"}, Mapping[str, str]))


@given(jobs())
def test_every_job_fits(job: Job) -> None:
    assert find_misfit(job, Job) is None
