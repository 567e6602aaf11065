"""Everything that a template may reach beyond its data: one value, handed in.

A pure room knows no clock, no randomness and no host: here it is said what a render may ask for, and
:mod:`launcher_k8s.host` gives the host's answers. Source: facts on templates, 1.3 and 1.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from launcher_k8s.brevity import brief


@attrs.frozen
class CommandResult:
    """What became of a command.

    Args:
        exit_code: As the command gave it; -1 if it was killed by a signal or did not start.
        error: Go's text for anything but success, such as ``exit status 1``; empty for success.
        stdout: What it printed.
        stderr: What it complained.
    """

    __repr__ = brief

    exit_code: int
    error: str
    stdout: str
    stderr: str


class Effects(Protocol):
    """What a render may ask for; a method raises ``GoError`` where it is refused or fails."""

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        """Run a command to its end (``exec``)."""

    def groups_of(self, user: str) -> Sequence[str]:
        """A user's groups (``groups``); raises for one that the host does not know."""

    def environment(self, name: str) -> str:
        """An environment variable, empty if it is not set (``env``, ``expandenv``)."""

    def addresses_of(self, host: str) -> Sequence[str]:
        """A host name's addresses (``getHostByName``)."""

    def now(self) -> datetime:
        """The time, with the local zone."""

    def random_bytes(self, count: int) -> bytes:
        """Random bytes, fit for keys."""
