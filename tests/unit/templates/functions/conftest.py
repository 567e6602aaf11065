from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import pytest

from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.values import GoError


@attrs.define
class FakeEffects:
    """Effects of a host that is made up: its clock stands, and its random bytes count up."""

    moment: datetime = datetime(2024, 2, 29, 13, 4, 5, 678900, tzinfo=UTC)
    variables: dict[str, str] = attrs.Factory(dict)
    addresses: Sequence[str] = ()
    next_byte: int = 0

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        raise GoError(f"no command {argv[0]}")

    def groups_of(self, user: str) -> Sequence[str]:
        raise GoError(f"no user {user}")

    def environment(self, name: str) -> str:
        return self.variables.get(name, "")

    def addresses_of(self, host: str) -> Sequence[str]:
        return self.addresses

    def now(self) -> datetime:
        return self.moment

    def random_bytes(self, count: int) -> bytes:
        data = bytes((self.next_byte + at) % 256 for at in range(count))
        self.next_byte += count
        return data


@pytest.fixture
def effects() -> FakeEffects:
    return FakeEffects()
