from __future__ import annotations

import pytest

from launcher_k8s.decisions import DecisionKind
from tests.rules_cases import decide, everyone


def test_the_jobs_own_image_is_taken() -> None:
    outcome = decide(everyone(default_container_image="r:1"), image="r:2")
    assert outcome.image == "r:2"
    assert outcome.decision("image").kind is DecisionKind.STATED


def test_without_one_the_default_is_taken() -> None:
    outcome = decide(everyone(default_container_image="r:1"), image="")
    assert outcome.image == "r:1"
    assert outcome.decision("image").kind is DecisionKind.DEFAULTED


def test_without_any_the_job_is_refused() -> None:
    refusal = decide(everyone(container_images=["r:1"]), image="").refusal
    assert refusal.message == (
        "the job of user 'jane' names no image, and default-container-image is not set (default)"
    )
    assert refusal.hint == "name one, such as r:1"


def test_an_unknown_image_is_allowed_unless_forbidden() -> None:
    assert decide(everyone(container_images=["r:1"]), image="r:2").refusals == []


def test_an_unknown_image_is_refused_where_it_is_forbidden_naming_the_allowed_ones() -> None:
    cluster = everyone(container_images=["r:4.1", "python:3"], allow_unknown_images=False)
    refusal = decide(cluster, image="r:4.2").refusal
    assert refusal.message == (
        "user 'jane' may not use the image 'r:4.2' (job): allow-unknown-images is 0 (code), and "
        "container-images allows r:4.1, python:3 (code)"
    )
    assert (refusal.value, refusal.limit, refusal.hint) == ("r:4.2", "r:4.1, python:3", "did you mean r:4.1?")


def test_a_default_that_is_unknown_is_refused_too() -> None:
    cluster = everyone(default_container_image="r:9", allow_unknown_images=False)
    refusal = decide(cluster, image="").refusal
    assert refusal.limit == "none"
    assert "'r:9'" in refusal.message


@pytest.mark.parametrize("image", ["r 4", "r:4\n", "\tr", "r\x00:4"])
def test_an_image_with_blanks_is_refused(image: str) -> None:
    assert "holds blanks or control characters" in decide(everyone(), image=image).refusal.message
