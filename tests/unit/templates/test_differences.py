from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from launcher_k8s.templates.defaults import (
    JINJA_JOB_FILE,
    JINJA_SERVICE_FILE,
    JOB_FILE,
    SERVICE_FILE,
    default_templates,
)
from launcher_k8s.templates.differences import diff_templates, generate_templates

OURS = default_templates()
NATIVE = default_templates(jinja=True)
EDITED = OURS[JOB_FILE].replace("backoffLimit: 0", "backoffLimit: 0\n  ttlSecondsAfterFinished: 60")


def test_only_what_is_absent_is_generated() -> None:
    assert generate_templates({JOB_FILE: "mine", "helpers.tpl": ""}) == {SERVICE_FILE: OURS[SERVICE_FILE]}
    assert generate_templates({}) == OURS


def test_an_object_that_has_a_template_in_the_other_language_lacks_none() -> None:
    assert generate_templates({JINJA_JOB_FILE: "mine"}) == {SERVICE_FILE: OURS[SERVICE_FILE]}
    assert generate_templates({JOB_FILE: "mine"}, jinja=True) == {
        JINJA_SERVICE_FILE: NATIVE[JINJA_SERVICE_FILE]
    }
    assert generate_templates({}, jinja=True) == NATIVE


def test_a_native_template_is_compared_with_our_native_one() -> None:
    assert [difference.hunks for difference in diff_templates(NATIVE)] == [(), ()]
    (difference,) = diff_templates({JINJA_JOB_FILE: NATIVE[JINJA_JOB_FILE].replace("Limit: 0", "Limit: 1")})
    assert difference.name == JINJA_JOB_FILE


def test_equal_templates_do_not_differ() -> None:
    assert [difference.hunks for difference in diff_templates(OURS)] == [(), ()]
    assert diff_templates({}) == ()


def test_a_difference_is_told_as_data_and_as_text() -> None:
    (difference,) = diff_templates({JOB_FILE: EDITED})
    (hunk,) = difference.hunks
    assert hunk.old_start == hunk.new_start
    assert [line for line in hunk.lines if line[0] != " "] == ["+  ttlSecondsAfterFinished: 60"]
    assert difference.text.startswith("--- default/job.tpl\n+++ job.tpl\n@@")


def test_other_ends_of_lines_are_a_difference() -> None:
    (difference,) = diff_templates({SERVICE_FILE: OURS[SERVICE_FILE].replace("\n", "\r\n")})
    assert difference.hunks


def test_ends_of_lines_do_not_hide_what_else_differs() -> None:
    (difference,) = diff_templates({JOB_FILE: EDITED.replace("\n", "\r\n")})
    (plain,) = diff_templates({JOB_FILE: EDITED})
    assert difference.hunks[1:] == plain.hunks
    assert difference.text == f"line ends differ\n{plain.text}"


def test_a_byte_order_mark_is_no_difference() -> None:
    (difference,) = diff_templates({JOB_FILE: f"\ufeff{OURS[JOB_FILE]}"})
    assert difference.hunks == ()


def test_a_huge_template_is_compared_in_time() -> None:
    (difference,) = diff_templates({JOB_FILE: OURS[JOB_FILE] + "{{- end }}\n" * 100_000})
    assert sum(line[0] == "+" for hunk in difference.hunks for line in hunk.lines) >= 100_000


def patched(name: str, text: str, directory: Path) -> bytes:
    """What the program patch makes of our own template by the difference from another."""
    target = directory / name
    target.write_text(OURS[name])
    (difference,) = diff_templates({name: text})
    command = ["patch", "--binary", str(target)]
    subprocess.run(command, input=difference.text.encode(), check=True, timeout=10, capture_output=True)
    return target.read_bytes() if target.exists() else b""


needs_patch = pytest.mark.skipif(shutil.which("patch") is None, reason="the program patch is not installed")

ODD = {
    "an edit": EDITED,
    "no end of the last line": OURS[JOB_FILE].removesuffix("\n"),
    "nothing": "",
    "one line": "# Version: 2.5.0",
    "more empty lines": f"\n\n{OURS[JOB_FILE]}\n\n",
    "what Python takes for ends of lines": OURS[JOB_FILE].replace(
        "# Version", "# Version\x0c\u2028\x85\x1c", 1
    ),
}


@needs_patch
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_the_text_is_a_patch(text: str, tmp_path: Path) -> None:
    assert patched(JOB_FILE, text, tmp_path) == text.encode()
