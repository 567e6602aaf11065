from __future__ import annotations

from launcher_k8s.templates.functions import launcher_functions
from tests.differential.cases import EVERY_MISTAKE, request
from tests.differential.mistakes import MISTAKES
from tests.differential.signatures import SIGNATURES


def test_the_same_seed_gives_the_same_requests() -> None:
    assert [request(3, number) for number in range(50)] == [request(3, number) for number in range(50)]


def test_another_seed_gives_others() -> None:
    assert request(3, 0)["template"] != request(4, 0)["template"]


def test_every_mistake_has_its_turn() -> None:
    numbers = range(1, EVERY_MISTAKE * len(MISTAKES), EVERY_MISTAKE)
    assert all(
        mistake in request(0, number)["template"] for mistake, number in zip(MISTAKES, numbers, strict=True)
    )


def test_signatures_are_of_functions_that_there_are() -> None:
    assert SIGNATURES.keys() <= {*launcher_functions(), "and", "or", "not"}
