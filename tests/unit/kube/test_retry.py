from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.kube.retry import Backoff

chances = st.floats(0, 1, exclude_max=True)
attempts = st.integers(0, 100_000)


def test_waits_double_up_to_the_cap() -> None:
    waits = [Backoff(base_s=1, cap_s=10).delay_s(attempt, chance=0) for attempt in range(6)]
    assert waits == [1, 2, 4, 8, 10, 10]


@given(attempts, chances)
def test_chance_takes_at_most_its_share(attempt: int, chance: float) -> None:
    backoff = Backoff(base_s=0.5, cap_s=30, jitter=0.25)
    full = backoff.delay_s(attempt, chance=0)
    assert 0.75 * full <= backoff.delay_s(attempt, chance=chance) <= full <= 30


@given(attempts, chances, st.floats(0, 1000))
def test_nobody_comes_back_before_the_server_asked(attempt: int, chance: float, asked_s: float) -> None:
    delay_s = Backoff().delay_s(attempt, chance=chance, retry_after_s=asked_s)
    assert asked_s <= delay_s <= asked_s + Backoff().base_s


@pytest.mark.parametrize("attempt", [0, 5])
def test_those_who_failed_together_come_back_apart(attempt: int) -> None:
    backoff = Backoff()
    assert backoff.delay_s(attempt, chance=0.1) != backoff.delay_s(attempt, chance=0.9)
