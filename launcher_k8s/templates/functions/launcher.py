"""The Launcher's own functions: ``exec`` and ``groups``; ``include`` comes with the engine.

The guides write ``$res.stdOut``, which Go does not have: the field is ``Stdout``. Effects that have a method
``warn`` allow it and are told; with any others it is Go's error. Source: facts on templates, 1.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from launcher_k8s.templates.effects import CommandResult, Effects
from launcher_k8s.templates.govalues.printing import sprint
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.signature import Function, Registry, function
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import MISSING, NIL_ERROR, ErrorValue, StringList

REGISTRY: Final[Registry] = {}

_MISSPELT: Final = "stdOut"
_STDOUT: Final = "Stdout"
_NOT_FOUND: Final = "executable file not found in $PATH"


@runtime_checkable
class Warned(Protocol):
    """Effects that hear of what works here but perhaps not with the vendor's plugin."""

    def warn(self, message: str) -> None:
        """Take a warning for the template's author."""


class ExecResult(Struct):
    """What became of a command: its four fields, and prints as its output.

    Args:
        result: What became of it.
        warn: Hears of a misspelt field; None if that is an error.
        command: Which it was.
    """

    __slots__ = ("_error", "_result", "_warn")
    go_type: ClassVar[str] = "main.ExecResult"

    def __init__(
        self, result: CommandResult, warn: Callable[[str], None] | None = None, *, command: str = ""
    ) -> None:
        self._result = result
        self._error = _error_value(result.error, command) if result.error else None
        self._warn = warn

    def get(self, name: str, default: object = None) -> Any:
        """What a template reads as ``.name``; nil is of the field's type, but for functions."""
        value = super().get(name, default)
        return NIL_ERROR if value is None and default is MISSING else value

    def go_field(self, name: str) -> Any:
        """A field's value; MISSING if there is none of that name."""
        if name == _MISSPELT and self._warn is not None:
            self._warn(f"write .{_STDOUT}, not .{_MISSPELT}: the vendor's plugin may refuse this")
            return self._result.stdout
        return super().go_field(name)

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """All fields with their names, in Go's order."""
        result = self._result
        return (
            ("ExitCode", result.exit_code),
            ("Err", self._error),
            (_STDOUT, result.stdout),
            ("Stderr", result.stderr),
        )

    def go_method(self, name: str) -> Function | None:
        """Its one method, which prints it."""
        return Function("String", (), None, self.go_string) if name == "String" else None

    def go_string(self) -> str:
        """What the command printed."""
        return self._result.stdout


class CommandNotFound(Struct):
    """Go's ``*exec.Error``: a command that is nowhere.

    Args:
        name: The command.
        cause: What is wrong with it.
    """

    __slots__ = ("_cause", "_name")
    go_type: ClassVar[str] = "*exec.Error"
    go_held_as: ClassVar[str] = "error"
    go_kind: ClassVar[str] = "ptr"

    def __init__(self, name: str, cause: str) -> None:
        self._name = name
        self._cause = ErrorValue(cause)

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """Both fields, in Go's order."""
        return (("Name", self._name), ("Err", self._cause))

    def go_method(self, name: str) -> Function | None:
        """What it says, and why."""
        answers = {"Error": self.go_string, "Unwrap": lambda: self._cause}
        return Function(name, (), None, answers[name]) if name in answers else None

    def go_string(self) -> str:
        """What it says."""
        return f"exec: {quote(self._name)}: {self._cause}"

    def go_copy(self) -> CommandNotFound:
        """What ``deepCopy`` makes of it: it cannot reach the cause's message."""
        return CommandNotFound(self._name, "")


def _error_value(message: str, command: str) -> ErrorValue | CommandNotFound:
    not_found = CommandNotFound(command, _NOT_FOUND)
    return not_found if not_found.go_string() == message else ErrorValue(message)


@function(REGISTRY, "string, ...any", "exec", needs_effects=True)
def execute(effects: Effects, command: str, *arguments: Any) -> ExecResult:
    """Run a command to its end; its failure is not the template's."""
    result = effects.run_command([command, *(sprint(argument) for argument in arguments)])
    warn = effects.warn if isinstance(effects, Warned) else None
    return ExecResult(result, warn, command=command)


@function(REGISTRY, "string", "groups", needs_effects=True)
def groups(effects: Effects, user: str) -> StringList:
    """A user's groups; a user whom the host does not know ends the render."""
    return StringList(effects.groups_of(user))
