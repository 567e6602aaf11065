from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import PRIORITY_CLASS, SERVICE_ACCOUNT

Asker = Any
Make = Callable[..., dict[str, Any]]
TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount"


def test_a_pod_gets_the_token_of_its_service_account(ask: Asker, pods: Resource, new_pod: Make) -> None:
    spec = ask("create", pods, new_pod("p")).body["spec"]

    (volume,) = spec["volumes"]
    assert volume["name"].startswith("kube-api-access-")
    assert spec["serviceAccountName"] == "default"
    assert spec["containers"][0]["volumeMounts"] == [
        {"name": volume["name"], "readOnly": True, "mountPath": TOKENS}
    ]


def test_an_account_can_keep_its_token_and_give_pull_secrets(
    ask: Asker, api: Api, pods: Resource, new_pod: Make
) -> None:
    account = {
        "metadata": {"name": "quiet"},
        "automountServiceAccountToken": False,
        "imagePullSecrets": [{"name": "s"}],
    }
    api.add(SERVICE_ACCOUNT, account, namespace="default")
    pod = new_pod("p")
    pod["spec"]["serviceAccountName"] = "quiet"

    spec = ask("create", pods, pod).body["spec"]

    assert "volumes" not in spec
    assert spec["imagePullSecrets"] == [{"name": "s"}]


def test_a_service_account_that_is_not_there(ask: Asker, pods: Resource, new_pod: Make) -> None:
    pod = new_pod("p")
    pod["spec"]["serviceAccountName"] = "nope"

    assert ask("create", pods, pod).body["message"] == (
        'pods "p" is forbidden: error looking up service account default/nope: '
        'serviceaccount "nope" not found'
    )


def test_a_priority_comes_from_its_class(ask: Asker, api: Api, pods: Resource, new_pod: Make) -> None:
    api.add(PRIORITY_CLASS, {"metadata": {"name": "high"}, "value": 7, "preemptionPolicy": "Never"})
    pod = new_pod("p")
    pod["spec"]["priorityClassName"] = "high"

    spec = ask("create", pods, pod).body["spec"]

    assert (spec["priority"], spec["preemptionPolicy"]) == (7, "Never")


def test_a_priority_class_that_is_not_there(ask: Asker, pods: Resource, new_pod: Make) -> None:
    pod = new_pod("p")
    pod["spec"]["priorityClassName"] = "nope"

    assert ask("create", pods, pod).body["message"] == (
        'pods "p" is forbidden: no PriorityClass with name nope was found'
    )
