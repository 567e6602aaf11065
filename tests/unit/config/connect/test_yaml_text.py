from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config.connect.yaml_text import (
    DEEPEST,
    LARGEST,
    YamlList,
    YamlMapping,
    YamlNode,
    YamlText,
    parse_yaml,
)
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Diagnostic


def parse(text: str | bytes) -> tuple[YamlNode | None, tuple[Diagnostic, ...]]:
    findings = Findings()
    data = text if isinstance(text, bytes) else text.encode()
    return parse_yaml(FileText("f", data), findings), findings.diagnostics()


def value_of(text: str | bytes) -> Any:
    node, diagnostics = parse(text)
    assert not diagnostics
    assert node is not None
    return plain(node)


def plain(node: YamlNode) -> Any:
    match node:
        case YamlText():
            return None if node.is_null else node.text
        case YamlList():
            return [plain(item) for item in node.items]
        case YamlMapping():
            return {key: plain(item) for key, item in node.members.items()}


def problem_of(text: str | bytes) -> Diagnostic:
    node, (diagnostic,) = parse(text)
    assert node is None
    return diagnostic


@pytest.mark.parametrize(
    "text", ["3.10", "1e3", "0x10", "010", "yes", "2024-01-01", "1_000", ".inf", "=", "<<"]
)
def test_a_scalar_stays_the_text_that_it_is(text: str) -> None:
    assert value_of(f"a: {text}") == {"a": text}


def test_quotes_are_no_part_of_a_text() -> None:
    assert value_of("a: '3.10'\nb: \"x\\ty\"\nc: |\n  d\n") == {"a": "3.10", "b": "x\ty", "c": "d\n"}


@pytest.mark.parametrize(("text", "value"), [("a:", None), ("a: ~", None), ("a: null", None), ("a: ''", "")])
def test_only_what_is_written_plain_is_null(text: str, value: str | None) -> None:
    assert value_of(text) == {"a": value}


@pytest.mark.parametrize("text", ["", "# comment\n", "---\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_document_is_null(text: str | bytes) -> None:
    assert value_of(text) is None


def test_a_text_may_be_tagged_as_one() -> None:
    assert value_of("a: !!str 1\nb: ! 2") == {"a": "1", "b": "2"}


def test_an_anchor_that_nothing_refers_to_does_no_harm() -> None:
    assert value_of("a: &x 1") == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "said", "line", "column"),
    [
        ("a: &x [1]\nb: *x\n", "alias", 2, 4),
        ("a: !!python/object/apply:os.system [x]\n", "tag", 1, 4),
        ("a: !!int 1\n", "tag", 1, 4),
        ("!x a: 1\n", "tag", 1, 1),
        ("a: 1\n---\nb: 2\n", "second document", 2, 1),
        ("? [a]\n: 1\n", "a key is a list", 1, 3),
        ("a: [\n", "not YAML", 2, 1),
        ("a: 1\n\tb: 2\n", "a tab: YAML indents with spaces", 2, 1),
        ("[" * (DEEPEST + 2), "nesting", 1, DEEPEST + 2),
    ],
)
def test_what_is_not_read_is_refused_at_its_place(text: str, said: str, line: int, column: int) -> None:
    found = problem_of(text)
    assert (found.code, found.location.line, found.location.column) == ("bad-yaml", line, column)
    assert said in found.message
    assert found.hint


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    assert "alias" in problem_of(f"a0: &a0 [x]\n{levels}").message


def test_a_control_character_is_refused() -> None:
    assert problem_of("a: \x01").code == "bad-yaml"


def test_a_file_larger_than_anybody_writes_is_refused() -> None:
    assert "bytes" in problem_of("#" * (LARGEST + 1)).message


@pytest.mark.parametrize("data", [b"a: \0", b"\xff\xfea\0", b"a: 1\nb: \xff"])
def test_a_file_that_is_no_text_is_refused(data: bytes) -> None:
    assert problem_of(data).code == "not-text"


def test_a_byte_that_is_not_utf8_is_told_at_its_line() -> None:
    location = problem_of(b"a: 1\nb: \xff").location
    assert (location.line, location.column) == (2, 4)


def test_a_key_that_stands_twice_is_told_and_the_first_kept() -> None:
    node, (found,) = parse("a: 1\nb: 2\na: 3\n")
    assert node is not None
    assert plain(node) == {"a": "1", "b": "2"}
    assert (found.code, found.location.line) == ("duplicate-key", 3)
    assert "line 1" in found.message


def test_each_part_has_its_place() -> None:
    node, _ = parse("x: 1\nimages:\n  - name: r:4  # here\n")
    assert isinstance(node, YamlMapping)
    images = node.members["images"]
    assert isinstance(images, YamlList)
    (image,) = images.items
    assert isinstance(image, YamlMapping)
    name = image.members["name"].location
    assert (name.line, name.column, name.length, name.source) == (3, 11, 3, "  - name: r:4  # here")


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    node, _ = parse("a: 'x\u2028\x85y'\nb: z\n")
    assert isinstance(node, YamlMapping)
    assert (node.places["b"].line, node.places["b"].column) == (2, 1)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"%@`,?#\n \t~0."), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    node, diagnostics = parse(text)
    assert (node is None) == any(found.code == "bad-yaml" for found in diagnostics)
