from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.functions.paths import REGISTRY

PATHS = st.lists(st.sampled_from(["/", "a", "b.c", ".", "..", "é"]), max_size=8).map("".join)


def call(name: str, path: str) -> object:
    return REGISTRY[name].call(path)


@pytest.mark.parametrize(
    ("path", "base", "directory", "extension"),
    [
        ("", ".", ".", ""),
        ("/", "/", "/", ""),
        ("a/b.tar.gz", "b.tar.gz", "a", ".gz"),
        ("/a/", "a", "/a", ""),
        ("a.b/c", "c", "a.b", ""),
        (".profile", ".profile", ".", ".profile"),
    ],
)
def test_the_parts_of_a_path(path: str, base: str, directory: str, extension: str) -> None:
    assert [call(name, path) for name in ("base", "dir", "ext")] == [base, directory, extension]


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("", "."),
        ("a//b/./c/..", "a/b"),
        ("/../a", "/a"),
        ("../../a", "../../a"),
        ("a/..", "."),
        ("//a", "/a"),
    ],
)
def test_cleaning(path: str, cleaned: str) -> None:
    assert call("clean", path) == cleaned


@given(PATHS)
def test_cleaning_agrees_with_python_but_for_two_slashes_in_front(path: str) -> None:
    expected = posixpath.normpath(path)
    assert call("clean", path) == ("/" + expected.lstrip("/") if expected.startswith("//") else expected)


def test_the_systems_paths_are_the_same() -> None:
    assert call("osBase", "/a/b") == "b"
    assert call("osIsAbs", "/a") is call("isAbs", "/") is True
    assert call("isAbs", "a") is False
