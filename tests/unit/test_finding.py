from __future__ import annotations

from launcher_k8s.diagnostics import Severity
from launcher_k8s.finding import Finding
from launcher_k8s.present import findings_table, findings_text
from tests.unit.schemas.overriding import origin_of

FINDING = Finding(
    "missing", ("spec", "ports", 0, "a/b"), "is missing", "add it", Severity.ERROR, "Service", origin_of(0)
)
WHOLE = Finding("refused", (), "is not accepted", severity=Severity.WARNING)


def test_a_finding_names_its_place_in_both_notations() -> None:
    assert FINDING.path == "spec.ports[0]['a/b']"
    assert FINDING.pointer == "/spec/ports/0/a~1b"


def test_a_finding_reads_as_a_sentence() -> None:
    assert str(FINDING) == "spec.ports[0]['a/b']: error: is missing (add it)"


def test_findings_are_lines_for_people() -> None:
    assert findings_text((FINDING, WHOLE), title="Findings").splitlines() == [
        "Findings",
        "- Service /spec/ports/0/a~1b is missing (add it); profiles.conf:2 [*] job-json-overrides",
        "- Job is not accepted",
    ]


def test_findings_are_records_for_programs() -> None:
    assert findings_table((FINDING,)).records() == [
        {
            "code": "missing",
            "severity": "error",
            "object": "Service",
            "pointer": "/spec/ports/0/a~1b",
            "reason": "is missing",
            "hint": "add it",
            "origin": "profiles.conf:2 [*] job-json-overrides",
        }
    ]
