"""What a template can call: a value of ours, of which templates can do nothing but call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launcher_k8s.templates.jinja.meter import Meter


class CallError(Exception):
    """A call, or an operation, that cannot be done; the message says why.

    Args:
        message: What is wrong.
        name: The name that stands in the template's source where it happens; empty where there is none.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, name: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.hint = hint


class Callee:
    """Something that templates call.

    Args:
        name: Its name.
        act: Does it; is given the meter of the render, and the arguments.
    """

    __slots__ = ("act", "name")

    def __init__(self, name: str, act: Callable[..., Any]) -> None:
        self.name = name
        self.act = act

    def answer(self, meter: Meter, *args: Any, **kwargs: Any) -> Any:
        """Call it.

        Args:
            meter: What the render has left.
            args: What the template gives.
            kwargs: What it gives by name.
        """
        return self.act(meter, *args, **kwargs)
