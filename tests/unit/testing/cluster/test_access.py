from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.testing.cluster.access import Attributes, Denial
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import (
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    ROLE,
    ROLE_BINDING,
    SELF_ACCESS_REVIEW,
    SELF_RULES_REVIEW,
)

Asker = Any
LAUNCHER = "system:serviceaccount:default:launcher"
GROUP = "rbac.authorization.k8s.io"


@pytest.fixture
def api(clock: Any) -> Api:
    numbers = iter(range(1, 10_000))
    return Api(now=clock, draw=lambda size: next(numbers).to_bytes(8, "big").rjust(size)[:size], rbac=True)


@pytest.fixture
def grant(api: Api) -> Callable[..., None]:
    def make(*rules: dict[str, Any], everywhere: bool = False, subject: Any = None) -> None:
        role, binding = (CLUSTER_ROLE, CLUSTER_ROLE_BINDING) if everywhere else (ROLE, ROLE_BINDING)
        namespace = "" if everywhere else "default"
        api.add(role, {"metadata": {"name": "r"}, "rules": list(rules)}, namespace=namespace)
        account = {"kind": "ServiceAccount", "name": "launcher", "namespace": "default"}
        api.add(
            binding,
            {
                "metadata": {"name": "b"},
                "roleRef": {"apiGroup": GROUP, "kind": role.kind, "name": "r"},
                "subjects": [subject or account],
            },
            namespace=namespace,
        )

    return make


def may(api: Api, verb: str, resource: str, **more: Any) -> bool:
    attributes = Attributes(user=LAUNCHER, verb=verb, resource=resource, **{"namespace": "default", **more})
    return api.access.judge(attributes).allowed


def rule(*verbs: str, resources: list[str], **more: Any) -> dict[str, Any]:
    return {"verbs": list(verbs), "apiGroups": [""], "resources": resources, **more}


def test_nobody_may_what_no_role_allows(api: Api) -> None:
    assert not may(api, "get", "pods")


def test_masters_may_everything(api: Api) -> None:
    masters = Attributes(user="x", groups=("system:masters",), verb="get", resource="pods")

    assert api.access.judge(masters).allowed


def test_a_role_counts_in_its_namespace(api: Api, grant: Callable[..., None]) -> None:
    grant(rule("get", resources=["pods"]))

    assert may(api, "get", "pods")
    assert not may(api, "get", "pods", namespace="kube-system")
    assert not may(api, "list", "pods")
    assert not may(api, "get", "pods", group="batch")
    assert not may(api, "get", "pods", subresource="log")


def test_a_cluster_role_counts_everywhere(api: Api, grant: Callable[..., None]) -> None:
    grant(rule("*", resources=["*/log", "nodes"]), everywhere=True)

    assert may(api, "get", "pods", subresource="log", namespace="kube-system")
    assert may(api, "list", "nodes", namespace="")
    assert not may(api, "get", "pods")


def test_a_rule_may_name_objects(api: Api, grant: Callable[..., None]) -> None:
    grant(rule("get", resources=["configmaps"], resourceNames=["a"]))

    assert may(api, "get", "configmaps", name="a")
    assert not may(api, "get", "configmaps", name="b")
    assert not may(api, "list", "configmaps")


@pytest.mark.parametrize(
    "subject", [{"kind": "User", "name": LAUNCHER}, {"kind": "Group", "name": "system:serviceaccounts"}]
)
def test_users_and_groups_are_subjects_too(
    api: Api, grant: Callable[..., None], subject: dict[str, str]
) -> None:
    grant(rule("get", resources=["pods"]), subject={**subject, "apiGroup": GROUP})

    assert may(api, "get", "pods", groups=("system:serviceaccounts",))


def test_a_denial_holds_against_a_role(api: Api, grant: Callable[..., None]) -> None:
    grant(rule("get", resources=["pods"]))

    api.access.deny(Denial(resource="pods", namespace="default"))

    assert not may(api, "get", "pods")


def test_somebody_may_ask_what_they_may(ask: Asker, grant: Callable[..., None]) -> None:
    grant(rule("get", resources=["pods"]))
    wanted = {"verb": "get", "resource": "pods", "namespace": "default"}

    asked = ask(
        "create",
        SELF_ACCESS_REVIEW.resource(),
        {"spec": {"resourceAttributes": wanted}},
        user=LAUNCHER,
        groups=(),
    )

    assert asked.code == 201
    assert asked.body["status"] == {
        "allowed": True,
        "reason": 'RBAC: allowed by RoleBinding "b/default" of Role "r" to ServiceAccount "launcher/default"',
    }


def test_somebody_may_ask_for_all_their_rules(ask: Asker, grant: Callable[..., None]) -> None:
    grant(rule("get", resources=["pods"]))

    asked = ask(
        "create", SELF_RULES_REVIEW.resource(), {"spec": {"namespace": "default"}}, user=LAUNCHER, groups=()
    )

    assert rule("get", resources=["pods"]) in asked.body["status"]["resourceRules"]
    assert asked.body["status"]["incomplete"] is False


def test_a_question_about_nothing_is_refused(ask: Asker) -> None:
    refused = ask("create", SELF_ACCESS_REVIEW.resource(), {"spec": {}})

    assert refused.code == 422
    assert refused.body["message"] == (
        '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: '
        "exactly one of nonResourceAttributes or resourceAttributes must be specified"
    )
