"""What the library asks of the machine it runs on: groups, time, randomness.

Everything here is a default that an embedding program can replace when it makes a backend.
"""

from __future__ import annotations

import asyncio
import grp
import logging
import os
import pwd
import random
import time
from datetime import UTC, datetime

from launcher_k8s.config.access import Account
from launcher_k8s.config.accounts import Accounts

_log = logging.getLogger(__name__)


class Groups:
    """The groups of users, as the host's directory has them; call it with a user's name.

    A user whom the host does not know has no groups; that is logged as a warning, once.
    """

    def __init__(self) -> None:
        self._unknown: set[str] = set()

    def __call__(self, user: str) -> tuple[str, ...]:
        """The names of a user's groups, the primary one first. May block on a directory service."""
        try:
            account = pwd.getpwnam(user)
        except (KeyError, ValueError):
            if user not in self._unknown:
                self._unknown.add(user)
                _log.warning("the host does not know user %r: no groups", user)
            return ()
        return tuple(filter(None, map(_group_name, os.getgrouplist(user, account.pw_gid))))


def account_of(user: str) -> Account | None:
    """An account with all its groups; None where the host does not know it."""
    try:
        found = pwd.getpwnam(user)
    except (KeyError, ValueError):
        return None
    return Account(user, found.pw_uid, frozenset(os.getgrouplist(user, found.pw_gid)))


def groups_of(user: str) -> tuple[str, ...]:
    """The names of a user's groups, for who asks but once: see :class:`Groups`."""
    return Groups()(user)


def knows_group(name: str) -> bool:
    """Whether the host's directory has a group of this name."""
    try:
        grp.getgrnam(name)
    except (KeyError, ValueError):
        return False
    return True


def knows_user(name: str) -> bool:
    """Whether the host's directory has a user of this name."""
    return account_of(name) is not None


def accounts() -> Accounts:
    """What the host knows of users and groups, for the readers of configuration."""
    return Accounts(
        knows_group,
        knows_user,
        lambda: [each.gr_name for each in grp.getgrall()],
        lambda: [each.pw_name for each in pwd.getpwall()],
    )


class SystemClock:
    """The system's :class:`~launcher_k8s.clock.Clock`; its waits are those of the running event loop."""

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; they only grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(seconds)


def random_source() -> random.Random:
    """Randomness from the operating system, for ids and for the jitter of retries."""
    return random.SystemRandom()


def group_name(number: int) -> str:
    """A group's name; its number where it has none."""
    return _group_name(number) or str(number)


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""
