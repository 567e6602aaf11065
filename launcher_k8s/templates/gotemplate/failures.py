"""What went wrong in a compiled template, in Go's words.

Python's exceptions tell what and where in the generated source; here that becomes the message that Go would
give. Source: Go 1.26, text/template/exec.go (``errorf``, ``evalField``, ``evalCall``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from launcher_k8s.templates.gotemplate.arguments import ANY, ExecutionError
from launcher_k8s.templates.gotemplate.run import Program
from launcher_k8s.templates.gotemplate.sites import Site
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.structs import MethodArgumentsError
from launcher_k8s.templates.govalues.values import GoError, NoFieldError, StringMap, TypedList


class Failure(NamedTuple):
    """An error and where it is.

    Args:
        message: All that Go says.
        cause: What is wrong, without the place.
        template: The file.
        line: The line in it, from 1.
        column: The byte in that, from 0.
        source: The line's text.
    """

    message: str
    cause: str
    template: str = ""
    line: int = 0
    column: int = -1
    source: str = ""


def describe(program: Program, frame: FrameType, instruction: int, error: BaseException) -> Failure:
    """Tell an error of a template in Go's words.

    Args:
        program: The template.
        frame: Its frame.
        instruction: Where in it the error came up.
        error: What came up.
    """
    site = program.sites.find(frame.f_code, instruction)
    if site is None:
        raise error
    cause = _cause(site, frame.f_locals, error)
    if cause is None:
        raise error
    return _placed(site, cause)


def frame_of(program: Program, traceback: TracebackType | None) -> tuple[FrameType, int] | None:
    """A program's own frame in a traceback, and where it was."""
    while traceback is not None:
        if traceback.tb_frame.f_code is program.function.__code__:  # type: ignore[attr-defined]
            return traceback.tb_frame, traceback.tb_lasti
        traceback = traceback.tb_next
    return None


def _placed(site: Site, cause: str) -> Failure:
    template = site.template
    line, column = template.locate(site.node.pos)
    message = (
        f"template: {template.parse_name}:{line}:{column}: "
        f"executing {quote(template.name)} at <{site.node}>: {cause}"
    )
    return Failure(message, cause, template.parse_name, line, column, template.text.split("\n")[line - 1])


def _cause(site: Site, variables: Mapping[str, Any], error: BaseException) -> str | None:
    match error:
        case GoError():
            return f"error calling {site.name}: {error}"
        case ExecutionError() | MethodArgumentsError():
            return str(error)
        case NoFieldError():
            return _no_field(site, variables, error.obj, error.name)
        case AttributeError(name="get") if site.fields:
            return _no_field(site, variables, error.obj, site.fields[-1])
        case UnboundLocalError():
            return f"undefined variable: {site.node}"
        case RecursionError() | MemoryError() if site.name:
            return f"error calling {site.name}: {_LIMITS[type(error)]}"
        case _:
            return None


_LIMITS: Mapping[type, str] = {RecursionError: "values nested too deep", MemoryError: "out of memory"}


def _no_field(site: Site, variables: Mapping[str, Any], value: Any, name: str) -> str:
    if value is None:
        return f"nil pointer evaluating {ANY}.{name}"
    kind = ANY if _is_wrapped(site, variables, value) else type_name(value)
    return f"can't evaluate field {name} in type {kind}"


def _is_wrapped(site: Site, variables: Mapping[str, Any], value: Any) -> bool:
    """Whether Go sees the value as an ``interface {}``: as an element of a list or map of such."""
    if not site.base:
        return False
    holder, held = variables.get(site.container), variables.get(site.base)
    for name in site.fields[:-1]:
        holder, held = held, held.get(name) if hasattr(held, "get") else None
    if held is not value:
        return False
    if type(holder) is list:
        return any(element is value for element in holder)
    return (
        isinstance(holder, dict)
        and not isinstance(holder, StringMap)
        and any(element is value for element in holder.values())
    )
