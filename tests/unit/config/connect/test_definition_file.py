from __future__ import annotations

import pytest

from launcher_k8s.config.connect.definition_file import read_definition_file
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.settings import ClusterDefinition, Installation
from launcher_k8s.wire import to_wire

WHOLE = """\
name: Kubernetes
images:
  - name: content:r4-py3
    python:
      installations:
        - path: /opt/python/3.10/bin/python
          version: 3.10
        - path: /opt/python/3.1/bin/python
          version: "3.1"
    r:
      installations:
        - {path: /opt/R/4.4/bin/R, version: 4.4}
    quarto:
  - name: 'content:r3'
"""


def read(text: str) -> tuple[ClusterDefinition, tuple[Diagnostic, ...]]:
    findings = Findings()
    return read_definition_file(FileText("f.yaml", text.encode()), findings), findings.diagnostics()


def test_a_definition_has_images_and_their_languages() -> None:
    definition, diagnostics = read(WHOLE)
    assert not diagnostics
    assert definition.name == "Kubernetes"
    first, second = definition.images
    assert (first.name, second.name) == ("content:r4-py3", "content:r3")
    assert first.r == (Installation("/opt/R/4.4/bin/R", "4.4"),)
    assert (first.quarto, second.python) == ((), ())


def test_versions_are_texts() -> None:
    definition, _ = read(WHOLE)
    assert [each.version for each in definition.images[0].python] == ["3.10", "3.1"]


def test_origins_are_in_the_file() -> None:
    definition, _ = read(WHOLE)
    assert str(definition.origin) == "f.yaml:2 images"
    assert [str(image.origin) for image in definition.images] == ["f.yaml:3 name", "f.yaml:14 name"]


def test_a_definition_has_a_wire_form() -> None:
    definition, _ = read("images: [{name: a, r: {installations: [{path: /r, version: 4.10}]}}]")
    (image,) = to_wire(definition)["images"]
    assert image["r"] == [{"path": "/r", "version": "4.10"}]


def test_a_name_may_be_left_out() -> None:
    definition, diagnostics = read("images: [{name: a}]")
    assert not diagnostics
    assert definition.name == ""


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "no mapping"),
        ("- a\n", 1, "no mapping"),
        ("name: x\n", 1, "images are missing"),
        ("images: r:4\n", 1, "images are no list"),
        ("images:\n- r:4\n", 2, "no image"),
        ("images:\n- r: {installations: []}\n", 2, "name is missing"),
        ("images:\n- name:\n", 2, "name is no text"),
        ("images:\n- name: ''\n", 2, "name is no text"),
        ("name: [x]\nimages: []\n", 1, "name is no text"),
        ("images:\n- name: a\n  r: 4\n", 3, "r has no installations"),
        ("images:\n- name: a\n  r: {installations: x}\n", 3, "installations are no list"),
        ("images:\n- name: a\n  r: {installations: [x]}\n", 3, "no installation"),
        ("images:\n- name: a\n  r:\n    installations:\n    - path: /r\n", 5, "version is missing"),
        ("images:\n- name: a\n  r:\n    installations:\n    - version: 4\n", 5, "path is missing"),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(text: str, line: int, said: str) -> None:
    _, (found,) = read(text)
    assert (found.code, found.location.line) == ("bad-definition", line)
    assert said in found.message
    assert found.hint


def test_all_that_does_not_fit_is_told_and_the_rest_is_read() -> None:
    definition, diagnostics = read("images:\n- a\n- name: b\n  r: 4\n- name: <c>\n- name: d\n")
    assert [image.name for image in definition.images] == ["b", "d"]
    assert [(found.code, found.location.line) for found in diagnostics] == [
        ("bad-definition", 2),
        ("bad-definition", 4),
        ("placeholder", 5),
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("image: []\nimages: []\n", "images"),
        ("images:\n- name: a\n  pyhton: {installations: []}\n", "python"),
        ("images:\n- name: a\n  r: {installations: [{path: /r, version: 4, versoin: 5}]}\n", "version"),
    ],
)
def test_a_misspelt_key_is_told(text: str, meant: str) -> None:
    _, (found,) = read(text)
    assert (found.code, found.hint) == ("misspelt-key", f"did you mean {meant}?")


def test_keys_that_connect_may_add_are_passed_over() -> None:
    _, diagnostics = read("images:\n- name: a\n  tensorflow: {installations: []}\n  default: true\n")
    assert not diagnostics


def test_what_is_no_yaml_is_told_once() -> None:
    definition, (found,) = read("images: [\n")
    assert found.code == "bad-yaml"
    assert definition.images == ()
