"""Which resource a URL names, compared with the answers of a real server."""

from __future__ import annotations

import pytest

from launcher_k8s.connection import JOBS, PODS, Resource
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.local.paths import NoPathError, find_target, without_watch

JOB = JOBS.within("ns").named("j")
POD = PODS.within("ns").named("p")


@pytest.mark.parametrize(
    ("method", "path", "params", "verb", "resource"),
    [
        ("GET", "/apis/batch/v1/namespaces/ns/jobs", {}, "list", JOBS.within("ns")),
        ("GET", "/apis/batch/v1/namespaces/ns/jobs", {"watch": "1"}, "watch", JOBS.within("ns")),
        ("GET", "/apis/batch/v1/namespaces/ns/jobs", {"watch": "false"}, "list", JOBS.within("ns")),
        ("POST", "/apis/batch/v1/namespaces/ns/jobs", {}, "create", JOBS.within("ns")),
        ("DELETE", "/apis/batch/v1/namespaces/ns/jobs", {}, "deletecollection", JOBS.within("ns")),
        ("PATCH", "/apis/batch/v1/namespaces/ns/jobs/j", {}, "patch", JOB),
        ("PUT", "/apis/batch/v1/namespaces/ns/jobs/j", {}, "update", JOB),
        ("PUT", "/apis/batch/v1/namespaces/ns/jobs/j/status", {}, "update", JOB.named("j", "status")),
        ("GET", "/api/v1/pods/", {}, "list", PODS),
        ("GET", "/api/v1/namespaces/ns/pods/p/log", {}, "get", POD.named("p", "log")),
        ("POST", "/api/v1/namespaces/ns/pods/p/exec", {}, "create", POD.named("p", "exec")),
        ("GET", "/api/v1/namespaces/ns", {}, "get", Resource("namespaces", name="ns")),
    ],
)
def test_a_request_line_is_read(
    method: str, path: str, params: dict[str, str], verb: str, resource: Resource
) -> None:
    target = find_target(method, path, params)
    assert (target.verb, target.resource) == (verb, resource)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/foo", 404),
        ("GET", "/api/v2/pods", 404),
        ("GET", "/apis/batch/v3/jobs", 404),
        ("GET", "/api/v1/namespaces/ns/pods/p/foo", 404),
        ("GET", "/api/v1/pods/p", 404),
        ("GET", "/api/v1/namespaces/ns/nodes", 404),
        ("POST", "/api/v1/pods", 405),
        ("POST", "/api/v1/namespaces/ns/pods/p", 405),
        ("PUT", "/api/v1/namespaces/ns/pods", 405),
        ("OPTIONS", "/api/v1/namespaces/ns/pods", 405),
        ("DELETE", "/api/v1/namespaces/ns/pods/p/log", 405),
        ("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 405),
    ],
)
def test_what_leads_nowhere_is_refused(method: str, path: str, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        find_target(method, path, {})
    assert refused.value.code == code


def test_an_unknown_group_is_no_path() -> None:
    with pytest.raises(NoPathError):
        find_target("GET", "/apis/foo/v1/bars", {})


@pytest.mark.parametrize(
    ("old", "path", "selector"),
    [
        ("/api/v1/watch/pods", "/api/v1/pods", ""),
        ("/api/v1/watch/nodes/n", "/api/v1/nodes", "metadata.name=n"),
        ("/api/v1/watch/namespaces/ns/pods", "/api/v1/namespaces/ns/pods", ""),
        ("/apis/batch/v1/watch/namespaces/ns/jobs/j", "/apis/batch/v1/namespaces/ns/jobs", "metadata.name=j"),
    ],
)
def test_an_old_path_of_a_watch_is_read_as_a_new_one(old: str, path: str, selector: str) -> None:
    chosen = {"fieldSelector": selector} if selector else {}
    assert without_watch(old, {"a": "b"}) == (path, {"a": "b", "watch": "true"} | chosen)


def test_a_present_path_stays_as_it_is() -> None:
    path, params = "/api/v1/namespaces/watch/pods", {"watch": "1"}
    assert without_watch(path, params) == (path, params)
