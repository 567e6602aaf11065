from __future__ import annotations

import pytest

from tests.memory_files import PROFILES, RESOURCES, findings_of, only_finding


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("container-images=r:5, r:4;r:3", "r:4;r:3"),
        ("container-images=r:5, r:4 r:3", "r:4 r:3"),
        ("default-container-image=r:4;r:3", "r:4;r:3"),
        ("default-container-image='r:4'", "'r:4'"),
        ("placement-constraints=node, zone=a", "zone=a"),
        ("placement-constraints=node, zone:a zone:b", "zone:a zone:b"),
    ],
)
def test_a_name_that_can_exist_nowhere_is_underlined(line: str, word: str) -> None:
    finding = only_finding({PROFILES: f"[*]\n{line}\n"})
    place = finding.location
    assert finding.code == "impossible-name"
    assert place.source[place.column - 1 : place.column - 1 + place.length] == word


def test_a_label_with_an_equals_sign_is_told_with_a_colon() -> None:
    assert only_finding({PROFILES: "[*]\nplacement-constraints=zone=a\n"}).hint == "write zone:a"


def test_a_resource_profiles_label_is_told_at_its_line() -> None:
    text = "[gpu]\ncpus=1\nmem-mb=512\nplacement-constraints=gpu=a100\n"
    (finding,) = findings_of({RESOURCES: text})["impossible-name"]
    assert (finding.location.line, finding.location.column, finding.hint) == (4, 23, "write gpu:a100")


@pytest.mark.parametrize(
    "line",
    [
        "container-images=registry.example.org:5000/team/r-session:4.5-jammy,r@sha256:ab",
        "placement-constraints=eks.amazonaws.com/compute-type:fargate,node,a_b:c.d-e",
    ],
)
def test_others_are_fine(line: str) -> None:
    assert "impossible-name" not in findings_of({PROFILES: f"[*]\n{line}\n"})


@pytest.mark.parametrize(
    "label", ["-bad:ok", "ok:-bad", "ok:bad.", "a/b/c:ok", "/name:ok", "Upper.example/x:ok", f"{'a' * 64}:ok"]
)
def test_a_label_that_no_node_can_have_is_told(label: str) -> None:
    assert only_finding({PROFILES: f"[*]\nplacement-constraints={label}\n"}).code == "impossible-name"


@pytest.mark.parametrize(
    "label", ["node", "az:us-east", "eks.amazonaws.com/compute-type:fargate", "a_b.c:D-1", f"{'a' * 63}:x"]
)
def test_a_label_that_a_node_can_have_is_fine(label: str) -> None:
    assert findings_of({PROFILES: f"[*]\nplacement-constraints={label}\n"}) == {}


def test_one_image_is_not_told_to_be_a_list() -> None:
    hint = only_finding({PROFILES: "[*]\ndefault-container-image=UPPER CASE\n"}).hint
    assert hint.startswith("write one image")
