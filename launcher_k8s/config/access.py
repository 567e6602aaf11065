"""Whether an account may read a file, by owner, group and mode of the file and of each directory on the way.

The server user reads the files at every reload, when it no longer has the rights of whoever looks at them now
(domain, section 3). This is the rule of POSIX without access control lists: what a list gives or takes is not
seen, which is why nothing is refused for it.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

_READ, _SEARCH = 0o4, 0o1


@attrs.frozen
class Account:
    """An account of the host, with the numbers of all its groups."""

    name: str
    uid: int
    gids: frozenset[int]


@attrs.frozen
class Step:
    """A directory on the way to a file, or, as the last one, the file.

    Args:
        path: Where it is.
        uid: Its owner.
        gid: Its group.
        mode: Its permission bits.
        owner: How owner and group are called, for people.
    """

    path: str
    uid: int
    gid: int
    mode: int
    owner: str = ""


def find_obstacle(way: Iterable[Step], account: Account) -> str:
    """What keeps an account from reading a file; empty where nothing does.

    Args:
        way: The directories that lead to the file, then the file.
        account: Who would read it.
    """
    *directories, file = way
    for directory in directories:
        if not _may(directory, account, _SEARCH):
            return f"may not enter {_shown(directory)}"
    return "" if _may(file, account, _READ) else f"may not read {_shown(file)}"


def _may(step: Step, account: Account, wanted: int) -> bool:
    if account.uid == 0:
        return True
    shift = 6 if step.uid == account.uid else 3 if step.gid in account.gids else 0
    return bool(step.mode >> shift & wanted)


def _shown(step: Step) -> str:
    owner = step.owner or f"{step.uid}:{step.gid}"
    return f"{step.path} ({owner}, mode {step.mode:04o})"
