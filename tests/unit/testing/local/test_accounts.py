"""Who is let in."""

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, POD
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.local.accounts import ANONYMOUS, Account, Accounts

POD_OBJECT = {
    "metadata": {"name": "p", "namespace": "ns", "uid": "1"},
    "spec": {"serviceAccountName": "robot"},
}
MAPS = "/api/v1/configmaps"


def ask(accounts: Accounts, token: str, user: str = "", groups: tuple[str, ...] = ()) -> Account:
    played = {"user": [user] if user else [], "group": list(groups)}
    return accounts.identify(MAPS, f"Bearer {token}", played, is_resource=True)


def test_a_pods_token_is_its_service_accounts_while_there_is_the_pod() -> None:
    accounts = Accounts()
    token = accounts.sign(POD_OBJECT)
    assert ask(accounts, token).user == "system:serviceaccount:ns:robot"
    accounts.note(POD, "MODIFIED", POD_OBJECT)
    accounts.note(CONFIG_MAP, "DELETED", POD_OBJECT)
    assert ask(accounts, token).user == "system:serviceaccount:ns:robot"
    accounts.note(POD, "DELETED", POD_OBJECT)
    with pytest.raises(Refusal) as refused:
        ask(accounts, token)
    assert refused.value.code == 401
    assert not accounts._tokens_of_pods


def test_the_administrators_token_is_the_one_that_is_valid_now() -> None:
    accounts, tokens = Accounts(), ["old", "new"]
    accounts.follow(lambda: tokens[-1])
    assert ask(accounts, "new") == Account()
    with pytest.raises(Refusal):
        ask(accounts, "old")


def test_who_is_known_may_play_somebody_else() -> None:
    accounts = Accounts()
    accounts.accept("t", Account("jo"))
    assert ask(accounts, "t", "ann", ("a",)) == Account("ann", ("a", "system:authenticated"))


@pytest.mark.parametrize("path", ["/healthz", "/readyz/ping", "/version"])
def test_some_paths_are_open_to_everybody(path: str) -> None:
    assert Accounts().identify(path, "", {"user": [], "group": []}) == ANONYMOUS


def test_a_resource_is_left_to_the_roles_and_another_path_refused() -> None:
    assert Accounts().identify(MAPS, "", {"user": [], "group": []}, is_resource=True) == ANONYMOUS
    with pytest.raises(Refusal) as refused:
        Accounts().identify("/apis", "", {"user": [], "group": []})
    assert refused.value.code == 403
