from __future__ import annotations

from launcher_k8s.config.findings import MOST_PER_FILE, Findings
from launcher_k8s.diagnostics import Location, Severity
from tests.memory_files import RESOURCES, findings_of


def test_a_finding_has_the_severity_of_its_code() -> None:
    findings = Findings()
    findings.report("bad-value", Location("a"), "x")
    findings.report("two-tokens", Location("a"), "x")
    assert [finding.severity for finding in findings.diagnostics()] == [Severity.ERROR, Severity.WARNING]


def test_findings_are_in_the_order_of_files_and_lines() -> None:
    findings = Findings()
    for file, line in [("b", 2), ("a", 5), ("b", 1), ("a", 0)]:
        findings.report("bad-value", Location(file, line), "x")
    found = [(finding.location.file, finding.location.line) for finding in findings.diagnostics()]
    assert found == [("b", 1), ("b", 2), ("a", 0), ("a", 5)]


def test_many_findings_are_counted_for_each_file_and_severity() -> None:
    findings = Findings()
    for line in range(MOST_PER_FILE + 7):
        findings.report("two-tokens", Location("a", line), "x")
    findings.report("bad-value", Location("a"), "x")
    *told, rest = findings.diagnostics()
    assert len(told) == MOST_PER_FILE + 1
    assert (rest.code, rest.severity) == ("more-problems", Severity.WARNING)
    assert rest.message.startswith("7 more")


def test_only_unknown_keys_are_lenient() -> None:
    findings = Findings(strict=False)
    findings.report("unknown-key", Location("a", 1), "x")
    findings.report("bad-value", Location("a", 2), "x")
    assert [finding.severity for finding in findings.diagnostics()] == [Severity.WARNING, Severity.ERROR]


def test_a_file_full_of_warnings_has_room_for_errors() -> None:
    findings = Findings()
    for _ in range(MOST_PER_FILE):
        findings.report("request-over-limit", Location("x"), "m")
    assert findings.is_full("x", "request-over-limit")
    assert not findings.is_full("x", "unknown-key")


def test_what_would_not_be_told_is_counted_without_words() -> None:
    findings = Findings()
    counted = [findings.count_untold("two-tokens", "a") for _ in range(2)]
    for line in range(MOST_PER_FILE):
        findings.report("two-tokens", Location("a", line), "m")
    assert [*counted, findings.count_untold("two-tokens", "a")] == [False, False, True]
    assert findings.diagnostics()[-1].message.startswith("1 more")


def test_a_file_is_read_to_its_thousandth_error() -> None:
    findings = Findings()
    stopped = []
    for line in range(MOST_PER_FILE):
        stopped.append(findings.stop("a", line))
        findings.report("bad-value", Location("a", line), "m")
    assert not any(stopped)
    assert findings.stop("a", MOST_PER_FILE)
    assert not findings.stop("b", 1)


def test_an_unknown_key_is_worded_below_a_thousand_warnings() -> None:
    text = "".join(f"[r{n}]\ncpus=1\ncpus-request=2\nmem-mb=1\n" for n in range(MOST_PER_FILE))
    found = findings_of({RESOURCES: f"{text}nvidia-gpu=1\n"})
    assert [finding.message for finding in found["unknown-key"]] == ["unknown key 'nvidia-gpu'"]
