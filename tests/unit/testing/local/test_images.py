"""Names of images; messages compared with a kubelet 1.36."""

from __future__ import annotations

import pytest

from launcher_k8s.testing.local.images import Images, image_id, name_problem, pull_problem


def test_every_image_is_there_unless_a_test_says_otherwise() -> None:
    images = Images()
    assert images.has("any")
    images.missing("any", "other")
    assert not images.has("any")
    images.present("any")
    assert (images.has("any"), images.has("other")) == (True, False)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("nothere", "docker.io/library/nothere:latest"),
        ("some/one:2", "docker.io/some/one:2"),
        ("localhost/x:1", "localhost/x:1"),
        ("registry.example:5000/x", "registry.example:5000/x:latest"),
    ],
)
def test_a_missing_image_is_told_by_its_full_name(name: str, full: str) -> None:
    assert pull_problem(name).endswith(f"{full}: not found")


@pytest.mark.parametrize(
    "name", ["x", "r:4", "a/b-c__d/e.f:1.2", "localhost/x:1", f"x@sha256:{'a' * 64}", "h:5000/x"]
)
def test_usual_names_are_fine(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ok:bad tag", "invalid reference format"),
        ("Bad//NAME", "invalid reference format: repository name (/NAME) must be lowercase"),
        ("UPPER:1", "invalid reference format: repository name (library/UPPER) must be lowercase"),
        ("a//b", "invalid reference format"),
    ],
)
def test_other_names_are_refused_in_the_runtimes_words(name: str, problem: str) -> None:
    assert name_problem(name) == problem


def test_an_id_is_always_the_same() -> None:
    assert image_id("x") == image_id("x") != image_id("y")
    assert image_id("x").startswith("sha256:")
