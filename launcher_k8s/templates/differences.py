"""How a directory's templates differ from the library's own, and which of those it lacks.

As the plugin's ``--diff-templates`` and ``--generate-templates`` do, without another program (domain,
section 4).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.templates.defaults import JOB_FILES, SERVICE_FILES, default_templates, pair_of

_AROUND: Final = 3
_BYTE_ORDER_MARK: Final = "\ufeff"
_NO_END: Final = "\\ No newline at end of file"
_MOST_EXACT: Final = 2000
"""Of longer texts, lines that stand in them often are not looked for: that would take minutes."""


@attrs.frozen
class Hunk:
    """One place where two texts differ, with lines around it.

    Args:
        old_start: The first line of it in the library's own text, from 1.
        new_start: The first line of it in the directory's.
        lines: The lines, each after ``-`` (ours only), ``+`` (theirs only) or a blank (both).
    """

    __repr__ = brief

    old_start: int
    new_start: int
    lines: tuple[str, ...]


@attrs.frozen
class Difference:
    """How one template differs from the library's own.

    Args:
        name: The file.
        hunks: Each place, and the first where lines end otherwise; none where the texts are the same.
        text: All of it in unified form, for any ends of lines; empty where the texts are the same.
    """

    __repr__ = brief

    name: str
    hunks: tuple[Hunk, ...]
    text: str


def generate_templates(files: Mapping[str, str], *, jinja: bool = False) -> Mapping[str, str]:
    """The library's own templates that a directory lacks, by name: what is there is never replaced.

    An object for which there is a template in either language lacks none.

    Args:
        files: The directory's files.
        jinja: Whether those in Jinja2 are wanted, rather than those in Go's language.
    """
    ours = default_templates(jinja=jinja)
    return {
        name: ours[name]
        for name, rivals in zip(pair_of(jinja=jinja), (JOB_FILES, SERVICE_FILES), strict=True)
        if not any(rival in files for rival in rivals)
    }


def diff_templates(files: Mapping[str, str]) -> tuple[Difference, ...]:
    """How a directory's templates differ from the library's own; files that it lacks do not.

    A template in Jinja2 is compared with the library's own in Jinja2.

    Args:
        files: The directory's files.
    """
    ours = {**default_templates(), **default_templates(jinja=True)}
    return tuple(_compare(name, ours[name], files[name]) for name in ours if name in files)


def _compare(name: str, old: str, new: str) -> Difference:
    new = new.removeprefix(_BYTE_ORDER_MARK)
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(after) > _MOST_EXACT)
    hunks = [_hunk(group, before, after) for group in matcher.get_grouped_opcodes(_AROUND)]
    text = _unified(name, hunks)
    if ("\r\n" in old) != ("\r\n" in new):
        hunks.insert(0, Hunk(1, 1, ("-(other line ends)", "+(these line ends)")))
        text = f"line ends differ\n{text}"
    return Difference(name, tuple(hunks), text)


def _lines(text: str) -> list[str]:
    """A text's lines, however they end; the last one says if it does not."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [*lines[:-1], f"{lines[-1]}\n{_NO_END}"] if lines[-1] else lines[:-1]


def _unified(name: str, hunks: Iterable[Hunk]) -> str:
    """Places as `diff -u` prints them; empty for none."""
    lines = [line for hunk in hunks for line in (_header(hunk), *hunk.lines)]
    return "".join(f"{line}\n" for line in (f"--- default/{name}", f"+++ {name}", *lines)) if lines else ""


def _header(hunk: Hunk) -> str:
    old, new = (sum(line[0] != other for line in hunk.lines) for other in "+-")
    # Of no lines, the one before is named.
    return f"@@ -{hunk.old_start - (not old)},{old} +{hunk.new_start - (not new)},{new} @@"


def _hunk(opcodes: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Hunk:
    lines: list[str] = []
    for tag, old_from, old_to, new_from, new_to in opcodes:
        if tag == "equal":
            lines += (f" {line}" for line in old[old_from:old_to])
            continue
        lines += (f"-{line}" for line in old[old_from:old_to])
        lines += (f"+{line}" for line in new[new_from:new_to])
    _, old_start, _, new_start, _ = opcodes[0]
    return Hunk(old_start + 1, new_start + 1, tuple(lines))
