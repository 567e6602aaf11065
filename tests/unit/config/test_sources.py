from __future__ import annotations

from launcher_k8s.config import FileText
from launcher_k8s.config.sources import Sources
from launcher_k8s.origin import DEFAULT, Origin


def sources(text: str) -> Sources:
    found = Sources()
    found.remember(FileText("x.conf", text.encode()))
    return found


def test_a_value_is_found_again_with_its_column_and_line() -> None:
    place = sources("[*]\n  max-cpus =  2 # x\n").at(Origin.in_file("x.conf", 2, "*", "max-cpus"))
    assert (place.line, place.column, place.section, place.key) == (2, 15, "*", "max-cpus")
    assert place.source == "  max-cpus =  2 # x"


def test_a_title_is_found_again() -> None:
    assert str(sources(" [*]\n").at(Origin.in_file("x.conf", 1, "*"))) == "x.conf:1:2 [*]"


def test_a_token_found_again_is_not_shown() -> None:
    place = sources("auth-token=s3cret").at(Origin.in_file("x.conf", 1, "", "auth-token"))
    assert place.source == "auth-token=***"


def test_what_stands_in_no_file_has_no_line() -> None:
    assert str(Sources().at(DEFAULT)) == "default"


def test_a_file_that_was_not_remembered_still_has_its_line() -> None:
    assert str(Sources().at(Origin.in_file("y.conf", 3, "a", "b"))) == "y.conf:3 [a] b"


def test_a_key_of_a_titles_origin_is_looked_for_below_the_title() -> None:
    text = "[a]\n# cpus=9\n cpus = 1\n[b]\nmem-mb=5\n"
    assert str(sources(text).at(Origin.in_file("x.conf", 1, "a", "cpus"))) == "x.conf:3:9 [a] cpus"
    assert str(sources(text).at(Origin.in_file("x.conf", 1, "a", "mem-mb"))) == "x.conf:1:1 [a] mem-mb"
