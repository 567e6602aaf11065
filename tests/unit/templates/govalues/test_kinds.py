from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.templates.govalues.kinds import is_nil, kind_name, type_name
from launcher_k8s.templates.govalues.values import (
    MISSING,
    ErrorValue,
    Int32,
    Int64,
    IntList,
    ListOfLists,
    NilList,
    NilMap,
    NilStringList,
    StringList,
    StringMap,
    Uint8,
)


@pytest.mark.parametrize(
    ("value", "name", "kind"),
    [
        ("", "string", "string"),
        (True, "bool", "bool"),
        (1, "int", "int"),
        (Int64(1), "int64", "int64"),
        (Int32(1), "int32", "int32"),
        (Uint8(1), "uint8", "uint8"),
        (1.0, "float64", "float64"),
        (1j, "complex128", "complex128"),
        (b"", "[]uint8", "slice"),
        ([], "[]interface {}", "slice"),
        (NilList(), "[]interface {}", "slice"),
        (StringList(), "[]string", "slice"),
        (IntList(), "[]int", "slice"),
        (ListOfLists(), "[][]interface {}", "slice"),
        ({}, "map[string]interface {}", "map"),
        (NilMap(), "map[string]interface {}", "map"),
        (StringMap(), "map[string]string", "map"),
        (ErrorValue("x"), "*errors.errorString", "ptr"),
        (None, "<nil>", "invalid"),
        (MISSING, "<nil>", "invalid"),
    ],
)
def test_values_have_the_names_of_go(value: Any, name: str, kind: str) -> None:
    assert (type_name(value), kind_name(value)) == (name, kind)


@pytest.mark.parametrize("value", [None, MISSING, NilList(), NilStringList(), NilMap()])
def test_nil_is_nil(value: Any) -> None:
    assert is_nil(value)


@pytest.mark.parametrize("value", [[], {}, "", 0, False, StringList(), StringMap()])
def test_what_is_only_empty_is_not_nil(value: Any) -> None:
    assert not is_nil(value)
