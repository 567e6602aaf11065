"""What went wrong in a compiled template, in Go's words.

Python's exceptions tell what and where in the generated source; here that becomes the message that Go would
give. Source: Go 1.26, text/template/exec.go (``errorf``, ``evalField``, ``evalCall``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from launcher_k8s.templates.gotemplate.arguments import ANY, ExecutionError
from launcher_k8s.templates.gotemplate.nodes import AnyNode, ChainNode, IdentifierNode, PipeNode
from launcher_k8s.templates.gotemplate.run import Program
from launcher_k8s.templates.gotemplate.sites import Site
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.gotemplate.visits import last_visited
from launcher_k8s.templates.govalues.allowance import LimitError
from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.structs import MethodArgumentsError, Struct
from launcher_k8s.templates.govalues.values import NIL_ERROR, GoError, NoFieldError


class Failure(NamedTuple):
    """An error and where it is.

    Args:
        message: All that Go says.
        cause: What is wrong, without the place.
        template: The file.
        line: The line in it, from 1.
        column: The byte in that, from 0.
        source: The line's text.
        hint: What to do about it.
    """

    message: str
    cause: str
    template: str = ""
    line: int = 0
    column: int = -1
    source: str = ""
    hint: str = ""


def describe(program: Program, frame: FrameType, instruction: int, error: BaseException) -> Failure:
    """Tell an error of a template in Go's words.

    Args:
        program: The template.
        frame: Its frame.
        instruction: Where in it the error came up.
        error: What came up.
    """
    site = program.sites.find(frame.f_code, instruction, in_call=isinstance(error, GoError))
    if site is None:
        raise error
    node = site.node
    if site.is_last:
        node = last_visited(node, program.sites.choices, frame.f_locals)
    failure = _placed(site.template, node, _cause(site, frame.f_locals, error))
    return failure._replace(hint=error.hint) if isinstance(error, LimitError) else failure


def frame_of(program: Program, traceback: TracebackType | None) -> tuple[FrameType, int] | None:
    """A program's own frame in a traceback, and where it was."""
    while traceback is not None:
        if traceback.tb_frame.f_code is program.function.__code__:
            return traceback.tb_frame, traceback.tb_lasti
        traceback = traceback.tb_next
    return None


def _placed(template: Template, node: AnyNode, cause: str) -> Failure:
    line, column = template.locate(node.pos)
    message = (
        f"template: {template.parse_name}:{line}:{column}: "
        f"executing {quote(template.name)} at <{node}>: {cause}"
    )
    return Failure(message, cause, template.parse_name, line, column, template.text.split("\n")[line - 1])


def _cause(site: Site, variables: Mapping[str, Any], error: BaseException) -> str:
    match error:
        case GoError():
            message = str(error)
        case ExecutionError() | MethodArgumentsError() | LimitError():
            return str(error)
        case NoFieldError():
            return _no_field(site, variables, error.obj, error.name)
        case AttributeError(name="get") if site.fields:
            return _no_field(site, variables, error.obj, site.fields[-1])
        case RecursionError():
            message = "values nested too deep"
        case MemoryError():
            message = "out of memory"
        case _:  # a fault of ours: it is the template's caller who must hear of it, in order
            message = f"{type(error).__name__}: {error}"
    return f"error calling {site.name}: {message}" if site.name else message


def _no_field(site: Site, variables: Mapping[str, Any], value: Any, name: str) -> str:
    if value is None or value is NIL_ERROR:
        return f"nil pointer evaluating {ANY if value is None else type_name(value)}.{name}"
    if isinstance(value, Struct) and name in dict(value.go_fields()):
        return f"{name} is an unexported field of struct type {type_name(value)}"
    kind = type_name(value)
    if _is_wrapped(site, variables, value):
        kind = ANY
    elif not _is_result(site):
        kind = getattr(value, "go_held_as", kind)  # the type of the field that holds it
    return f"can't evaluate field {name} in type {kind}"


def _is_result(site: Site) -> bool:
    """Whether the value comes straight out of a function, which gives it as what it is."""
    if len(site.fields) != 1 or not isinstance(site.node, ChainNode):
        return False
    pipe = site.node.node
    first = pipe.cmds[-1].args[0] if isinstance(pipe, PipeNode) else pipe
    return isinstance(first, IdentifierNode) and first.ident not in {"and", "or"}


def _is_wrapped(site: Site, variables: Mapping[str, Any], value: Any) -> bool:
    """Whether Go sees the value as an ``interface {}``: as an element of a list or map of such."""
    if not site.base:
        return False
    holder, held = variables.get(site.container), variables.get(site.base)
    for name in site.fields[:-1]:
        holder, held = held, held.get(name) if isinstance(held, dict | Struct) else None
    if held is not value:
        return False
    held_in = holder if type(holder) is list else holder.values() if type(holder) is dict else ()
    return any(element is value for element in held_in)
