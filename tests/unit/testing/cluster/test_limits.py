from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import LIMIT_RANGE

Asker = Any
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def limit(api: Api) -> Callable[..., None]:
    def set_range(**limits: Any) -> None:
        item = {"type": "Container", **limits}
        spec = {"limits": [item]}
        api.add(LIMIT_RANGE, {"metadata": {"name": "l"}, "spec": spec}, namespace="default")

    return set_range


def with_resources(pod: dict[str, Any], **resources: Any) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    return {**pod, "spec": {"containers": [{**container, "resources": resources}]}}


def test_a_container_without_amounts_is_given_some(
    ask: Asker, limit: Callable[..., None], pods: Resource, new_pod: Make
) -> None:
    limit(default={"cpu": "500m"}, defaultRequest={"cpu": "100m", "memory": "20Mi"})

    pod = ask("create", pods, new_pod("p")).body

    assert pod["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "500m"},
        "requests": {"cpu": "100m", "memory": "20Mi"},
    }
    assert pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu, memory request for container c; cpu limit for container c"
    )


def test_what_a_container_says_itself_stays(
    ask: Asker, limit: Callable[..., None], pods: Resource, new_pod: Make
) -> None:
    limit(defaultRequest={"cpu": "100m"})

    pod = ask("create", pods, with_resources(new_pod("p"), requests={"cpu": "1"})).body

    assert pod["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1"}
    assert "annotations" not in pod["metadata"]


def test_every_amount_out_of_bounds_is_named(
    ask: Asker, limit: Callable[..., None], pods: Resource, new_pod: Make
) -> None:
    limit(max={"cpu": "1"}, min={"memory": "10Mi"})
    pod = with_resources(new_pod("p"), limits={"cpu": "2"}, requests={"memory": "1Mi"})

    assert ask("create", pods, pod).body["message"] == (
        'pods "p" is forbidden: [minimum memory usage per Container is 10Mi, but request is 1Mi, '
        "maximum cpu usage per Container is 1, but limit is 2]"
    )


@pytest.mark.parametrize(
    ("limits", "resources", "problem"),
    [
        (
            {"maxLimitRequestRatio": {"cpu": "2"}},
            {"limits": {"cpu": "3"}, "requests": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
        (
            {"type": "Pod", "max": {"cpu": "1"}},
            {"limits": {"cpu": "1500m"}},
            "maximum cpu usage per Pod is 1, but limit is 1500m",
        ),
    ],
)
def test_ratios_and_whole_pods(
    ask: Asker, limit: Any, pods: Resource, new_pod: Make, limits: Any, resources: Any, problem: str
) -> None:
    limit(**limits)

    refused = ask("create", pods, with_resources(new_pod("p"), **resources))

    assert refused.body["message"] == f'pods "p" is forbidden: {problem}'
