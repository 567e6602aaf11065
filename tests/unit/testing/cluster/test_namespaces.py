from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT

Asker = Any
Make = Callable[..., dict[str, Any]]
NAMESPACES = NAMESPACE.resource()


@pytest.fixture
def lab(api: Api) -> str:
    api.add(NAMESPACE, {"metadata": {"name": "lab"}})
    return "lab"


def test_nothing_is_made_in_a_namespace_that_is_not_there(ask: Asker, maps: Resource, new_map: Make) -> None:
    refused = ask("create", maps.within("nope"), new_map("a"))

    assert (refused.code, refused.body["message"]) == (404, 'namespaces "nope" not found')


def test_a_new_namespace_is_furnished(api: Api, lab: str) -> None:
    assert api.find(SERVICE_ACCOUNT, "default", lab) is not None
    assert api.find(CONFIG_MAP, "kube-root-ca.crt", lab) is not None


def test_a_namespace_goes_with_what_is_in_it(
    ask: Asker, api: Api, maps: Resource, new_map: Make, lab: str
) -> None:
    ask("create", maps.within(lab), new_map("a"))

    marked = ask("delete", NAMESPACES.named(lab)).body

    assert marked["status"]["phase"] == "Terminating"
    assert "deletionGracePeriodSeconds" not in marked["metadata"]
    assert api.objects(CONFIG_MAP, lab) == []
    assert ask("get", NAMESPACES.named(lab)).code == 404


def test_a_namespace_waits_for_its_last_pod(
    ask: Asker, maps: Resource, pods: Resource, new_map: Make, new_pod: Make, lab: str
) -> None:
    ask("create", pods.within(lab), new_pod("p", node="n"))
    ask("delete", NAMESPACES.named(lab))

    assert ask("get", NAMESPACES.named(lab)).body["status"]["phase"] == "Terminating"
    refused = ask("create", maps.within(lab), new_map("a"))
    assert refused.body["details"]["causes"] == [
        {
            "reason": "NamespaceTerminating",
            "message": "namespace lab is being terminated",
            "field": "metadata.namespace",
        }
    ]
    ask("delete", pods.within(lab).named("p"), {"gracePeriodSeconds": 0})
    assert ask("get", NAMESPACES.named(lab)).code == 404


def test_some_namespaces_stay(ask: Asker) -> None:
    refused = ask("delete", NAMESPACES.named("default"))

    assert refused.body["message"] == 'namespaces "default" is forbidden: this namespace may not be deleted'
