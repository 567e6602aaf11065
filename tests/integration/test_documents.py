"""The programs in README.md and docs/, run as a reader would run them: none needs a cluster.

A comment above a block of Python says what it is: ``prints`` is a program that prints the block of text
that follows it, ``tests`` a file of tests that pass, ``module: NAME`` a file that those on the page import,
``cell`` a cell of the page's notebook, in which one may await.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/notebooks.md", "docs/templates.md", "docs/testing.md")
_BLOCK = re.compile(
    r"<!-- (?P<kind>prints|tests|module): ?(?P<name>\S*) -->|<!-- (?P<bare>prints|tests|cell) -->", re.ASCII
)
_PYTHON = re.compile(r"\s*```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_NOTICE = re.compile("the embedded cluster runs the commands .* on this machine|the host does not know user")
_TEXT = re.compile(r"\s*```text\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Example:
    """One marked block of a page."""

    page: str
    kind: str
    name: str
    code: str
    printed: str

    def __str__(self) -> str:
        return f"{self.page}-{self.name}"


def read_examples(page: str) -> Iterator[Example]:
    text = (ROOT / page).read_text("utf-8")
    for number, mark in enumerate(_BLOCK.finditer(text), start=1):
        python = _PYTHON.match(text, mark.end())
        assert python, f"{page}: no Python follows {mark[0]}"
        printed = _TEXT.match(text, python.end())
        kind = mark["kind"] or mark["bare"]
        name = mark["name"] or f"test_example_{number}.py"
        yield Example(page, kind, name, python["code"], printed["text"] if printed else "")


EXAMPLES = [example for page in PAGES for example in read_examples(page)]


def run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python on some words, in a directory where only this checkout's package is to be had."""
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        cwd=directory,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.kind == "prints"], ids=str)
def test_a_program_prints_what_its_page_says(example: Example, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(example.code)
    done = run(tmp_path, "program.py")
    complaints = [line for line in done.stderr.splitlines() if not _NOTICE.match(line)]
    assert (done.stdout, complaints, done.returncode) == (example.printed, [], 0)
    assert example.printed


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.kind == "tests"], ids=str)
def test_tests_of_a_page_pass(example: Example, tmp_path: Path) -> None:
    for each in EXAMPLES:
        if each.page == example.page and each.kind == "module":
            (tmp_path / each.name).write_text(each.code)
    (tmp_path / example.name).write_text(example.code)
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", example.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[1-9]\d* passed", done.stdout, re.MULTILINE)


async def test_the_cells_of_a_notebook_run_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for cell in (each.code for each in EXAMPLES if each.kind == "cell"):
        code = compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if inspect.isawaitable(running := eval(code, names)):
            await running
    assert capsys.readouterr().out == "hello\n\n"
    assert repr(names["jobs"]) == "<JobList 1 job: 1 Finished>"
    assert "<td>exit code</td><td>3</td>" in names["status"]._repr_html_()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_examples(page: str) -> None:
    assert any(example.page == page for example in EXAMPLES)
