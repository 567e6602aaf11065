"""Each line of our templates counts: what the validator does not catch makes the same objects, or is exempt.

The short form tries each line without it and with one change more; `nox -s soak` tries every change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import pytest

from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from tests.conftest import SOAK
from tests.mutation.exempt import exemption
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.verdicts import SURVIVES, verdict

JOBS = 100 if SOAK else 5
FAMILIES = 7
"""Of so many changes after each other one is tried, another one for each line."""


def chosen(file: str) -> Iterator[Mutant]:
    """The mutants that are tried."""
    every = mutants(file, default_templates()[file])
    for line, found in groupby(every, key=lambda mutant: mutant.line):
        of_line = list(found)
        dropped = [mutant for mutant in of_line if mutant.change == "line dropped"]
        others = [mutant for mutant in of_line if mutant not in dropped]
        yield from of_line if SOAK else [*dropped, *others[line % FAMILIES :][:1]]


@pytest.mark.soak
@pytest.mark.parametrize("file", [JOB_FILE, SERVICE_FILE])
def test_a_change_is_caught_or_makes_the_same_objects(file: str) -> None:
    verdicts = {mutant: verdict(mutant, jobs=JOBS) for mutant in chosen(file)}
    survivors = [mutant for mutant, found in verdicts.items() if found == SURVIVES]
    missed = [mutant for mutant in survivors if exemption(mutant) is None]
    print(file, Counter(verdicts.values()), "exempt:", len(survivors) - len(missed))  # noqa: T201 - the figures of a soak
    assert not missed, [f"{mutant.file}:{mutant.line} {mutant.change}: {mutant.source}" for mutant in missed]


@pytest.mark.parametrize("file", [JOB_FILE, SERVICE_FILE])
def test_every_line_is_changed_but_comments(file: str) -> None:
    text = default_templates()[file]
    changed = {mutant.line for mutant in mutants(file, text)}
    lines = enumerate(text.split("\n"), 1)
    assert {number for number, line in lines if line and not is_comment(line)} - changed == comment_lines(
        text
    )


def is_comment(line: str) -> bool:
    return line.lstrip().startswith("{{- /*") and line.endswith("*/}}")


def comment_lines(text: str) -> set[int]:
    """The lines of comments that are longer than one, but for empty ones."""
    inside, found = False, set()
    for number, line in enumerate(text.split("\n"), 1):
        inside = inside or (line.startswith("{{- /*") and not is_comment(line))
        if inside and line:
            found.add(number)
        inside = inside and "*/}}" not in line
    return found


def test_a_mutant_differs_from_the_template_in_the_line_that_it_names() -> None:
    text = "# Version: 2.5.0\na: {{ .Job.name | quote }}\n"
    for mutant in mutants(JOB_FILE, text):
        assert mutant.text != text
        assert mutant.source == text.split("\n")[mutant.line - 1]


def test_the_families_are_all_there() -> None:
    families = {mutant.family for file, text in default_templates().items() for mutant in mutants(file, text)}
    assert families >= {
        "line dropped",
        "line twice",
        "line swapped with the next",
        "indented by two more",
        "indented by two less",
        "key dropped",
        "key renamed",
        "value",
        "text",
        "number",
        "field",
        "field misspelt",
        "variable",
        "function",
        "function dropped",
        "stage dropped",
        "keyword",
        "negated",
        "trim dropped",
        "trim added",
    }
