from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.causes import required
from launcher_k8s.testing.cluster.refusals import Refusal


def test_a_refusal_is_a_whole_status_body() -> None:
    assert refusals.not_found("jobs", "x", group="batch").status == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'jobs.batch "x" not found',
        "reason": "NotFound",
        "details": {"name": "x", "group": "batch", "kind": "jobs"},
        "code": 404,
    }


def test_a_bad_request_has_no_details() -> None:
    assert "details" not in refusals.bad_request("no").status


def test_a_path_that_leads_nowhere_has_empty_details() -> None:
    assert refusals.path_not_found().status["details"] == {}


def test_causes_stand_in_the_details_and_in_the_message() -> None:
    refusal = refusals.invalid("Job", "x", [required("spec.template")], group="batch")

    assert refusal.message == 'Job.batch "x" is invalid: spec.template: Required value'
    assert refusal.status["details"]["causes"] == [
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.template"}
    ]


def test_an_expired_continue_token_comes_with_another() -> None:
    assert refusals.expired("too old", continue_token="abc").status["metadata"] == {"continue": "abc"}


def test_a_version_that_is_not_reached_says_when_to_ask_again() -> None:
    refusal = refusals.too_large_version(9, 3)

    assert (refusal.code, refusal.retry_after_s) == (504, 1)
    assert refusal.status["details"]["causes"] == [
        {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    ]


@pytest.mark.parametrize(
    ("refusal", "code", "reason", "message"),
    [
        (refusals.already_exists("pods", "x"), 409, "AlreadyExists", 'pods "x" already exists'),
        (
            refusals.conflict("pods", "x", "changed"),
            409,
            "Conflict",
            'Operation cannot be fulfilled on pods "x": changed',
        ),
        (refusals.forbidden("pods", "", "no"), 403, "Forbidden", "pods is forbidden: no"),
        (refusals.forbidden("pods", "x", "no"), 403, "Forbidden", 'pods "x" is forbidden: no'),
        (refusals.forbidden("", "", "no"), 403, "Forbidden", "forbidden: no"),
        (refusals.unauthorized(), 401, "Unauthorized", "Unauthorized"),
        (refusals.gone("old"), 410, "Gone", "old"),
        (refusals.too_many_requests("slow"), 429, "TooManyRequests", "slow"),
        (refusals.service_unavailable("off"), 503, "ServiceUnavailable", "off"),
        (refusals.internal("oh"), 500, "InternalError", "Internal error occurred: oh"),
        (refusals.timeout("late"), 504, "Timeout", "Timeout: late"),
        (
            refusals.too_large("limit is 1"),
            413,
            "RequestEntityTooLarge",
            "Request entity too large: limit is 1",
        ),
        (
            refusals.method_not_supported("pods", "create"),
            405,
            "MethodNotAllowed",
            'create is not supported on resources of kind "pods"',
        ),
        (
            refusals.server_timeout("pods", "get", retry_after_s=2),
            500,
            "ServerTimeout",
            "The get operation against pods could not be completed at this time, please try again.",
        ),
        (
            refusals.not_acceptable(["a", "b"]),
            406,
            "NotAcceptable",
            "only the following media types are accepted: a, b",
        ),
    ],
)
def test_each_refusal_has_its_code_reason_and_text(
    refusal: Refusal, code: int, reason: str, message: str
) -> None:
    assert (refusal.code, refusal.reason, refusal.message) == (code, reason, message)
