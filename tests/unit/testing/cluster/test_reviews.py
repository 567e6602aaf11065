from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from launcher_k8s.connection import Resource

Asker = Any
Make = Callable[..., dict[str, Any]]
ACCOUNTS = Resource("serviceaccounts", namespace="default")


def test_a_token_says_whose_it_is_and_how_long(ask: Asker) -> None:
    made = ask("create", ACCOUNTS.named("default", "token"), {"spec": {"expirationSeconds": 600}})

    assert made.code == 201
    status = made.body["status"]
    assert status["expirationTimestamp"] == "2026-01-02T12:10:00Z"
    claims = status["token"].split(".")[1]
    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert read["sub"] == "system:serviceaccount:default:default"
    assert read["exp"] - read["iat"] == 600


def test_a_token_cannot_be_too_short_lived(ask: Asker) -> None:
    refused = ask("create", ACCOUNTS.named("default", "token"), {"spec": {"expirationSeconds": 1}})

    assert refused.code == 422
    assert refused.body["message"].endswith("may not specify a duration less than 10 minutes")


def test_an_eviction_deletes_the_pod(ask: Asker, pods: Resource, new_pod: Make) -> None:
    ask("create", pods, new_pod("p"))

    evicted = ask("create", pods.named("p", "eviction"), {"metadata": {"name": "p"}})

    assert (evicted.code, evicted.body["status"]) == (201, "Success")
    assert ask("get", pods.named("p")).code == 404


def test_an_eviction_of_nobody(ask: Asker, pods: Resource) -> None:
    assert ask("create", pods.named("p", "eviction"), {"metadata": {"name": "p"}}).code == 404
