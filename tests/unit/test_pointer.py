from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s import pointer

# RFC 6901, section 5.
EXAMPLES = {
    "": (),
    "/foo": ("foo",),
    "/foo/0": ("foo", "0"),
    "/": ("",),
    "/a~1b": ("a/b",),
    "/c%d": ("c%d",),
    "/m~0n": ("m~n",),
    "/~01": ("~1",),
    "/spec/template/spec/volumes/-": ("spec", "template", "spec", "volumes", "-"),
}


@pytest.mark.parametrize(("text", "tokens"), EXAMPLES.items())
def test_reads_what_the_rfc_shows(text: str, tokens: tuple[str, ...]) -> None:
    assert pointer.parse(text) == tokens
    assert pointer.format(tokens) == text


@given(st.lists(st.text().filter(lambda token: not re.search(r"\[(-|[0-9]+)\]", token))))
def test_any_names_survive_the_way_there_and_back(tokens: list[str]) -> None:
    assert pointer.parse(pointer.format(tokens)) == tuple(tokens)


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("/spec/containers/[0]/image", "/spec/containers/0/image"),
        ("/spec/containers[0]/image", "/spec/containers/0/image"),
        ("/spec/volumes/[-]", "/spec/volumes/-"),
        ("spec/containers/[10]", "/spec/containers/10"),
        ("spec/template", "/spec/template"),
        ("spec.template.spec", "/spec/template/spec"),
        (".spec.containers[0].image", "/spec/containers/0/image"),
        ("spec", "/spec"),
    ],
)
def test_says_what_to_write_instead(text: str, write: str) -> None:
    with pytest.raises(ValueError, match="write") as caught:
        pointer.parse(text)
    assert str(caught.value).endswith(f"write {write!r}")


@pytest.mark.parametrize("text", ["/a~", "/a~2b", "/~~0"])
def test_refuses_a_tilde_that_escapes_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="write ~0 for ~ and ~1 for /"):
        pointer.parse(text)
