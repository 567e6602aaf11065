from __future__ import annotations

import pytest

from tests.memory_files import CONNECTION, MAIN, PROFILES, accounts_of, findings_of, read_texts

GROUPS = frozenset({"posit-power-users", "analysts"})


def found(text: str) -> list[tuple[str, int, str]]:
    """Code, line and hint of everything said about the sections of a host with a few accounts."""
    _, diagnostics = read_texts({PROFILES: text}, accounts=accounts_of(GROUPS, users=("jsmith", "jane")))
    return [(each.code, each.location.line, each.hint) for each in diagnostics]


def test_a_group_that_the_host_lacks_is_told_with_the_one_that_was_meant() -> None:
    assert found("[@posit-power-user]\n") == [("unknown-group", 1, "did you mean [@posit-power-users]?")]


def test_a_group_that_resembles_none_is_told_too() -> None:
    assert found("[@staff]\n") == [("unknown-group", 1, "check the name")]


def test_groups_that_the_host_lacks_are_told_once() -> None:
    assert [line for _, line, _ in found("[@a]\n[@analysts]\n[@a]\n") if line == 1] == [1]
    assert len(findings_of({PROFILES: "[@a]\n[@a]\n"}, accounts=accounts_of(GROUPS))["unknown-group"]) == 1


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("jsmiht", "jsmith"),
        ("JSmith", "jsmith"),
        ("analysts", "@analysts"),
        ("group:staff", "@staff"),
        ("everyone", "*"),
        ("Default", "*"),
    ],
)
def test_a_user_that_the_host_lacks_is_told_where_another_name_is_near(title: str, meant: str) -> None:
    assert found(f"[{title}]\n") == [("unknown-user", 1, f"did you mean [{meant}]?")]


@pytest.mark.parametrize("title", ["jsmith,jane", "jane, joe", "@analysts,staff", "@analysts @staff"])
def test_several_in_one_title_are_told_to_be_parted(title: str) -> None:
    ((_, _, hint),) = found(f"[{title}]\n")
    assert hint == "give each of them a section of its own"


@pytest.mark.parametrize("title", ["jsmith", "somebody-else", "*", "@analysts"])
def test_nothing_is_said_of_others(title: str) -> None:
    assert found(f"[{title}]\n") == []


def test_the_host_is_not_asked_where_it_is_not_known() -> None:
    assert read_texts({PROFILES: "[@a]\n[everyone]\n"})[1] == ()


def test_of_very_many_unknown_users_the_first_are_compared() -> None:
    text = "".join(f"[nobody{n:04}]\n" for n in range(200)) + "[jsmiht]\n"
    assert found(text) == []


def test_a_server_user_that_is_stated_and_unknown_is_told_with_the_one_that_was_meant() -> None:
    hosts = accounts_of(GROUPS, users=("rstudio-server",))
    _, found = read_texts({MAIN: f"{CONNECTION}server-user=rstudio-sevrer\n"}, accounts=hosts)
    assert [(each.code, each.location.line, each.hint) for each in found] == [
        ("unknown-server-user", 3, "did you mean rstudio-server?")
    ]


@pytest.mark.parametrize("text", ["", "server-user=jsmith\n"])
def test_a_server_user_that_is_known_or_not_stated_is_fine(text: str) -> None:
    hosts = accounts_of(GROUPS, users=("jsmith",))
    assert read_texts({MAIN: CONNECTION + text}, accounts=hosts)[1] == ()
