"""Effects that no template may ask for: a test's own say what it expects instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from launcher_k8s.templates.effects import CommandResult


class UnaskedEffects:
    """Fails the test that asks for any."""

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        raise AssertionError(argv)

    def groups_of(self, user: str) -> Sequence[str]:
        raise AssertionError(user)

    def environment(self, name: str) -> str:
        raise AssertionError(name)

    def addresses_of(self, host: str) -> Sequence[str]:
        raise AssertionError(host)

    def now(self) -> datetime:
        raise AssertionError

    def random_bytes(self, count: int) -> bytes:
        raise AssertionError(count)
