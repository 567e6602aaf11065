from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import POD, RESOURCE_QUOTA

Asker = Any
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def limit(api: Api) -> Callable[..., None]:
    def set_quota(**hard: str) -> None:
        named = {name.replace("_", "."): value for name, value in hard.items()}
        api.add(RESOURCE_QUOTA, {"metadata": {"name": "q"}, "spec": {"hard": named}}, namespace="default")

    return set_quota


def asking(pod: dict[str, Any], **requests: str) -> dict[str, Any]:
    (container,) = pod["spec"]["containers"]
    return {**pod, "spec": {"containers": [{**container, "resources": {"requests": requests}}]}}


def used(api: Api) -> Any:
    quota = api.find(RESOURCE_QUOTA, "q", "default")
    assert quota is not None
    return quota["status"]["used"]


def test_a_quota_counts_what_is_there(api: Api, limit: Callable[..., None], new_pod: Make) -> None:
    limit(pods="5", requests_cpu="2", configmaps="9")

    assert used(api) == {"configmaps": "1", "pods": "0", "requests.cpu": "0"}
    api.add(POD, asking(new_pod("p"), cpu="400m"), namespace="default")
    assert used(api) == {"configmaps": "1", "pods": "1", "requests.cpu": "400m"}
    api.remove(POD, "p", "default")
    assert used(api) == {"configmaps": "1", "pods": "0", "requests.cpu": "0"}


def test_what_a_quota_has_no_room_for(
    ask: Asker, limit: Callable[..., None], pods: Resource, new_pod: Make
) -> None:
    limit(pods="1", requests_cpu="500m")
    ask("create", pods, asking(new_pod("p"), cpu="400m"))

    refused = ask("create", pods, asking(new_pod("q"), cpu="400m"))

    assert refused.code == 403
    assert refused.body["message"] == (
        'pods "q" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=400m, '
        "used: pods=1,requests.cpu=400m, limited: pods=1,requests.cpu=500m"
    )


def test_a_pod_must_say_what_a_quota_limits(
    ask: Asker, limit: Callable[..., None], pods: Resource, new_pod: Make
) -> None:
    limit(requests_cpu="1")

    assert ask("create", pods, new_pod("p")).body["message"] == (
        'pods "p" is forbidden: failed quota: q: must specify requests.cpu for: c'
    )


def test_jobs_are_counted_by_name(ask: Asker, api: Api) -> None:
    hard = {"count/jobs.batch": "0"}
    api.add(RESOURCE_QUOTA, {"metadata": {"name": "q"}, "spec": {"hard": hard}}, namespace="default")
    jobs = Resource("jobs", group="batch", namespace="default")
    spec = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}

    assert ask("create", jobs, {"metadata": {"name": "j"}, "spec": spec}).body["message"] == (
        'jobs.batch "j" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, '
        "used: count/jobs.batch=0, limited: count/jobs.batch=0"
    )


def test_a_pod_that_has_ended_is_not_counted(api: Api, limit: Callable[..., None], new_pod: Make) -> None:
    limit(pods="1")
    api.add(POD, new_pod("p"), namespace="default")

    api.change(POD, "p", "default", lambda pod: {**pod, "status": {"phase": "Succeeded"}})

    assert used(api) == {"pods": "0"}
