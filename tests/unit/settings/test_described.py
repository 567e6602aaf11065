"""Each option of each file is described whole, in the one table from which the reference pages are made."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest

from launcher_k8s import settings
from launcher_k8s.options import Option, ValueKind
from launcher_k8s.settings import ClusterSettings, UserProfile

DESCRIBED = [
    value
    for value in (getattr(settings, name) for name in settings.__all__)
    if attrs.has(value) and any("option" in field.metadata for field in attrs.fields(value))
]
NUMBERS = (ValueKind.NUMBER, ValueKind.COUNT, ValueKind.RATIO)


def options() -> Iterator[tuple[str, Option]]:
    for described in DESCRIBED:
        for field in attrs.fields(described):
            if option := field.metadata.get("option"):
                yield f"{described.__name__} {option.key}", option


@pytest.mark.parametrize(("name", "option"), [*options()])
def test_an_option_has_a_sentence_a_source_and_for_numbers_a_unit(name: str, option: Option) -> None:
    assert option.doc.endswith(".")
    assert option.doc[0].isupper()
    assert option.source
    assert bool(option.unit) == (option.kind in NUMBERS)


def test_no_section_has_a_key_twice() -> None:
    names = [name for name, _ in options()]
    assert len(names) == len(set(names))


def test_every_file_has_its_options() -> None:
    assert {described.__name__ for described in DESCRIBED} == {
        "ClusterSettings",
        "ConnectLauncher",
        "ConnectServer",
        "LauncherCluster",
        "LauncherServer",
        "ResourceProfile",
        "UserProfile",
    }


def test_a_default_that_depends_is_said_in_words() -> None:
    assert (
        attrs.fields(ClusterSettings).thread_pool_size.metadata["option"].unset == "twice the number of CPUs"
    )


def test_a_default_and_what_holds_without_it_are_not_both_told() -> None:
    for described in (ClusterSettings, UserProfile):
        for field in attrs.fields(described):
            option = field.metadata.get("option")
            if option and option.unset:
                assert field.default is None
