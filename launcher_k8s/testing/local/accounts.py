"""Who asks: bearer tokens, impersonation, and what anybody may ask without saying who they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from launcher_k8s.testing.cluster.refusals import forbidden, unauthorized
from launcher_k8s.testing.cluster.requests import ADMINISTRATOR, ADMINISTRATORS

_BEARER: Final = "bearer"
_OPEN: Final = ("/healthz", "/livez", "/readyz", "/version")


@attrs.frozen
class Account:
    """A user and the groups they are of."""

    user: str = ADMINISTRATOR
    groups: tuple[str, ...] = ADMINISTRATORS


ANONYMOUS: Final = Account("system:anonymous", ("system:unauthenticated",))


class Accounts:
    """The tokens that are valid now."""

    def __init__(self) -> None:
        self._by_token: dict[str, Account] = {}

    def accept(self, token: str, account: Account) -> None:
        """Let a token in."""
        self._by_token[token] = account

    def revoke(self, token: str) -> None:
        """Let it in no more."""
        self._by_token.pop(token, None)

    def identify(self, path: str, authorization: str, impersonated: Mapping[str, Sequence[str]]) -> Account:
        """Who a request is from.

        Args:
            path: What is asked for.
            authorization: The header.
            impersonated: ``user`` and ``group`` of the ``Impersonate-`` headers.

        Raises:
            Refusal: 401 for a token that is not valid, 403 for none at all (of the paths open to everybody
                none is refused).
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != _BEARER:
            if path.split("/")[1] not in {each.strip("/") for each in _OPEN}:
                problem = f'User "{ANONYMOUS.user}" cannot get path "{path}"'
                raise forbidden("", "", problem)
            return ANONYMOUS
        account = self._by_token.get(token.strip())
        if account is None:
            raise unauthorized()
        if impersonated["user"]:
            groups = (*impersonated["group"], "system:authenticated")
            return Account(impersonated["user"][0], groups)
        return account
