"""What a template gets for a name or field that is not there: an error as soon as it is used.

Only ``is defined``, ``is undefined`` and the filter ``default`` may look at it.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import missing

from launcher_k8s.templates.jinja.words import word_for
from launcher_k8s.wording import did_you_mean, quote


class AbsentError(TemplateRuntimeError):
    """Something was used that is not there.

    Args:
        message: What.
        name: The name that was asked for.
        is_field: Whether it was asked of a value, rather than being a variable or function.
        hint: What was probably meant.
    """

    def __init__(self, message: str, *, name: str, is_field: bool, hint: str) -> None:
        super().__init__(message)
        self.name = name
        self.is_field = is_field
        self.hint = hint


class Absent(StrictUndefined):
    """What is not there."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None) -> None:
        is_field = obj is not missing and name is not None
        known = obj if isinstance(obj, dict) else ()
        if hint is not None:
            message = hint
        elif is_field:
            message = f"{word_for(obj)} has no field or element {quote(str(name))}"
        else:
            message = f"there is nothing named {quote(str(name))}"
        meant = did_you_mean(str(name), [key for key in known if isinstance(key, str)])
        if is_field and not meant:
            meant = "ask for what may be absent with default(...), or `is defined`"

        def fail(_message: str | None = None) -> AbsentError:
            return AbsentError(message, name=str(name), is_field=is_field, hint=meant)

        super().__init__(hint=message, obj=None, name=str(name), exc=fail)  # type: ignore[arg-type]
