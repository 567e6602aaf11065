from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s.backend import submission
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import Reply
from launcher_k8s.errors import (
    AlreadyExistsError,
    ClusterTimeoutError,
    ConflictError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    QuotaError,
    UnavailableError,
)
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import SUBMISSION_ANNOTATION
from launcher_k8s.testing import ScriptedClock
from tests.unit.backend.scripted import Answer, ScriptedAnswers, body

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")
TAKEN = AlreadyExistsError("taken", status=409, reason="AlreadyExists")
LOST = ClusterTimeoutError("no answer", transient=True)
GONE = ObjectNotFoundError("gone", status=404)
MADE = body(metadata={"uid": "u1"})


def planned(**options: Any) -> JobPlan:
    job = Job.shell("make", name="build", image="r:4", **options)
    return plan_job(job, SETTINGS, user="jsmith", job_id="build-k3x7q2mb")


PLAN = planned()
WITH_SERVICE = planned(ports=[8080])


def forbidden() -> ForbiddenError:
    """A new one each time: its message and hint are added to."""
    return ForbiddenError("no services for you", status=403)


def found(submission: str = PLAN.submission) -> Reply:
    return body(metadata={"uid": "u1", "annotations": {SUBMISSION_ANNOTATION: submission}})


def service_of(uid: str) -> Reply:
    return body(metadata={"uid": "s1", "ownerReferences": [{"uid": uid}]})


def patience() -> Patience:
    return Patience(ScriptedClock(), lambda: 0.0)


async def create_job(script: dict[str, list[Answer]]) -> tuple[Reply | None, ScriptedAnswers]:
    cluster = ScriptedAnswers(script)
    return await submission.create_job(cluster, PLAN, patience()), cluster  # type: ignore[arg-type]


async def ensure_service(cluster: ScriptedAnswers, plan: JobPlan = WITH_SERVICE) -> tuple[str, ...]:
    return await submission.ensure_service(cluster, plan, MADE, patience())  # type: ignore[arg-type]


async def test_a_job_is_created_as_planned() -> None:
    reply, cluster = await create_job({"create jobs": [MADE]})
    assert reply is MADE
    assert cluster.bodies == [PLAN.manifest]
    assert cluster.params == [{"fieldValidation": "Warn"}]


async def test_a_job_whose_answer_was_lost_is_found() -> None:
    reply, cluster = await create_job({"create jobs": [LOST, TAKEN], "get jobs": [found()]})
    assert reply == found()
    assert cluster.seen == ["create jobs", "create jobs", "get jobs"]


async def test_a_name_of_another_submission_is_not_ours() -> None:
    reply, _ = await create_job({"create jobs": [TAKEN], "get jobs": [found("another")]})
    assert reply is None


async def test_a_name_of_a_job_without_a_submission_is_not_ours() -> None:
    reply, _ = await create_job({"create jobs": [TAKEN], "get jobs": [body(metadata={"uid": "u1"})]})
    assert reply is None


async def test_a_job_that_vanishes_while_it_is_looked_at_is_created_again() -> None:
    reply, cluster = await create_job({"create jobs": [TAKEN, MADE], "get jobs": [GONE]})
    assert reply is MADE
    assert cluster.seen == ["create jobs", "get jobs", "create jobs"]


async def test_a_look_that_fails_is_repeated_with_the_whole_attempt() -> None:
    reply, _ = await create_job({"create jobs": [TAKEN], "get jobs": [LOST, found()]})
    assert reply == found()


async def test_a_lost_race_for_quota_is_tried_again_with_the_same_name() -> None:
    race = ConflictError("quota is being updated", status=409, reason="Conflict", transient=True)
    reply, cluster = await create_job({"create jobs": [race, race, MADE]})
    assert reply is MADE
    assert [asked["metadata"]["name"] for asked in cluster.bodies] == [PLAN.job_id] * 3


async def test_a_used_up_quota_is_final() -> None:
    with pytest.raises(QuotaError):
        await create_job({"create jobs": [QuotaError("exceeded quota", status=403), MADE]})


async def test_an_api_server_that_stays_away_is_told_as_transient() -> None:
    with pytest.raises(UnavailableError) as error:
        await create_job({"create jobs": [UnavailableError("down", transient=True)]})
    assert error.value.transient


async def test_a_plan_without_a_service_asks_nothing() -> None:
    cluster = ScriptedAnswers({})
    assert await ensure_service(cluster, PLAN) == ()
    assert cluster.seen == []


async def test_a_service_is_owned_by_its_job() -> None:
    cluster = ScriptedAnswers({"create services": [Reply(MADE.body, ("old field",))]})
    assert await ensure_service(cluster) == ("old field",)
    (owner,) = cluster.bodies[0]["metadata"]["ownerReferences"]
    assert (owner["name"], owner["uid"]) == (WITH_SERVICE.job_id, "u1")


async def test_a_service_whose_answer_was_lost_is_found() -> None:
    cluster = ScriptedAnswers({"create services": [LOST, TAKEN], "get services": [service_of("u1")]})
    assert await ensure_service(cluster) == ()
    assert "delete jobs" not in cluster.seen


async def test_a_service_left_of_an_earlier_job_is_waited_for() -> None:
    cluster = ScriptedAnswers({"create services": [TAKEN, MADE], "get services": [service_of("older")]})
    assert await ensure_service(cluster) == ()
    assert cluster.seen == ["create services", "get services", "create services"]


async def test_a_service_that_vanishes_while_it_is_looked_at_is_created_again() -> None:
    cluster = ScriptedAnswers({"create services": [TAKEN, MADE], "get services": [GONE]})
    await ensure_service(cluster)
    assert cluster.seen == ["create services", "get services", "create services"]


async def test_a_service_that_is_refused_takes_its_very_job_with_it() -> None:
    cluster = ScriptedAnswers({"create services": [forbidden()], "delete jobs": [MADE]})
    with pytest.raises(ForbiddenError, match=r"the Service of job build-k3x7q2mb .* no services for you"):
        await ensure_service(cluster)
    assert cluster.seen == ["create services", "delete jobs"]
    assert cluster.deleted_uids == ["u1"]


async def test_a_job_that_cannot_be_taken_back_is_told() -> None:
    refused = ForbiddenError("nor deletes", status=403)
    cluster = ScriptedAnswers({"create services": [forbidden()], "delete jobs": [refused]})
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert "the job itself exists and could not be removed (nor deletes)" in error.value.hint


async def test_a_job_that_is_gone_already_needs_no_taking_back() -> None:
    cluster = ScriptedAnswers({"create services": [forbidden()], "delete jobs": [GONE]})
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert error.value.hint == ""


async def test_taking_back_is_tried_more_than_once() -> None:
    cluster = ScriptedAnswers({"create services": [forbidden()], "delete jobs": [LOST, MADE]})
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert cluster.seen.count("delete jobs") == 2
    assert error.value.hint == ""


async def test_a_dry_run_is_strict_and_makes_nothing() -> None:
    made = Reply(json.dumps({"metadata": {"uid": "u1"}}).encode(), ("watch out",))
    cluster = ScriptedAnswers({"create jobs": [made], "create services": [made]})
    warnings = await submission.dry_run(cluster, WITH_SERVICE)  # type: ignore[arg-type]
    assert warnings == ("watch out", "watch out")
    assert cluster.params == [{"fieldValidation": "Strict", "dryRun": "All"}] * 2


async def test_a_dry_run_without_a_service_checks_the_job_alone() -> None:
    cluster = ScriptedAnswers({"create jobs": [MADE]})
    await submission.dry_run(cluster, PLAN)  # type: ignore[arg-type]
    assert cluster.seen == ["create jobs"]


async def test_a_dry_run_that_is_refused_says_why() -> None:
    refused = InvalidObjectError("spec.selector: Required value", status=422)
    with pytest.raises(InvalidObjectError, match="selector"):
        await submission.dry_run(ScriptedAnswers({"create jobs": [refused]}), PLAN)  # type: ignore[arg-type]
