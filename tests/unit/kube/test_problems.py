from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s import errors
from launcher_k8s.connection import JOBS, NODES, PODS
from launcher_k8s.errors import ClusterError
from launcher_k8s.kube.problems import Attempt, error_from_answer
from tests.unit.kube.servers import refusal

CREATE = Attempt("create", JOBS.within("lab"))


def refused(code: int, reason: str = "", message: str = "no", **details: Any) -> ClusterError:
    body = json.dumps(refusal(code, reason, message, **details)).encode()
    return error_from_answer(CREATE, code, {"Content-Type": "application/json"}, body)


@pytest.mark.parametrize(
    ("code", "reason", "message", "kind", "transient"),
    [
        (400, "BadRequest", "bad", errors.InvalidObjectError, False),
        (401, "Unauthorized", "Unauthorized", errors.UnauthorizedError, False),
        (403, "Forbidden", "User cannot create", errors.ForbiddenError, False),
        (403, "Forbidden", "exceeded quota: q, requested: count/jobs.batch=1", errors.QuotaError, False),
        (404, "NotFound", "not found", errors.ObjectNotFoundError, False),
        (405, "MethodNotAllowed", "no", errors.InvalidObjectError, False),
        (408, "Timeout", "late", errors.ClusterTimeoutError, True),
        (409, "AlreadyExists", "there", errors.AlreadyExistsError, False),
        (409, "Conflict", "quota changed", errors.ConflictError, True),
        (410, "Expired", "old", errors.ExpiredError, False),
        (410, "Gone", "old", errors.ExpiredError, False),
        (422, "Invalid", "spec.x: Required", errors.InvalidObjectError, False),
        (429, "TooManyRequests", "slow down", errors.UnavailableError, True),
        (500, "InternalError", "webhook failed", errors.UnavailableError, True),
        (503, "ServiceUnavailable", "starting", errors.UnavailableError, True),
        (504, "Timeout", "etcd", errors.ClusterTimeoutError, True),
    ],
)
def test_the_class_goes_by_code_and_reason(
    code: int, reason: str, message: str, kind: type[ClusterError], transient: bool
) -> None:
    error = refused(code, reason, message)
    assert type(error) is kind
    assert (error.status, error.reason, error.transient) == (code, reason, transient)
    assert message in error.message


def test_the_message_says_what_was_asked_and_where() -> None:
    assert refused(500).message.startswith("cannot create jobs.batch in namespace 'lab': ")
    log = Attempt("get", PODS.within("lab").named("one", "log"))
    assert str(log) == "get pods/log 'one' in namespace 'lab'"
    assert str(Attempt("list", NODES)) == "list nodes"


def test_a_missing_permission_says_what_to_grant_and_where() -> None:
    error = refused(403, "Forbidden", 'jobs.batch is forbidden: User "x" cannot create resource "jobs"')
    for part in ("'create'", "'jobs.batch'", "'lab'", "kubernetes-namespace", "Role"):
        assert part in error.hint


def test_a_missing_permission_on_what_has_no_namespace_needs_a_cluster_role() -> None:
    body = json.dumps(refusal(403, "Forbidden", "User cannot list")).encode()
    error = error_from_answer(Attempt("list", NODES), 403, {}, body)
    assert "ClusterRole" in error.hint


def test_an_admission_rule_is_not_taken_for_a_missing_permission() -> None:
    assert "admission" in refused(403, "Forbidden", "violates PodSecurity").hint


def test_a_namespace_that_is_going_is_named() -> None:
    message = "unable to create new content in namespace lab because it is being terminated"
    assert "being deleted" in refused(403, "Forbidden", message).hint


def test_a_used_up_quota_keeps_its_name() -> None:
    assert "compute" in refused(403, "Forbidden", "exceeded quota: compute, requested: ...").message


def test_a_missing_namespace_is_told_from_a_missing_object() -> None:
    missing = refused(404, "NotFound", 'namespaces "lab" not found', kind="namespaces", name="lab")
    assert "kubernetes-namespace" in missing.hint
    assert refused(404, "NotFound", 'jobs "a" not found', kind="jobs", name="a").hint == ""


@pytest.mark.parametrize(
    ("headers", "details", "expected"),
    [
        ({}, {}, None),
        ({"Retry-After": "3"}, {}, 3),
        ({}, {"retryAfterSeconds": 5}, 5),
        ({"Retry-After": "3"}, {"retryAfterSeconds": 5}, 3),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, {}, 30),
        ({"Retry-After": "Sat, 21 Nov 2026 09:00:00 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, {}, 0),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT"}, {}, None),
        ({"Retry-After": "soon"}, {}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], details: dict[str, Any], expected: float | None) -> None:
    body = json.dumps(refusal(429, "TooManyRequests", "slow down", **details)).encode()
    assert error_from_answer(CREATE, 429, headers, body).retry_after_s == expected


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b'{"kind":"Job"}', b'"x"', b"\xff", b'{"kind":1}'])
def test_a_body_that_is_no_status_still_makes_an_error(body: bytes) -> None:
    error = error_from_answer(CREATE, 503, {"Content-Type": "text/html"}, body)
    assert type(error) is errors.UnavailableError
    assert "503" in error.message


def test_plain_text_is_shown_but_not_all_of_it() -> None:
    error = error_from_answer(CREATE, 500, {"Content-Type": "text/plain; charset=utf-8"}, b"a" * 10_000)
    assert "aaa" in error.message
    assert len(error.message) < 500


def test_a_404_without_a_status_doubts_the_url() -> None:
    error = error_from_answer(CREATE, 404, {"Content-Type": "text/plain"}, b"404 page not found")
    assert "api-url" in error.hint


def test_the_fields_that_are_wrong_are_kept_apart() -> None:
    causes = [
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.x"},
        {"reason": "UnexpectedServerResponse", "message": "of no field"},
    ]
    assert refused(422, "Invalid", "spec.x: Required value", causes=causes).causes == (
        ("spec.x", "Required value"),
    )
    assert refused(422, "Invalid").causes == ()
