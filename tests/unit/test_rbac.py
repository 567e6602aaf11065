from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from launcher_k8s import ConfigurationError, rbac_objects
from launcher_k8s.permissions import PERMISSIONS


def _by_kind(*args: Any, **options: Any) -> Mapping[str, Any]:
    return {each["kind"]: each for each in rbac_objects(*args, **options)}


def _granted(role: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_the_roles_grant_every_permission_of_the_table() -> None:
    objects = _by_kind("jobs")
    granted = _granted(objects["Role"]) | _granted(objects["ClusterRole"])
    wanted = {
        (each.resource.group, each.subject, verb)
        for each in PERMISSIONS
        for verb in (*each.verbs, *each.cheaper)
    }
    assert granted == wanted


def test_the_role_in_the_whole_cluster_is_about_nodes_only() -> None:
    assert {resource for _, resource, _ in _granted(_by_kind("jobs")["ClusterRole"])} == {"nodes"}


def test_without_nodes_nothing_of_the_whole_cluster_is_granted() -> None:
    assert not {"ClusterRole", "ClusterRoleBinding"} & set(_by_kind("jobs", with_nodes=False))


def test_the_bindings_bind_the_account_to_the_roles() -> None:
    objects = _by_kind("jobs", account="launcher")
    for kind in ("Role", "ClusterRole"):
        binding = objects[f"{kind}Binding"]
        assert binding["roleRef"]["kind"] == kind
        assert binding["roleRef"]["name"] == objects[kind]["metadata"]["name"]
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "launcher", "namespace": "jobs"}]


def test_the_token_is_that_of_the_account() -> None:
    secret = _by_kind("jobs", account="launcher")["Secret"]
    assert secret["type"] == "kubernetes.io/service-account-token"
    assert secret["metadata"]["annotations"] == {"kubernetes.io/service-account.name": "launcher"}


def test_two_namespaces_have_two_roles_in_the_whole_cluster() -> None:
    names = {_by_kind(namespace)["ClusterRole"]["metadata"]["name"] for namespace in ("one", "two")}
    assert len(names) == 2


@pytest.mark.parametrize("namespace", ["", "Jobs", "a.b", "-a", "a" * 64])
def test_a_namespace_that_cannot_be_is_refused(namespace: str) -> None:
    with pytest.raises(ConfigurationError, match="no namespace can be called"):
        rbac_objects(namespace)


@pytest.mark.parametrize("account", ["", "Launcher", "a/b", "a" * 253])
def test_an_account_that_cannot_be_is_refused(account: str) -> None:
    with pytest.raises(ConfigurationError, match="no service account can be called"):
        rbac_objects("jobs", account=account)
