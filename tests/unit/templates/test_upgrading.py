from __future__ import annotations

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
