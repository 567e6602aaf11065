from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config.access import Account, Step, find_obstacle

SERVER = Account("rstudio-server", 998, frozenset({998, 50}))
ROOT = Account("root", 0, frozenset({0}))
OPEN = Step("/", 0, 0, 0o755)


def file(mode: int, *, uid: int = 0, gid: int = 0) -> Step:
    return Step("/x.json", uid, gid, mode, "u:g")


@pytest.mark.parametrize(
    ("step", "may"),
    [
        (file(0o600), False),
        (file(0o604), True),
        (file(0o600, uid=998), True),
        (file(0o640, gid=50), True),
        (file(0o640, gid=51), False),
        # The owner's bits count for the owner, the group's for the group, even where others get more.
        (file(0o044, uid=998), False),
        (file(0o604, gid=50), False),
    ],
)
def test_one_set_of_bits_decides(step: Step, may: bool) -> None:
    obstacle = find_obstacle([OPEN, step], SERVER)
    assert obstacle == ("" if may else f"may not read /x.json (u:g, mode {step.mode:04o})")


@given(st.integers(0, 0o777))
def test_root_reads_everything(mode: int) -> None:
    assert find_obstacle([Step("/", 1, 1, mode), file(mode, uid=1, gid=1)], ROOT) == ""


def test_a_directory_is_entered_by_its_search_bit_and_the_first_closed_one_is_told() -> None:
    closed = Step("/home/bob", 1000, 1000, 0o744)
    assert find_obstacle([OPEN, closed, Step("/home/bob/x", 1000, 1000, 0o700), file(0o644)], SERVER) == (
        "may not enter /home/bob (1000:1000, mode 0744)"
    )


def test_a_directory_need_not_be_readable() -> None:
    assert find_obstacle([Step("/conf", 0, 0, 0o711), file(0o644)], SERVER) == ""
