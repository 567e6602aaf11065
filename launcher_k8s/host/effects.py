"""The host's answers to what templates ask for: commands, groups, environment, names, time, randomness.

By default all is allowed that the Launcher allows; :meth:`HostEffects.strict` is for templates that are not
quite trusted. Source: facts on templates, 1.3 and 1.4.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.host import groups_of as groups_of_host
from launcher_k8s.host.commands import CommandLimits, run_command
from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.values import GoError

_HARMLESS: Final = ("PATH", "LANG", "LC_ALL", "TZ")


def _process_environment() -> Mapping[str, str]:
    return dict(os.environ)


@attrs.frozen(kw_only=True)
class HostEffects:
    """What this host answers; its methods may block, so a render belongs in a thread.

    Args:
        commands: The programs that ``exec`` may run, as templates name them; None for all.
        limits: What each of them may take.
        variables: The environment that templates read and that commands get; by default this process's as
            it is now.
        groups: Gives a user's groups; nothing for a user that it does not know.
        resolve_names: Whether templates may resolve host names.
    """

    __repr__ = brief

    commands: frozenset[str] | None = None
    limits: CommandLimits = attrs.field(factory=CommandLimits)
    variables: Mapping[str, str] = attrs.field(factory=_process_environment, repr=False)
    groups: Callable[[str], Sequence[str]] = groups_of_host
    resolve_names: bool = True

    @classmethod
    def strict(
        cls,
        *,
        commands: Sequence[str] = (),
        limits: CommandLimits | None = None,
        groups: Callable[[str], Sequence[str]] = groups_of_host,
    ) -> HostEffects:
        """No command but those named, no environment but what every program needs, no names resolved.

        Args:
            commands: The programs that may run.
            limits: What each of them may take; by default five seconds and 64 KiB.
            groups: Gives a user's groups.
        """
        return cls(
            commands=frozenset(commands),
            limits=limits or CommandLimits(seconds=5.0, output_bytes=1 << 16),
            variables={name: os.environ[name] for name in _HARMLESS if name in os.environ},
            groups=groups,
            resolve_names=False,
        )

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        """Run a command to its end, or to a limit's.

        Raises:
            GoError: It is none of those that may run.
        """
        if self.commands is not None and argv[0] not in self.commands:
            allowed = ", ".join(sorted(self.commands)) or "none"
            raise GoError(f"running {argv[0]} is not allowed; allowed commands: {allowed}")
        return run_command(argv, self.limits, environment=self.variables)

    def groups_of(self, user: str) -> Sequence[str]:
        """A user's groups.

        Raises:
            GoError: The user is not known, in the words of the ``groups`` command's failure.
        """
        groups = self.groups(user)
        if not groups:
            raise GoError("exit status 1")
        return groups

    def environment(self, name: str) -> str:
        """An environment variable; empty if it is not set."""
        return self.variables.get(name, "")

    def addresses_of(self, host: str) -> Sequence[str]:
        """A host name's addresses; none if it has none.

        Raises:
            GoError: Names may not be resolved.
        """
        if not self.resolve_names:
            raise GoError(f"resolving the name {host} is not allowed")
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

    def now(self) -> datetime:
        """The time, in this host's zone."""
        return datetime.now().astimezone()

    def random_bytes(self, count: int) -> bytes:
        """Random bytes, fit for keys."""
        return os.urandom(count)
