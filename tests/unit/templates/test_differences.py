from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from launcher_k8s.templates.differences import diff_templates, generate_templates

OURS = default_templates()
EDITED = OURS[JOB_FILE].replace("backoffLimit: 0", "backoffLimit: 0\n  ttlSecondsAfterFinished: 60")


def test_only_what_is_absent_is_generated() -> None:
    assert generate_templates({JOB_FILE: "mine", "helpers.tpl": ""}) == {SERVICE_FILE: OURS[SERVICE_FILE]}
    assert generate_templates({}) == OURS


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


@pytest.mark.skipif(shutil.which("patch") is None, reason="the program patch is not installed")
def test_the_text_is_a_patch(tmp_path: Path) -> None:
    target = tmp_path / JOB_FILE
    target.write_text(OURS[JOB_FILE])
    (difference,) = diff_templates({JOB_FILE: EDITED})
    subprocess.run(["patch", str(target)], input=difference.text, text=True, check=True, timeout=10)
    assert target.read_text() == EDITED
