"""A template function with its Go signature, and the checks that Go makes of a call's arguments.

Parameter types are strict (facts on templates, 2.7): ``repeat (add 1 2) "x"`` is an error, since ``add``
gives an ``int64``; only a constant is converted. The signature is written as Go writes it, so that it can be
compared with the original; ``any`` is ``interface {}``, in ``map[string]any`` too. A function gets None for
a nil of whatever type it takes, and MISSING only where it takes a ``reflect.Value`` (Go's own ``len``,
``index``, ``eq``, ...), for which no value is not nil.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs

Call = TypeVar("Call", bound=Callable[..., Any])
TEXT: Final = "str"
"""What a function is annotated to give whose result is text and nothing else."""
_MADE: Final = frozenset({TEXT, "list[Any]", "StringList", "IntList", "ListOfLists"})
"""What functions give whose results count as made, as they are annotated."""


@attrs.frozen
class Function:
    """A function that templates call.

    Args:
        name: As templates write it.
        params: Go's names of the parameters' types, without the variadic one.
        variadic: The type of further arguments; None if there are none.
        call: The function itself, on checked arguments; raises
            :class:`~launcher_k8s.templates.govalues.values.GoError`.
        needs_effects: Whether it takes the :class:`~launcher_k8s.templates.effects.Effects` first.
        gives: What it is annotated to give; empty if nothing is known of that.
        alone: Does the same for one argument, quicker; None if it makes no difference.
    """

    name: str
    params: tuple[str, ...]
    variadic: str | None
    call: Callable[..., Any]
    needs_effects: bool = False
    gives: str = ""
    alone: Callable[[Any], Any] | None = None

    @property
    def makes(self) -> bool:
        """Whether what it gives is text or a list, and new: its length counts as made by the render."""
        return self.gives in _MADE

    @property
    def may_give_nil(self) -> bool:
        """Whether it may give nil, or nothing is known of what it gives."""
        return self.gives in {"", "Any"} or "None" in self.gives


Registry = dict[str, Function]


def function(
    registry: Registry,
    signature: str,
    *names: str,
    needs_effects: bool = False,
    alone: Callable[[Any], Any] | None = None,
) -> Callable[[Call], Call]:
    """Put a Python function into a registry under one or more names.

    Args:
        registry: Where to put it.
        signature: Go's parameters, as in ``"int, ...string"``; the result's type is the value's own.
        names: As templates write it.
        needs_effects: Whether it takes the effects first.
        alone: Does the same for one argument, quicker.
    """
    *types, last = [part.strip() for part in signature.split(",")] if signature else [""]
    variadic = last.removeprefix("...") if last.startswith("...") else None
    params = tuple(types) if variadic is not None or not last else (*types, last)

    def register(call: Call) -> Call:
        gives = call.__annotations__.get("return", "")
        for name in names:
            registry[name] = Function(name, params, variadic, call, needs_effects, gives, alone)
        return call

    return register
