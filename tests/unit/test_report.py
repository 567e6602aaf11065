from __future__ import annotations

import attrs
import pytest

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.report import (
    count_severities,
    diagnostic_record,
    diagnostic_text,
    diagnostics_table,
    diagnostics_text,
    summary,
)

PLACE = Location("f.conf", 12, 12, "*", "max-cpus", "max-cpus = 500m # cores", length=4)
FINDING = Diagnostic("bad-value", Severity.ERROR, PLACE, "not a number", "write a plain number")


def underlined(source: str, *, column: int, length: int) -> str:
    """What stands over the carets."""
    place = attrs.evolve(PLACE, source=source, column=column, length=length)
    _, line, *below = diagnostic_text(attrs.evolve(FINDING, location=place)).splitlines()
    return "".join(c for c, mark in zip(line, below[0], strict=False) if mark == "^")


def test_the_whole_value_is_underlined() -> None:
    assert diagnostic_text(FINDING).splitlines() == [
        "f.conf:12:12 [*] max-cpus: error: not a number  [bad-value]",
        "   12 | max-cpus = 500m # cores",
        "                   ^^^^",
        "      write a plain number",
    ]


def test_a_place_without_a_length_has_one_caret() -> None:
    assert underlined("max-cpus = 500m", column=12, length=0) == "5"


def test_a_tab_before_the_value_does_not_move_the_carets() -> None:
    assert underlined("\tcpus\t=\tx", column=9, length=1) == "x"


def test_carets_end_with_the_line_as_it_is_shown() -> None:
    assert underlined("auth-token=***", column=12, length=400) == "***"


def test_a_place_beyond_the_line_as_it_is_shown_has_none() -> None:
    place = attrs.evolve(PLACE, source="k=v", column=900)
    assert "^" not in diagnostic_text(attrs.evolve(FINDING, location=place))


def test_a_finding_about_a_whole_file_has_no_line() -> None:
    finding = attrs.evolve(FINDING, location=Location("f.conf"))
    assert diagnostic_text(finding).splitlines() == [
        "f.conf: error: not a number  [bad-value]",
        "      write a plain number",
    ]


@pytest.mark.parametrize("control", ["\x1b[31m", "\x07", "\x85", "\u2028"])
def test_a_terminal_is_given_no_control_characters(control: str) -> None:
    place = attrs.evolve(PLACE, source=f"k={control}v")
    assert control[0] not in diagnostic_text(attrs.evolve(FINDING, location=place))


def test_a_record_names_every_part() -> None:
    assert diagnostic_record(FINDING) == {
        "severity": "error",
        "code": "bad-value",
        "file": "f.conf",
        "line": 12,
        "column": 12,
        "length": 4,
        "section": "*",
        "key": "max-cpus",
        "message": "not a number",
        "hint": "write a plain number",
        "source": "max-cpus = 500m # cores",
    }


def test_findings_are_counted_in_words() -> None:
    warning = attrs.evolve(FINDING, severity=Severity.WARNING)
    assert summary([FINDING, warning, FINDING]) == "2 errors, 1 warning"
    assert summary([]) == "no findings"
    assert count_severities([warning]) == {"error": 0, "warning": 1, "info": 0}


def test_the_count_stands_below_the_findings() -> None:
    assert diagnostics_text([FINDING, FINDING]).splitlines()[-2:] == ["", "2 errors"]


def test_a_notebook_is_given_no_markup() -> None:
    finding = attrs.evolve(FINDING, message="<script>")
    assert "<td>&lt;script&gt;</td>" in diagnostics_table([finding]).html()


def test_no_part_of_a_finding_reaches_a_terminal_as_a_command() -> None:
    place = attrs.evolve(PLACE, file="a\x1bb", section="\x9b", key="k\r", source="\x1b[2J", length=1)
    finding = Diagnostic("bad-value", Severity.ERROR, place, "m\x07", "h\x00")
    text = diagnostic_text(finding)
    assert not [character for character in f"{text}{finding}" if character != "\n" and ord(character) < 32]
    assert "a\\x1bb:12:12" in text
