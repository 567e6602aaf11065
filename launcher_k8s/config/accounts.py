"""What the readers are told of the host's users and groups: through functions that are passed in.

A section for somebody unknown is no error: it may be read on another host than where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs


@attrs.frozen
class Accounts:
    """The users and groups of a host, as far as they are asked for.

    Args:
        knows_group: Whether there is a group of a name.
        knows_user: Whether there is a user of a name.
        groups: The names of groups that can be listed without effort, to find the one that was meant.
        users: Likewise, of users.
    """

    knows_group: Callable[[str], bool]
    knows_user: Callable[[str], bool]
    groups: Callable[[], Iterable[str]] = tuple
    users: Callable[[], Iterable[str]] = tuple
