from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, POD
from launcher_k8s.testing.cluster.ownership import Collector

Asker = Any
Make = Callable[..., dict[str, Any]]


def owned_by(owner: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    metadata = owner["metadata"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": metadata["name"], "uid": metadata["uid"]}
    return [reference | more]


@pytest.fixture
def owner(ask: Asker, maps: Resource, new_map: Make) -> dict[str, Any]:
    made: dict[str, Any] = ask("create", maps, new_map("owner")).body
    return made


def exists(api: Api, name: str) -> bool:
    return api.find(CONFIG_MAP, name, "default") is not None


def test_what_is_owned_goes_with_its_owner_and_so_on(
    ask: Asker, api: Api, maps: Resource, new_map: Make, owner: dict[str, Any]
) -> None:
    child = ask("create", maps, new_map("child", ownerReferences=owned_by(owner))).body
    ask("create", maps, new_map("grandchild", ownerReferences=owned_by(child)))

    ask("delete", maps.named("owner"))

    assert [exists(api, name) for name in ("child", "grandchild")] == [False, False]


def test_what_has_another_owner_stays(
    ask: Asker, api: Api, maps: Resource, new_map: Make, owner: dict[str, Any]
) -> None:
    other = ask("create", maps, new_map("other")).body
    ask("create", maps, new_map("child", ownerReferences=owned_by(owner) + owned_by(other)))

    ask("delete", maps.named("owner"))
    assert exists(api, "child")
    ask("delete", maps.named("other"))
    assert not exists(api, "child")


def test_what_is_orphaned_loses_the_reference(
    ask: Asker, api: Api, maps: Resource, new_map: Make, owner: dict[str, Any]
) -> None:
    ask("create", maps, new_map("child", ownerReferences=owned_by(owner)))

    marked = ask("delete", maps.named("owner"), {"propagationPolicy": "Orphan"}).body

    assert marked["metadata"]["finalizers"] == ["orphan"]
    assert not exists(api, "owner")
    child = api.find(CONFIG_MAP, "child", "default")
    assert child is not None
    assert "ownerReferences" not in child["metadata"]


def test_an_owner_can_wait_for_what_it_owns(
    ask: Asker, api: Api, maps: Resource, pods: Resource, new_pod: Make, owner: dict[str, Any]
) -> None:
    references = owned_by(owner, blockOwnerDeletion=True)
    ask("create", pods, new_pod("p", node="n", ownerReferences=references))

    marked = ask("delete", maps.named("owner"), {"propagationPolicy": "Foreground"}).body

    assert marked["metadata"]["finalizers"] == ["foregroundDeletion"]
    pod = api.find(POD, "p", "default")
    assert pod is not None
    assert pod["metadata"]["deletionTimestamp"]
    assert exists(api, "owner")
    ask("delete", pods.named("p"), {"gracePeriodSeconds": 0})
    assert not exists(api, "owner")


def test_what_is_owned_by_nobody_that_is_there_is_garbage(
    ask: Asker, api: Api, maps: Resource, new_map: Make, owner: dict[str, Any]
) -> None:
    reference = owned_by(owner)[0] | {"uid": "another"}

    ask("create", maps, new_map("child", ownerReferences=[reference]))

    assert not exists(api, "child")


def test_a_job_leaves_its_pods_unless_told_otherwise(
    ask: Asker, api: Api, pods: Resource, new_pod: Make
) -> None:
    jobs = Resource("jobs", group="batch", namespace="default")
    spec = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}
    uid = ask("create", jobs, {"metadata": {"name": "j"}, "spec": spec}).body["metadata"]["uid"]
    reference = {"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": uid, "controller": True}
    ask("create", pods, new_pod("p", ownerReferences=[reference]))

    gone = ask("delete", jobs.named("j"))

    assert gone.warnings[0].startswith("child pods are preserved by default when jobs are deleted")
    assert gone.body["metadata"]["finalizers"] == ["orphan"]
    assert ask("get", jobs.named("j")).code == 404
    assert ask("get", pods.named("p")).code == 200


def test_what_is_gone_is_not_remembered(
    ask: Asker, api: Api, maps: Resource, new_map: Make, owner: dict[str, Any]
) -> None:
    child = ask("create", maps, new_map("child", finalizers=["a/b"], ownerReferences=owned_by(owner))).body
    ask("create", maps, new_map("grandchild", ownerReferences=owned_by(child)))

    ask("delete", maps.named("owner"))
    ask("patch", maps.named("child"), {"metadata": {"finalizers": None}})

    assert not exists(api, "grandchild")
    subscribers = [getattr(each, "__self__", None) for each, _ in api._subscriptions._subscribers]
    (collector,) = [each for each in subscribers if isinstance(each, Collector)]
    assert collector._dependents == {}
