from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from launcher_k8s.backend import submission
from launcher_k8s.backend.patience import Patience
from launcher_k8s.connection import JOBS, Reply
from launcher_k8s.errors import ForbiddenError, InvalidObjectError, QuotaError, UnavailableError
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.shape.names import SUBMISSION_ANNOTATION
from launcher_k8s.testing import ALWAYS, ScriptedCluster
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.kinds import JOB, RESOURCE_QUOTA, SERVICE, Object
from tests.unit.backend.placed import MADE_ELSEWHERE, annotate, place, place_object, place_planned

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token")


def planned(**options: Any) -> JobPlan:
    job = Job.shell("make", name="build", image="r:4", **options)
    return plan_job(job, SETTINGS, user="jsmith", job_id="build-k3x7q2mb")


PLAN = planned()
WITH_SERVICE = planned(ports=[8080])
GRANT = (
    "grant 'create' on 'services' to the token's account by a Role and RoleBinding "
    f"in namespace '{PLAN.namespace}', and check kubernetes-namespace"
)
TAKEN = refusals.already_exists("jobs", PLAN.job_id, group="batch")


@pytest.fixture
async def cluster() -> AsyncIterator[ScriptedCluster]:
    async with ScriptedCluster() as cluster:
        yield cluster


def patience(cluster: ScriptedCluster) -> Patience:
    return Patience(cluster.clock, lambda: 0.0)


async def create_job(cluster: ScriptedCluster) -> Reply | None:
    return await submission.create_job(cluster, PLAN, patience(cluster))


async def ensure_service(cluster: ScriptedCluster, plan: JobPlan = WITH_SERVICE) -> tuple[str, ...]:
    """See to the Service of a job that is there; what was asked for that begins anew."""
    place_planned(cluster, plan)
    job = await cluster.get(JOBS.within(plan.namespace).named(plan.job_id))
    cluster.asked.clear()
    return await submission.ensure_service(cluster, plan, job, patience(cluster))


def shows(reply: Reply | None, job: Object) -> bool:
    """Whether an answer is about this very Job."""
    return reply is not None and submission.job_uid_of(reply) == job["metadata"]["uid"]


def bodies(cluster: ScriptedCluster) -> list[Any]:
    return [asked.object for asked in cluster.asked if asked.body]


async def test_a_job_is_created_as_planned(cluster: ScriptedCluster) -> None:
    reply = await create_job(cluster)
    assert shows(reply, cluster.job(PLAN.job_id))
    assert bodies(cluster) == [PLAN.manifest]
    assert [asked.params for asked in cluster.asked] == [{"fieldValidation": "Warn"}]


async def test_a_job_whose_answer_was_lost_is_found(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create jobs")
    reply = await create_job(cluster)
    assert shows(reply, cluster.job(PLAN.job_id))
    assert cluster.requests() == ["create jobs", "create jobs", "get jobs"]


async def test_a_name_of_another_submission_is_not_ours(cluster: ScriptedCluster) -> None:
    place_planned(cluster, PLAN)
    annotate(cluster, PLAN.namespace, PLAN.job_id, {SUBMISSION_ANNOTATION: "another"})
    assert await create_job(cluster) is None


async def test_a_name_of_a_job_without_a_submission_is_not_ours(cluster: ScriptedCluster) -> None:
    place_object(cluster, {**MADE_ELSEWHERE, "metadata": {"name": PLAN.job_id}}, PLAN.namespace)
    assert await create_job(cluster) is None


async def test_a_job_that_vanishes_while_it_is_looked_at_is_created_again(cluster: ScriptedCluster) -> None:
    cluster.faults.refuse("create jobs", TAKEN)
    reply = await create_job(cluster)
    assert shows(reply, cluster.job(PLAN.job_id))
    assert cluster.requests() == ["create jobs", "get jobs", "create jobs"]


async def test_a_look_that_fails_is_repeated_with_the_whole_attempt(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create jobs")
    cluster.faults.drop_answer("get jobs")
    reply = await create_job(cluster)
    assert shows(reply, cluster.job(PLAN.job_id))
    assert cluster.requests() == ["create jobs", *["create jobs", "get jobs"] * 2]


async def test_a_lost_race_for_quota_is_tried_again_with_the_same_name(cluster: ScriptedCluster) -> None:
    race = refusals.conflict("resourcequotas", "team", "the object has been modified")
    cluster.faults.refuse("create jobs", race, times=2)
    reply = await create_job(cluster)
    assert shows(reply, cluster.job(PLAN.job_id))
    assert [asked["metadata"]["name"] for asked in bodies(cluster)] == [PLAN.job_id] * 3


async def test_a_used_up_quota_is_final(cluster: ScriptedCluster) -> None:
    cluster.add_namespace(PLAN.namespace)
    quota = {"metadata": {"name": "team"}, "spec": {"hard": {"count/jobs.batch": "0"}}}
    cluster.api.add(RESOURCE_QUOTA, quota, namespace=PLAN.namespace)
    with pytest.raises(QuotaError, match="exceeded quota"):
        await create_job(cluster)
    assert cluster.requests() == ["create jobs"]


async def test_an_api_server_that_stays_away_is_told_as_transient(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", times=ALWAYS)
    with pytest.raises(UnavailableError) as error:
        await create_job(cluster)
    assert error.value.transient


async def test_a_plan_without_a_service_asks_nothing(cluster: ScriptedCluster) -> None:
    assert await ensure_service(cluster, PLAN) == ()
    assert cluster.requests() == []


async def test_a_service_is_owned_by_its_job(cluster: ScriptedCluster) -> None:
    cluster.warnings = ("old field",)
    assert await ensure_service(cluster) == ("old field",)
    (service,) = cluster.api.objects(SERVICE, PLAN.namespace)
    (owner,) = service["metadata"]["ownerReferences"]
    job = cluster.job(PLAN.job_id)
    assert (owner["name"], owner["uid"]) == (WITH_SERVICE.job_id, job["metadata"]["uid"])


async def test_a_service_whose_answer_was_lost_is_found(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create services")
    assert await ensure_service(cluster) == ()
    assert cluster.requests() == ["create services", "create services", "get services"]


async def test_a_service_left_of_an_earlier_job_is_waited_for(cluster: ScriptedCluster) -> None:
    earlier = place(cluster, SETTINGS, "earlier")
    left = json.loads(WITH_SERVICE.service_body(earlier["metadata"]["uid"]))
    left["metadata"]["ownerReferences"][0]["name"] = "earlier"
    cluster.api.add(SERVICE, left, namespace=PLAN.namespace)
    cluster.clock.call_later(0.1, lambda: cluster.delete_job("earlier"))
    assert await ensure_service(cluster) == ()
    assert cluster.requests() == ["create services", "get services", "create services"]


async def test_a_service_that_vanishes_while_it_is_looked_at_is_created_again(
    cluster: ScriptedCluster,
) -> None:
    cluster.faults.refuse("create services", refusals.already_exists("services", PLAN.job_id))
    await ensure_service(cluster)
    assert cluster.requests() == ["create services", "get services", "create services"]


async def test_a_service_that_is_refused_takes_its_very_job_with_it(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create services", code=403, message="no services for you")
    with pytest.raises(ForbiddenError, match=r"the Service of job build-k3x7q2mb .* no services for you"):
        await ensure_service(cluster)
    assert cluster.requests() == ["create services", "delete jobs"]
    (service, removal) = bodies(cluster)
    assert removal["preconditions"] == {"uid": service["metadata"]["ownerReferences"][0]["uid"]}
    assert cluster.api.objects(JOB) == []


async def test_a_job_that_cannot_be_taken_back_is_told(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create services")
    cluster.faults.fail("delete jobs", code=403, message="nor deletes")
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert error.value.hint.startswith(f"{GRANT}; the job itself exists and could not be removed (")
    assert "nor deletes" in error.value.hint
    assert cluster.job(PLAN.job_id)


async def test_a_job_that_is_gone_already_needs_no_taking_back(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create services")
    cluster.faults.refuse("delete jobs", refusals.not_found("jobs", PLAN.job_id, group="batch"))
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert error.value.hint == GRANT


async def test_taking_back_is_tried_more_than_once(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create services")
    cluster.faults.drop_request("delete jobs")
    with pytest.raises(ForbiddenError) as error:
        await ensure_service(cluster)
    assert cluster.requests().count("delete jobs") == 2
    assert cluster.api.objects(JOB) == []
    assert error.value.hint == GRANT


async def test_a_dry_run_is_strict_and_makes_nothing(cluster: ScriptedCluster) -> None:
    cluster.warnings = ("watch out",)
    warnings = await submission.dry_run(cluster, WITH_SERVICE)
    assert warnings == ("watch out", "watch out")
    assert [asked.params for asked in cluster.asked] == [{"fieldValidation": "Strict", "dryRun": "All"}] * 2
    assert cluster.api.objects(JOB) == cluster.api.objects(SERVICE) == []


async def test_a_dry_run_without_a_service_checks_the_job_alone(cluster: ScriptedCluster) -> None:
    await submission.dry_run(cluster, PLAN)
    assert cluster.requests() == ["create jobs"]


async def test_a_dry_run_that_is_refused_says_why(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=422, message="spec.selector: Required value")
    with pytest.raises(InvalidObjectError, match="selector"):
        await submission.dry_run(cluster, PLAN)


async def test_what_is_tried_out_is_judged_object_by_object(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=422, message="spec.selector: Required value")
    cluster.faults.deny("create services")
    trial = await submission.try_out(cluster, WITH_SERVICE)
    assert {kind: type(error) for kind, error in trial.refusals.items()} == {
        "Job": InvalidObjectError,
        "Service": ForbiddenError,
    }
    assert cluster.requests() == ["create jobs", "create services"]


async def test_a_dry_run_tells_why_neither_object_would_be_accepted(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=422, message="spec.selector: Required value")
    cluster.faults.deny("create services")
    with pytest.raises(InvalidObjectError, match=r"selector: Required value; and cannot create services"):
        await submission.dry_run(cluster, WITH_SERVICE)


async def test_a_server_that_cannot_be_asked_says_nothing_of_an_object(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=503, message="starting")
    with pytest.raises(UnavailableError):
        await submission.try_out(cluster, WITH_SERVICE)
    assert cluster.requests() == ["create jobs"]
