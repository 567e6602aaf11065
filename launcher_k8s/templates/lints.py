"""What looks wrong in the source of a template, whatever it renders: mistakes that users of the guides made.

Each is told with the line and what to write instead (domain, section 4, "Lints on the source").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Final

from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE
from launcher_k8s.templates.gotemplate.hints import items_of
from launcher_k8s.templates.gotemplate.items import Item, ItemType
from launcher_k8s.wording import did_you_mean

_FIELD: Final = re.compile(r"[\"`]\s*(\.Job(?:\.\w+)+)\s*[\"`]")
_TYPOGRAPHIC: Final = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e]")
_COMMA: Final = re.compile(r"^\s*(?:- )?[\w./-]+:\s+(?:\"[^\"]*\"|'[^']*'|[^\s'\"\[\]{}#&*]+),\s*$")
_EXEC_FIELDS: Final = {name.lower(): name for name in ("Stdout", "Stderr", "ExitCode", "Err")}
_CALLS: Final = frozenset({"include", "template"})


def lint(files: Mapping[str, str], names: Collection[str]) -> Iterator[Diagnostic]:
    """What looks wrong in templates.

    Args:
        files: Their texts.
        names: All names by which they may call each other; none where that is not known.
    """
    for name, text in files.items():
        yield from lint_texts(name, text)
        items = items_of(text)
        yield from _lint_calls(name, text, items, names)
        yield from _lint_fields(name, text, items)


def lint_texts(name: str, text: str) -> Iterator[Diagnostic]:
    """What looks wrong in a line of a template, whatever its language.

    Args:
        name: The template.
        text: Its text.
    """
    for offset, line in _lines(text):
        yield from _lint_line(name, text, offset, line)


def there_is_no(called: str, names: Collection[str]) -> str:
    """What to write instead of the name of a template that there is not, as a hint."""
    return did_you_mean(called, names) or f"there are: {', '.join(sorted(names))}"


def at(name: str, text: str, offset: int, length: int = 0) -> Location:
    """A place in a template."""
    line = text.count("\n", 0, offset) + 1
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    source = text[start : end if end >= 0 else len(text)]
    return Location(name, line, offset - start + 1, source=source, length=length)


def _lint_line(name: str, text: str, offset: int, line: str) -> Iterator[Diagnostic]:
    if found := _FIELD.search(line):
        yield Diagnostic(
            "field-as-text",
            Severity.WARNING,
            at(name, text, offset + found.start(), len(found[0])),
            f"{found[0]} is a text, not the job's field",
            f"write {found[1]} without quotes",
        )
    if found := _TYPOGRAPHIC.search(line):
        yield Diagnostic(
            "typographic-quote",
            Severity.WARNING,
            at(name, text, offset + found.start(), 1),
            f"{found[0]} is a typographic quote, which neither templates nor YAML know as one",
            """write " or ' instead""",
        )
    if found := _COMMA.match(line):
        yield Diagnostic(
            "comma-after-value",
            Severity.WARNING,
            at(name, text, offset + len(found[0].rstrip()) - 1, 1),
            "a comma stands after the value: in YAML that is no separator",
            "remove the comma",
        )


def _lint_calls(name: str, text: str, items: list[Item], names: Collection[str]) -> Iterator[Diagnostic]:
    for before, item in pairwise(items):
        if before.text not in _CALLS or item.kind not in (ItemType.STRING, ItemType.RAW_STRING):
            continue
        called, where = item.text[1:-1], at(name, text, item.pos, len(item.text))
        if called in (JOB_FILE, SERVICE_FILE):
            message = f"{called} is included: it makes an object of its own"
            hint = "put what both need into another file, or into a define"
            yield Diagnostic("includes-root", Severity.WARNING, where, message, hint)
        elif names and called not in names:
            message = f"there is no template {called!r}, neither a file nor a define"
            yield Diagnostic("unknown-template", Severity.ERROR, where, message, there_is_no(called, names))


def _lint_fields(name: str, text: str, items: list[Item]) -> Iterator[Diagnostic]:
    """Fields of an exec result, written as the guide does and not as they are called."""
    if not any(item.kind is ItemType.IDENTIFIER and item.text == "exec" for item in items):
        return
    for item in items:
        field = item.text.rpartition(".")[2]
        meant = _EXEC_FIELDS.get(field.lower(), field)
        if item.kind is ItemType.FIELD and meant != field:
            where = at(name, text, item.pos, len(item.text))
            message = f".{field} is no field of what exec gives"
            hint = f"write .{meant}; the vendor's plugin may refuse .{field}"
            yield Diagnostic("exec-field", Severity.WARNING, where, message, hint)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in text.split("\n"):
        yield offset, line
        offset += len(line) + 1
