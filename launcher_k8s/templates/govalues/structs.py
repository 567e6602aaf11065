"""The base of values with fields and methods, as compiled templates read them.

Source: Go 1.26, text/template/exec.go (``evalField``).
"""

from __future__ import annotations

from typing import Any, ClassVar

from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import MISSING, NoFieldError


class Struct:
    """A value whose fields and methods templates may name; see :class:`~.values.GoStruct`."""

    __slots__ = ()
    go_type: ClassVar[str]
    go_kind: ClassVar[str] = "struct"

    def get(self, name: str, _default: object = None) -> Any:
        """What a template reads as ``.name``: a field, or what a method without arguments gives.

        Raises:
            NoFieldError: It has neither, or the method wants arguments.
        """
        method = self.go_method(name)
        if method is not None:
            if method.params:
                raise MethodArgumentsError(method)
            return method.call()
        value = self.go_field(name)
        if value is MISSING:
            raise NoFieldError(self, name)
        return value

    def go_field(self, name: str) -> Any:
        """An exported field's value; :data:`~.values.MISSING` if there is none of that name."""
        return dict(self.go_fields()).get(name, MISSING)

    def go_method(self, _name: str) -> Function | None:
        """A method with its receiver bound; None if there is none of that name."""
        return None

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """All fields with their names, in Go's order."""
        return ()

    def go_string(self) -> str | None:
        """What its ``String`` or ``Error`` method gives; None if it has neither."""
        return None


class MethodArgumentsError(Exception):
    """A method that was named without the arguments that it wants."""

    def __init__(self, method: Function) -> None:
        super().__init__(f"wrong number of args for {method.name}: want {len(method.params)} got 0")
