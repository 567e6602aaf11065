"""Sections that are for nobody: a group that the host lacks, a user's name that was meant otherwise.

Of a user whom the host does not know nothing is said where no other name is near: accounts come and go, and
may be known elsewhere (domain, section 1, "Warnings").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from launcher_k8s.config.accounts import Accounts
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.origin import OriginKind
from launcher_k8s.settings import ClusterSettings, ProfileSection, SubjectKind
from launcher_k8s.wording import closest, did_you_mean, quote

_ALL: Final = frozenset({"all", "any", "default", "defaults", "everybody", "everyone"})
_GROUP_PREFIXES: Final = ("group:", "group ", "@group:")
_MOST_ASKED: Final = 1000
_MOST_COMPARED: Final = 100


def check_whom(
    sections: Iterable[ProfileSection], accounts: Accounts, sources: Sources, findings: Findings
) -> None:
    """Report sections for whom there is nobody on the host, with whom they were probably meant for.

    Args:
        sections: The sections of a profiles file, in order.
        accounts: What the host knows; a directory service is asked for so many names at most.
        sources: The files that were read.
        findings: Told of everything.
    """
    first: dict[str, ProfileSection] = {}
    for section in sections:
        first.setdefault(section.title, section)
    for number, section in enumerate(_unknown(islice(first.values(), _MOST_ASKED), accounts)):
        hint = _hint(section, accounts) if number < _MOST_COMPARED else ""
        if section.kind is SubjectKind.GROUP:
            name = quote(section.name)
            message = f"this host has no group {name}: only of use where groups are given by hand"
            where = sources.at(section.origin)
            findings.report("unknown-group", where, message, hint or "check the name")
        elif hint:
            message = f"this host has no user {quote(section.name)}"
            findings.report("unknown-user", sources.at(section.origin), message, hint)


def check_server_user(
    cluster: ClusterSettings, accounts: Accounts, sources: Sources, findings: Findings
) -> None:
    """Report a server user that is stated, and whom the host does not know."""
    origin, user = cluster.origin("server_user"), cluster.server_user
    if origin.kind is OriginKind.DEFAULT or accounts.knows_user(user):
        return
    message = f"this host has no user {quote(user)}: the Launcher could not run as it here"
    hint = did_you_mean(user, accounts.users()) or "check the name, or create the account"
    findings.report("unknown-server-user", sources.at(origin), message, hint)


def _unknown(sections: Iterable[ProfileSection], accounts: Accounts) -> Iterator[ProfileSection]:
    for section in sections:
        is_group = section.kind is SubjectKind.GROUP
        knows = accounts.knows_group if is_group else accounts.knows_user
        if section.kind is not SubjectKind.EVERYONE and not knows(section.name):
            yield section


def _hint(section: ProfileSection, accounts: Accounts) -> str:
    if "," in section.name or " @" in section.name:
        return "give each of them a section of its own"
    near = _NEAR[section.kind](section.name, accounts)
    return f"did you mean [{near}]?" if near else ""


def _near_group(name: str, accounts: Accounts) -> str:
    near = closest(name, accounts.groups())
    return f"@{near}" if near else ""


def _near_user(name: str, accounts: Accounts) -> str:
    """The title that was probably meant in place of a user whom the host does not know."""
    if name.lower() in _ALL:
        return "*"
    for prefix in _GROUP_PREFIXES:
        if name.lower().startswith(prefix):
            return f"@{name[len(prefix) :].strip()}"
    return f"@{name}" if accounts.knows_group(name) else closest(name, accounts.users())


_NEAR: Final[Mapping[SubjectKind, Callable[[str, Accounts], str]]] = MappingProxyType(
    {SubjectKind.GROUP: _near_group, SubjectKind.USER: _near_user}
)
