from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import attrs
import msgspec
import pytest

from launcher_k8s.attributes import changed, fields_of, has_fields, reader_of
from launcher_k8s.decisions import Decision


@pytest.mark.parametrize(("names", "read"), [((), ()), (("a",), (1,)), (("b", "a"), ([2], 1))])
def test_however_few_are_read_they_come_as_a_tuple_in_order(
    names: tuple[str, ...], read: tuple[object, ...]
) -> None:
    assert reader_of(names)(SimpleNamespace(a=1, b=[2])) == read


@attrs.frozen
class Odd:
    """Fields that are not called as their arguments, have a converter, go by name, or are no arguments."""

    plain: int
    _hidden: str
    renamed: list[int] = attrs.field(factory=list, alias="numbers")
    converted: int = attrs.field(default=0, converter=int)
    named: str = attrs.field(default="", kw_only=True)
    derived: int = attrs.field(init=False, default=7)


@pytest.mark.parametrize(
    "changes", [{}, {"plain": 2}, {"hidden": "y", "converted": "5"}, {"numbers": [1], "named": "z"}]
)
def test_a_changed_value_is_that_of_evolve(changes: dict[str, Any]) -> None:
    value = Odd(1, "x", [4], "2", named="a")
    assert changed(value, **changes) == attrs.evolve(value, **changes)


def test_what_is_no_field_cannot_be_changed() -> None:
    with pytest.raises(KeyError, match="odd"):
        changed(Odd(1, "x"), odd=1)


class Plain(msgspec.Struct, frozen=True):
    """A struct with a field that must be given, and one that is made anew."""

    given: int
    text: str = "x"
    items: list[int] = msgspec.field(default_factory=list)


def test_a_struct_has_the_fields_that_it_would_have_with_attrs() -> None:
    alike = attrs.make_class(
        "Plain",
        {
            "given": attrs.field(type=int),
            "text": attrs.field(default="x", type=str),
            "items": attrs.field(factory=list, type=list[int]),
        },
    )
    assert fields_of(Plain) == tuple(attrs.fields(alike))


@pytest.mark.parametrize(("kind", "is_ours"), [(Decision, True), (Odd, True), (Plain, False), (dict, False)])
def test_values_are_of_attrs_or_structs_of_ours(kind: type[object], is_ours: bool) -> None:
    assert has_fields(kind) is is_ours
