"""What went wrong in a Jinja2 template, as the library's own errors: file, line, source line and cause.

Whatever came up, it came up at a line of a template: generated code knows which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

import jinja2
from jinja2.exceptions import SecurityError

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.jinja.absent import AbsentError
from launcher_k8s.templates.jinja.callee import CallError
from launcher_k8s.templates.jinja.meter import LimitError
from launcher_k8s.wording import did_you_mean, quote

_DEEP: Final = "something in it is nested too deep"
_SPLIT: Final = "split it into several templates, or macros"
_TYPES: Final = re.compile(r"'(\w+)'")
_WORDS: Final[Mapping[str, str]] = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a map",
    "NoneType": "none",
    "Namespace": "a namespace",
    "Macro": "a macro",
    "Callee": "a function",
    "LoopContext": "the loop",
    "TemplateModule": "a template",
}


def syntax_error(error: BaseException, name: str, text: str) -> TemplateSyntaxError:
    """What keeps a template from being compiled.

    Args:
        error: What came up.
        name: The template.
        text: Its text.
    """
    if not isinstance(error, jinja2.TemplateSyntaxError):
        is_number = isinstance(error, ValueError)
        cause = "a number in it is too large" if is_number else _DEEP
        return TemplateSyntaxError(
            f"template: {name}: {cause}", template=name, cause=cause, hint="" if is_number else _SPLIT
        )
    cause = error.message or "it cannot be parsed"
    line = max(1, error.lineno)
    lines = text.split("\n")
    source = lines[line - 1] if line <= len(lines) else ""
    message = f"template: {name}:{line}: {cause}"
    return TemplateSyntaxError(message, template=name, line=line, source=source.rstrip("\r"), cause=cause)


def render_error(
    error: BaseException, name: str, texts: Mapping[str, str], variables: Mapping[str, Any]
) -> TemplateRenderError:
    """What ended a render.

    Args:
        error: What came up.
        name: The template that was rendered.
        texts: All templates.
        variables: What templates can name besides functions.
    """
    place, line = _place(error.__traceback__) or (name, 0)
    cause, hint, word = _told(error, texts, variables)
    lines = texts[place].split("\n")
    source = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    column = _column(source, word)
    at = f"{place}:{line}" if column < 0 else f"{place}:{line}:{column}"
    return TemplateRenderError(
        f"template: {at}: {cause}" if line else f"template: {place}: {cause}",
        template=place,
        line=line,
        column=column,
        source=source,
        cause=cause,
        hint=hint,
    )


def _place(traceback: TracebackType | None) -> tuple[str, int] | None:
    """The innermost template of a traceback, and the line that it was at."""
    found = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, jinja2.Template):
            found = template.name or "", template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def _told(
    error: BaseException, texts: Mapping[str, str], variables: Mapping[str, Any]
) -> tuple[str, str, str]:
    """Cause, hint, and the name in the source line that it is about."""
    match error:
        case AbsentError():
            return str(error), _hint_for(error, variables), error.name
        case CallError():
            return str(error), error.hint, error.name
        case LimitError():
            return str(error), "", ""
        case jinja2.TemplateNotFound():
            return _not_found(error, texts)
        case SecurityError():
            return f"that is not allowed in a template: {error}", "", ""
        case RecursionError():
            return "templates or values are nested too deep", "", ""
        case MemoryError():
            return "out of memory", "", ""
        case TypeError() | jinja2.TemplateRuntimeError():
            return _TYPES.sub(lambda found: _WORDS.get(found[1], found[0]), str(error)), "", ""
        case _:
            return f"{type(error).__name__}: {error}", "", ""


def _hint_for(error: AbsentError, variables: Mapping[str, Any]) -> str:
    if error.is_field:
        return error.hint
    for variable, held in variables.items():
        if isinstance(held, dict) and error.name in held:
            return f"write {variable}.{error.name}"
    return did_you_mean(error.name, variables)


def _not_found(error: jinja2.TemplateNotFound, texts: Mapping[str, str]) -> tuple[str, str, str]:
    name = str(error.name)
    if isinstance(error, jinja2.TemplatesNotFound):
        told = ", ".join(quote(str(each)) for each in error.templates)
        return f"there is none of the templates {told}", _known(texts), ""
    return f"there is no template {quote(name)}", did_you_mean(name, texts) or _known(texts), name


def _known(texts: Mapping[str, str]) -> str:
    return f"there are: {', '.join(sorted(texts))}"


def _column(source: str, word: str) -> int:
    """The byte at which a word stands in a line, if it stands there once; else -1."""
    found = list(re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", source)) if word else []
    return len(source[: found[0].start()].encode("utf-8", "replace")) if len(found) == 1 else -1
