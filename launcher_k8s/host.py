"""What the library asks of the machine it runs on: groups, time, randomness.

Everything here is a default that an embedding program can replace when it makes a backend.
"""

from __future__ import annotations

import grp
import logging
import os
import pwd
import random
from datetime import UTC, datetime

_log = logging.getLogger(__name__)


def groups_of(user: str) -> tuple[str, ...]:
    """The names of a user's groups, the primary one first, as the host's directory has them.

    A user whom the host does not know has no groups; that is logged as a warning. May block on a
    directory service.
    """
    try:
        account = pwd.getpwnam(user)
    except (KeyError, ValueError):
        _log.warning("the host does not know user %r: no groups", user)
        return ()
    return tuple(filter(None, map(_group_name, os.getgrouplist(user, account.pw_gid))))


def knows_group(name: str) -> bool:
    """Whether the host's directory has a group of this name."""
    try:
        grp.getgrnam(name)
    except (KeyError, ValueError):
        return False
    return True


def now() -> datetime:
    """The present time, aware, in UTC."""
    return datetime.now(UTC)


def random_source() -> random.Random:
    """Randomness from the operating system, for ids and for the jitter of retries."""
    return random.SystemRandom()


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""
