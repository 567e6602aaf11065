"""What values are called where a template's author is told of them."""

from __future__ import annotations

from typing import Any, Final

from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference, Undefined
from jinja2.utils import Namespace

from launcher_k8s.templates.govalues.kinds import type_name
from launcher_k8s.templates.jinja.callee import Callee

_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "a text"),
    ((int, float), "a number"),
    (dict, "a map"),
    ((list, tuple), "a list"),
    (Macro, "a macro"),
    (BlockReference, "a block"),
    (LoopContext, "the loop"),
    (Namespace, "a namespace"),
    (TemplateReference, "the template itself"),
    (Callee, "a function"),
    (Undefined, "what is not there"),
)


def word_for(value: Any) -> str:
    """What a value is, for people."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    for kind, word in _KINDS:
        if isinstance(value, kind):
            return word
    return f"a {type_name(value)}" if hasattr(type(value), "go_type") else "a value"
