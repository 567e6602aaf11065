from __future__ import annotations

import pytest

from launcher_k8s.templates.yaml.key_order import natural_order


@pytest.mark.parametrize(
    "ordered",
    [
        ["_", "1", "B", "a9", "a10"],
        ["-", "_", "A2", "a1", "a9", "a10", "é"],
        ["v1.2", "v1.9", "v1.10"],
        ["a", "a-b", "a.b/c", "a_b", "ab"],
        ["a1", "a01"],
        ["", "a"],
        ["a101", "a1002"],
    ],
)
def test_keys_are_in_their_natural_order(ordered: list[str]) -> None:
    assert natural_order(reversed(ordered)) == ordered


def test_a_number_that_goes_on_comes_last_unless_digits_are_first() -> None:
    assert natural_order(["x1", "x1a"]) == ["x1", "x1a"]
    assert natural_order(["1a", "10"]) == ["10", "1a"]
    assert natural_order(["1a", "10"], digits_first=True) == ["1a", "10"]
