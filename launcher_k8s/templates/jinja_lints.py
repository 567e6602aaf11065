"""What looks wrong in the source of a Jinja2 template, whatever it renders.

A value is printed as JSON: within quotes, or where text stands directly beside it, that is rarely meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from launcher_k8s.diagnostics import Diagnostic, Severity
from launcher_k8s.templates.defaults import JINJA_JOB_FILE, JINJA_SERVICE_FILE
from launcher_k8s.templates.jinja.sources import values
from launcher_k8s.templates.lints import at, lint_texts
from launcher_k8s.wording import did_you_mean

IN_TEXT: Final = "value-in-text"
_AS_IT_IS: Final = re.compile(r"\|\s*(?:raw|safe)\s*-?\}\}\Z|\A\{\{-?\s*(?:super|caller|loop|self\.\w+)\s*\(")
_CALLS: Final = re.compile(r"\A\{\{-?\s*(\w+)(?:\.\w+)?\s*\(")
_MACRO: Final = re.compile(
    r"\{%[-+]?\s*macro\s+(\w+)|\b(?:import|as)\s+(\w+)|\{%[-+]?\s*set\s+(\w+)\s*(?:\||[-+]?%\})"
)
_NAME: Final = re.compile(r"\A\{\{-?\s*(\w+)\s*-?\}\}\Z")
_YAML: Final = re.compile(
    r"\{\{-?\s*(?:toYaml|toYamlPretty|mustToYaml)\b|\|\s*(?:toYaml|toYamlPretty|mustToYaml)\b"
)
_INCLUSION: Final = re.compile(
    r"\{%[-+]?\s*(?:include|import|extends|from)\s+(?P<quote>['\"])(?P<name>[^'\"]+)(?P=quote)(?P<more>[^%]*)%\}"
)
_BESIDE: Final = re.compile(r"[^\s\[\]{},:(%\"'-]")
_TOUCHES: Final = re.compile(r"[^\s\[\]{},:(%\"']")
_HINT: Final = 'a value is printed with its own quotes: join texts inside, as in {{ Job.name ~ "-x" }}'


def lint_jinja(files: Mapping[str, str]) -> Iterator[Diagnostic]:
    """What looks wrong in templates.

    Args:
        files: The texts of those in Jinja2.
    """
    for name, text in files.items():
        yield from lint_texts(name, text)
        yield from _lint_values(name, text)
        yield from _lint_inclusions(name, text, files)


def _lint_values(name: str, text: str) -> Iterator[Diagnostic]:
    written = {found for match in _MACRO.finditer(text) for found in match.groups() if found}
    for start, end in values(text):
        source = text[start:end]
        if _is_written(source, written):
            continue
        where = at(name, text, start, end - start)
        before = text[text.rfind("\n", 0, start) + 1 : start]
        after = text[end : end + 1]
        if before.lstrip().startswith("#"):
            continue
        if _opens_quote(before):
            message = "a value stands inside of quotes"
            yield Diagnostic(IN_TEXT, Severity.WARNING, where, message, _HINT)
        elif _BESIDE.match(before[-1:]) or before[-1:] == "-" != before.strip() or _TOUCHES.match(after):
            message = "text stands directly beside a value"
            yield Diagnostic(IN_TEXT, Severity.WARNING, where, message, _HINT)
        elif _YAML.search(source):
            message = "a text that is YAML is printed as one JSON text"
            hint = "print the value itself, which is JSON and so YAML; or pipe the text to raw"
            yield Diagnostic(IN_TEXT, Severity.WARNING, where, message, hint)


def _is_written(source: str, written: set[str]) -> bool:
    """Whether a value is printed as it is, or may be: macros and blocks are."""
    found = _CALLS.match(source) or _NAME.match(source)
    return bool(_AS_IT_IS.search(source)) or (found is not None and found[1] in written)


def _opens_quote(before: str) -> bool:
    """Whether a line has a quote that is not closed; values that stand in it count for nothing."""
    shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", before)
    is_open = ""
    for position, character in enumerate(shown):
        if character == is_open:
            is_open = ""
        elif not is_open and character in "'\"" and not shown[:position].rstrip()[-1:].isalnum():
            is_open = character
    return bool(is_open)


def _lint_inclusions(name: str, text: str, files: Mapping[str, str]) -> Iterator[Diagnostic]:
    for found in _INCLUSION.finditer(text):
        called = found["name"]
        where = at(name, text, found.start("name"), len(called))
        if called in files:
            if called in (JINJA_JOB_FILE, JINJA_SERVICE_FILE) and "import" not in found[0]:
                message = f"{called} is included: it makes an object of its own"
                hint = "put what both need into another file, or into a macro"
                yield Diagnostic("includes-root", Severity.WARNING, where, message, hint)
        elif "ignore missing" not in found["more"]:
            message = f"there is no template {called!r} in Jinja2"
            hint = did_you_mean(called, files) or f"there are: {', '.join(sorted(files))}"
            yield Diagnostic("unknown-template", Severity.ERROR, where, message, hint)
