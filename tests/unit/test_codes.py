from __future__ import annotations

import re
from pathlib import Path

import pytest

import launcher_k8s.config
from launcher_k8s.codes import CODES, SCHEMA_CODES
from launcher_k8s.config import parse_settings
from launcher_k8s.diagnostics import Diagnostic, Severity
from launcher_k8s.schemas import check_overrides
from launcher_k8s.settings import Settings
from tests.memory_files import DIRECTORY, MemoryFiles, accounts_of, with_main_file


def found_later(settings: Settings | None) -> tuple[Diagnostic, ...]:
    """What is found in sound settings with the extra ``schemas``."""
    assert settings is not None
    return check_overrides(settings.cluster())


@pytest.mark.parametrize("code", CODES)
def test_example_provokes_its_code_and_no_other(code: str) -> None:
    info = CODES[code]
    example = info.example
    files = MemoryFiles(with_main_file(example.files), mode=example.mode, owner=example.owner)
    accounts = accounts_of(example.groups)
    settings, diagnostics = parse_settings(DIRECTORY, files, environ=example.environ, accounts=accounts)

    if code in SCHEMA_CODES:
        diagnostics += found_later(settings)
    provoked = [diagnostic for diagnostic in diagnostics if diagnostic.code not in example.besides]
    assert [(diagnostic.code, diagnostic.severity) for diagnostic in provoked] == [(code, info.severity)]
    assert (settings is None) == (info.severity is Severity.ERROR and code not in SCHEMA_CODES)


@pytest.mark.parametrize("code", CODES)
def test_finding_says_where_what_and_what_to_do(code: str) -> None:
    example = CODES[code].example
    files = MemoryFiles(with_main_file(example.files), mode=example.mode, owner=example.owner)
    accounts = accounts_of(example.groups)
    settings, diagnostics = parse_settings(DIRECTORY, files, environ=example.environ, accounts=accounts)
    if code in SCHEMA_CODES:
        diagnostics += found_later(settings)
    finding = next(diagnostic for diagnostic in diagnostics if diagnostic.code == code)

    assert finding.location.file
    assert finding.message
    assert finding.hint


def test_every_code_that_the_readers_report_is_in_the_table() -> None:
    room = Path(launcher_k8s.config.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in room.rglob("*.py"))
    reported = set(re.findall(r'report\(\s*"([a-z-]+)"', text)) | set(re.findall(r'code="([a-z-]+)"', text))
    assert reported - {*CODES} == set()
