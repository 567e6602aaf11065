"""What templates reach beyond their data, when they are compared with real Go.

Commands and groups are what the request says; everything else is this process's own, as it is the Go
program's: the comparison looks at properties where two processes cannot agree.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from launcher_k8s.host.commands import CommandLimits, run_command
from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.values import GoError


class RequestEffects:
    """Answers as a request says.

    Args:
        commands: What commands do, by their words joined by blanks; others are run.
        groups: Users' groups; other users are unknown.
    """

    def __init__(self, commands: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands
        self._groups = groups

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        told = self._commands.get(" ".join(argv))
        if told is None:
            return run_command(argv, CommandLimits(), environment=os.environ)
        texts = (told.get(key, "") for key in ("err", "stdout", "stderr"))
        return CommandResult(told.get("exitCode", 0), *texts)

    def groups_of(self, user: str) -> Sequence[str]:
        if user not in self._groups:
            raise GoError("exit status 1")
        return self._groups[user]

    def environment(self, name: str) -> str:
        return os.environ.get(name, "")

    def addresses_of(self, host: str) -> Sequence[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            return []

    def now(self) -> datetime:
        return datetime.now(UTC)

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)
