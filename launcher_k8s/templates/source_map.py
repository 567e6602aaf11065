"""Which line of which template wrote a part of a rendered text.

The templates are rendered once more with marks in them, before the text of each line and before each action
that prints; what is then between two marks was written where the first one says. A mark can change what a
template does (``quote`` of an ``include``): where the text without the marks is not the text, fewer files are
marked, and at last none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Final

import attrs

from launcher_k8s.errors import LauncherError
from launcher_k8s.templates.defaults import is_jinja
from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.templates.gotemplate.lexer import Lexer
from launcher_k8s.templates.jinja.sources import printing_offsets

# Rare, printable and no letters, so that neither quote nor upper makes something else of them.
_OPEN, _CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
_MARK: Final = re.compile(f"{_OPEN}(\\d+)\\.(\\d+){_CLOSE}")
_WORD: Final = re.compile(r"[^ \t\r\n]")
_SPACES: Final = " \t\r\n"
_SILENT: Final = re.compile(
    r"-?\s*(?:(?:if|else|end|range|with|define|block|break|continue)\b|\$\w*(?:\s*,\s*\$\w+)?\s*:?=)"
)
_MARKED_KEPT: Final = 16
"""Each sample job that has findings asks for the same files."""
_NO_FUNCTIONS: Final[frozenset[str]] = frozenset()


@attrs.frozen
class SourceMap:
    """Where the parts of a rendered text come from.

    Args:
        files: The templates' names.
        starts: Where in the text the parts begin, in order.
        places: The number of the file, and the line from 1, of each part.
    """

    files: tuple[str, ...]
    starts: tuple[int, ...]
    places: tuple[tuple[int, int], ...]

    def find(self, offset: int) -> tuple[str, int]:
        """The template and its line that wrote the character at an offset; line 0 if not known."""
        at = bisect_right(self.starts, offset) - 1
        if at < 0:
            return (self.files[0] if self.files else ""), 0
        file, line = self.places[at]
        return self.files[file], line


def map_sources(
    files: Mapping[str, str], root: str, text: str, render: Callable[[Mapping[str, str]], str]
) -> SourceMap:
    """Find out where a rendered text comes from.

    Args:
        files: The templates.
        root: The one that was rendered.
        text: What it gave.
        render: Renders the root of other templates with the same data.
    """
    for names in (tuple(files), (root,)):
        if any(_OPEN in files[name] for name in names) or _OPEN in text:
            continue
        marked = {
            name: _mark(files[name], number, is_native=is_jinja(name)) for number, name in enumerate(names)
        }
        try:
            found = render({**files, **marked})
        except LauncherError:
            continue
        if _MARK.sub("", found) == text:
            return _read(found, names)
    return SourceMap((root,), (), ())


def _read(marked: str, names: tuple[str, ...]) -> SourceMap:
    found = list(_MARK.finditer(marked))
    removed = accumulate((len(mark[0]) for mark in found), initial=0)
    starts = tuple(mark.start() - before for mark, before in zip(found, removed, strict=False))
    return SourceMap(names, starts, tuple((int(mark[1]), int(mark[2])) for mark in found))


@lru_cache(maxsize=_MARKED_KEPT)
def _mark(text: str, file: int, *, is_native: bool) -> str:
    if is_native:
        offsets = sorted(set(printing_offsets(text)))
    else:
        items = Lexer(text, left="{{", right="}}", functions=_NO_FUNCTIONS).items()
        offsets = sorted(set(_offsets(text, items)))
    pieces = []
    before, line = 0, 1
    for offset in offsets:
        line += text.count("\n", before, offset)
        # Blanks that an action trims away are between the mark and it.
        blanks = text[offset:]
        told = line + blanks[: len(blanks) - len(blanks.lstrip(_SPACES))].count("\n")
        pieces += [text[before:offset], f"{_OPEN}{file}.{told}{_CLOSE}"]
        before = offset
    return "".join([*pieces, text[before:]])


def _offsets(text: str, items: Iterable[Item]) -> Iterable[int]:
    for item in items:
        if item.kind is ItemType.TEXT:
            at = item.pos
            for line in item.text.splitlines(keepends=True):
                if word := _WORD.search(line):
                    yield at + word.start()
                at += len(line)
        elif item.kind is ItemType.LEFT_DELIM and not _SILENT.match(text, item.pos + 2):
            trims = text.startswith("-", item.pos + 2) and text[item.pos + 3 : item.pos + 4] in _SPACES
            yield len(text[: item.pos].rstrip(_SPACES)) if trims else item.pos
