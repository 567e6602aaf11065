"""How a directory's templates differ from the library's own, and which of those it lacks.

As the plugin's ``--diff-templates`` and ``--generate-templates`` do, without another program (domain,
section 4).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import attrs

from launcher_k8s.templates.defaults import default_templates


@attrs.frozen
class Hunk:
    """One place where two texts differ, with lines around it.

    Args:
        old_start: The first line of it in the library's own text, from 1.
        new_start: The first line of it in the directory's.
        lines: The lines, each after ``-`` (ours only), ``+`` (theirs only) or a blank (both).
    """

    old_start: int
    new_start: int
    lines: tuple[str, ...]


@attrs.frozen
class Difference:
    """How one template differs from the library's own.

    Args:
        name: The file.
        hunks: Each place; none where the texts are the same.
        text: All of it in unified form; empty where the texts are the same.
    """

    name: str
    hunks: tuple[Hunk, ...]
    text: str


def generate_templates(files: Mapping[str, str]) -> Mapping[str, str]:
    """The library's own templates that a directory lacks, by name: what is there is never replaced.

    Args:
        files: The directory's files.
    """
    return {name: text for name, text in default_templates().items() if name not in files}


def diff_templates(files: Mapping[str, str]) -> tuple[Difference, ...]:
    """How a directory's templates differ from the library's own; files that it lacks do not.

    Args:
        files: The directory's files.
    """
    ours = default_templates()
    return tuple(_compare(name, ours[name], files[name]) for name in ours if name in files)


def _compare(name: str, old: str, new: str) -> Difference:
    before, after = old.splitlines(), new.splitlines()
    groups = difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(3)
    hunks = tuple(_hunk(list(group), before, after) for group in groups)
    unified = difflib.unified_diff(before, after, f"default/{name}", name, lineterm="")
    if not hunks and old != new:  # only the ends of lines differ
        return Difference(
            name, (Hunk(1, 1, ("-(other line ends)", "+(these line ends)")),), "line ends differ\n"
        )
    return Difference(name, hunks, "".join(f"{line}\n" for line in unified))


def _hunk(opcodes: list[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Hunk:
    lines: list[str] = []
    for tag, old_from, old_to, new_from, new_to in opcodes:
        if tag == "equal":
            lines += (f" {line}" for line in old[old_from:old_to])
            continue
        lines += (f"-{line}" for line in old[old_from:old_to])
        lines += (f"+{line}" for line in new[new_from:new_to])
    _, old_start, _, new_start, _ = opcodes[0]
    return Hunk(old_start + 1, new_start + 1, tuple(lines))
