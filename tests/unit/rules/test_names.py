from __future__ import annotations

import pytest

from launcher_k8s.rules.names import (
    is_data_key,
    is_env_name,
    is_label_value,
    is_loose_env_name,
)


@pytest.mark.parametrize("value", ["", "a", "A_b-c.1", "x" * 63])
def test_label_values(value: str) -> None:
    assert is_label_value(value)


@pytest.mark.parametrize("value", ["-", "a-", ".a", "x" * 64, "a b", "a\n"])
def test_no_label_values(value: str) -> None:
    assert not is_label_value(value)


@pytest.mark.parametrize(
    ("key", "fits"), [("a.B-_1", True), (".", False), ("..", False), ("", False), ("a/b", False)]
)
def test_keys_of_secrets(key: str, fits: bool) -> None:
    assert is_data_key(key) == fits


@pytest.mark.parametrize(
    ("name", "strict", "loose"),
    [
        ("PATH", True, True),
        ("a.b-c_1", True, True),
        ("1A", False, True),
        ("A B", False, True),
        ("A=B", False, False),
        ("", False, False),
        ("A\x7f", False, False),
        ("Ä", False, False),
    ],
)
def test_names_of_variables(name: str, strict: bool, loose: bool) -> None:
    assert (is_env_name(name), is_loose_env_name(name)) == (strict, loose)
