from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.upgrading import Upgrade, upgrade_template

BASE = "# Version: 2.4.0\na\nb\nc\nd\ne\n"
texts = st.lists(st.sampled_from("abcdef"), max_size=12).map(lambda lines: "".join(f"{x}\n" for x in lines))


def test_what_each_side_has_changed_is_in_the_result() -> None:
    yours = BASE.replace("b\n", "b\nmine\n")
    new = BASE.replace("2.4.0", "2.5.0").replace("e\n", "e\nf\n")
    assert upgrade_template(yours, base=BASE, new=new) == Upgrade(
        "# Version: 2.5.0\na\nb\nmine\nc\nd\ne\nf\n", ()
    )


def test_lines_that_both_have_changed_are_a_conflict_with_its_place() -> None:
    found = upgrade_template(BASE.replace("c\n", "mine\n"), base=BASE, new=BASE.replace("c\n", "new\n"))
    assert found.conflicts == (4,)
    assert found.text == (
        "# Version: 2.4.0\na\nb\n"
        "<<<<<<< yours\nmine\n||||||| before\nc\n=======\nnew\n>>>>>>> new default\nd\ne\n"
    )


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    changed = BASE.replace("c\n", "")
    assert upgrade_template(changed, base=BASE, new=changed) == Upgrade(changed, ())


MINE = BASE.replace("b\n", "b\nmine\n")
NEXT = BASE.replace("2.4.0", "2.5.0").replace("e\n", "e\nf\n")
MERGED = "# Version: 2.5.0\na\nb\nmine\nc\nd\ne\nf\n"


def test_lines_end_as_the_user_has_them() -> None:
    found = upgrade_template(MINE.replace("\n", "\r\n"), base=BASE, new=NEXT)
    assert found == Upgrade(MERGED.replace("\n", "\r\n"), ())


def test_a_last_line_without_an_end_is_no_conflict() -> None:
    assert upgrade_template(MINE.removesuffix("\n"), base=BASE, new=NEXT) == Upgrade(
        MERGED.removesuffix("\n"), ()
    )


def test_a_byte_order_mark_is_taken_away() -> None:
    assert upgrade_template(f"\ufeff{MINE}", base=BASE, new=NEXT) == Upgrade(MERGED, ())


@pytest.mark.parametrize("odd", ["\x0c", "\u2028", "\x85", "\x1c", "\r"])
def test_a_line_ends_at_a_newline_only(odd: str) -> None:
    found = upgrade_template(MINE.replace("mine", f"mi{odd}ne"), base=BASE, new=NEXT)
    assert found == Upgrade(MERGED.replace("mine", f"mi{odd}ne"), ())


def test_of_an_empty_text_the_new_default_is_a_conflict_or_all() -> None:
    assert upgrade_template("", base="", new=NEXT) == Upgrade(NEXT, ())
    assert upgrade_template("", base=BASE, new=NEXT).conflicts == (1,)


def test_a_huge_template_is_merged_in_time() -> None:
    own = "{{- end }}\n" * 100_000
    found = upgrade_template(MINE + own, base=BASE + own, new=NEXT + own)
    assert found.text.startswith(MERGED.removesuffix("e\nf\n"))


def test_each_conflict_is_between_its_marks() -> None:
    found = upgrade_template(
        BASE.replace("a\n", "1\n").replace("e\n", "2"), base=BASE, new=BASE.replace("a\n", "3\n")[:-2]
    )
    lines = found.text.split("\n")
    assert [lines[number - 1] for number in found.conflicts] == ["<<<<<<< yours"] * 2
    assert lines.count(">>>>>>> new default") == 2


@given(base=texts, other=texts)
def test_who_has_changed_nothing_gets_the_other_text(base: str, other: str) -> None:
    assert upgrade_template(base, base=base, new=other) == Upgrade(other, ())
    assert upgrade_template(other, base=base, new=base) == Upgrade(other, ())


@given(base=texts, yours=texts, new=texts)
def test_no_line_of_a_side_is_lost_but_where_the_other_has_removed_it(
    base: str, yours: str, new: str
) -> None:
    found = set(upgrade_template(yours, base=base, new=new).text.split())
    added = (set(yours.split()) | set(new.split())) - set(base.split())
    assert added <= found
