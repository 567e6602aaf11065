from __future__ import annotations

from types import SimpleNamespace

import pytest

from launcher_k8s.attributes import reader_of


@pytest.mark.parametrize(("names", "read"), [((), ()), (("a",), (1,)), (("b", "a"), ([2], 1))])
def test_however_few_are_read_they_come_as_a_tuple_in_order(
    names: tuple[str, ...], read: tuple[object, ...]
) -> None:
    assert reader_of(names)(SimpleNamespace(a=1, b=[2])) == read
