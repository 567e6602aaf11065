"""The effects of a render that may reach nothing: all are refused, in words for the template's author."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.values import GoError


class NoEffects:
    """Refuses everything: for plans of which nobody said what their templates may reach."""

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        """Refuse to run a command."""
        _refuse(f"to run {argv[0]}" if argv else "to run a command")

    def groups_of(self, user: str) -> Sequence[str]:
        """Refuse to look up groups."""
        _refuse(f"to look up the groups of {user}")

    def environment(self, name: str) -> str:
        """Refuse to read the environment."""
        _refuse(f"to read the environment variable {name}")

    def addresses_of(self, host: str) -> Sequence[str]:
        """Refuse to resolve a name."""
        _refuse(f"to resolve {host}")

    def now(self) -> datetime:
        """Refuse to tell the time."""
        _refuse("to ask for the time")

    def random_bytes(self, count: int) -> bytes:
        """Refuse to draw random bytes."""
        _refuse(f"to draw {count} random bytes")


def _refuse(what: str) -> NoReturn:
    raise GoError(f"it needs {what}, and no effects were given that allow it")
