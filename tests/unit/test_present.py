from __future__ import annotations

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.present import Table, diagnostic_text, show

TABLE = Table("Title", ("a", "long name"), (("1", "2"), ("<b>&", "x\ny")))


def test_text_is_aligned_under_its_columns() -> None:
    assert TABLE.text().splitlines() == ["Title", "a     long name", "1     2", "<b>&  x\\ny"]


def test_html_is_escaped() -> None:
    assert "<td>&lt;b&gt;&amp;</td>" in TABLE.html()


def test_records_name_each_cell() -> None:
    assert TABLE.records()[0] == {"a": "1", "long name": "2"}


def test_an_empty_table_shows_its_columns() -> None:
    assert Table("", ("a",), ()).text() == "a"


def test_a_diagnostic_points_at_its_column() -> None:
    location = Location("f.conf", 12, 5, "*", "max-cpus", "max-cpus = x")
    diagnostic = Diagnostic("bad-value", Severity.ERROR, location, "not a number", "write a plain number")
    assert diagnostic_text(diagnostic).splitlines() == [
        "f.conf:12:5 [*] max-cpus: error: not a number",
        "   12 | max-cpus = x",
        "            ^",
        "      write a plain number",
    ]


def test_values_are_shown_as_the_files_write_them() -> None:
    assert [show(True), show(False), show(None), show(("a", "b")), show({"k": 1})] == [
        "1",
        "0",
        "",
        "a, b",
        "k=1",
    ]
