"""Who asks: bearer tokens, impersonation, and what anybody may ask without saying who they are."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from launcher_k8s.testing.cluster.access import UNAUTHENTICATED
from launcher_k8s.testing.cluster.kinds import POD, Kind, Object
from launcher_k8s.testing.cluster.refusals import forbidden, unauthorized
from launcher_k8s.testing.cluster.requests import ADMINISTRATOR, ADMINISTRATORS
from launcher_k8s.testing.cluster.store import EventType

_BEARER: Final = "bearer"
_OPEN: Final = ("/healthz", "/livez", "/readyz", "/version")


@attrs.frozen
class Account:
    """A user and the groups they are of."""

    user: str = ADMINISTRATOR
    groups: tuple[str, ...] = ADMINISTRATORS


def service_account(namespace: str, name: str) -> Account:
    """The account of pods that run as a service account."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return Account(f"system:serviceaccount:{namespace}:{name}", groups)


PREFIX: Final = "/token/"
"""Begins paths that carry a token: for kubectl, which sends none in a header without TLS."""
ANONYMOUS: Final = Account("system:anonymous", (UNAUTHENTICATED,))


def split_prefix(path: str) -> tuple[str, str]:
    """The prefix of a path that carries a token, empty without one, and the rest."""
    if not path.startswith(PREFIX):
        return "", path
    token, _, rest = path.removeprefix(PREFIX).partition("/")
    return f"{PREFIX}{token}", f"/{rest}"


class Accounts:
    """The tokens that are valid now."""

    def __init__(self) -> None:
        self._by_token: dict[str, Account] = {}
        self._tokens_of_pods: dict[str, list[str]] = {}
        self._administrator: Callable[[], str] = lambda: ""

    def accept(self, token: str, account: Account) -> None:
        """Let a token in."""
        self._by_token[token] = account

    def follow(self, administrator: Callable[[], str]) -> None:
        """Let the administrator in with whatever token is valid for them now."""
        self._administrator = administrator

    def sign(self, pod: Object) -> str:
        """A new token for a pod's service account, valid while there is the pod."""
        token = secrets.token_urlsafe(32)
        account = pod["spec"].get("serviceAccountName") or "default"
        self.accept(token, service_account(pod["metadata"]["namespace"], account))
        self._tokens_of_pods.setdefault(pod["metadata"]["uid"], []).append(token)
        return token

    def note(self, kind: Kind, type_: EventType, content: Object) -> None:
        """For the store: an object has changed."""
        if kind is POD and type_ == "DELETED":
            for token in self._tokens_of_pods.pop(content["metadata"]["uid"], ()):
                self.revoke(token)

    def revoke(self, token: str) -> None:
        """Let it in no more."""
        self._by_token.pop(token, None)

    def identify(
        self,
        path: str,
        authorization: str,
        impersonated: Mapping[str, Sequence[str]],
        *,
        is_resource: bool = False,
    ) -> Account:
        """Who a request is from.

        Args:
            path: What is asked for.
            authorization: The header.
            impersonated: ``user`` and ``group`` of the ``Impersonate-`` headers.
            is_resource: Whether it is a resource's path: who may do what there is asked later.

        Raises:
            Refusal: 401 for a token that is not valid, 403 for none at all (of the paths open to everybody
                none is refused).
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != _BEARER:
            if not is_resource and path.split("/")[1] not in {each.strip("/") for each in _OPEN}:
                problem = f'User "{ANONYMOUS.user}" cannot get path "{path}"'
                raise forbidden("", "", problem)
            return ANONYMOUS
        account = self._account(token.strip())
        if account is None:
            raise unauthorized()
        if impersonated["user"]:
            groups = (*impersonated["group"], "system:authenticated")
            return Account(impersonated["user"][0], groups)
        return account

    def _account(self, token: str) -> Account | None:
        return Account() if token and token == self._administrator() else self._by_token.get(token)
