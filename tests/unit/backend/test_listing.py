from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from launcher_k8s.backend import listing
from launcher_k8s.connection import Reply
from launcher_k8s.errors import ClusterError, InvalidJobError, UnavailableError
from launcher_k8s.job import Job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.testing import ScriptedCluster
from launcher_k8s.testing.cluster.kinds import SERVICE_ACCOUNT
from tests.unit.backend.placed import MADE_ELSEWHERE, place, place_object

SETTINGS = ClusterSettings(name="K", api_url="https://k8s.example.org", auth_token="token", fetch_limit=2)
STATUS = JobStatus("a", JobState.FINISHED, name="build", user="jsmith", exit_code=3, tags=("t",))
JOB = Job.shell("make", name="build", image="r:4", tags=["t"])


@pytest.fixture
async def cluster() -> AsyncIterator[ScriptedCluster]:
    async with ScriptedCluster() as cluster:
        for job_id in ("a", "b", "c", "d", "e"):
            place(cluster, SETTINGS, job_id, JOB)
        yield cluster


@pytest.mark.parametrize("spelling", ["exitCode", "exit_code"])
def test_a_field_is_known_in_both_spellings(spelling: str) -> None:
    assert listing.field_names([spelling]) == {"exit_code"}


def test_every_field_of_a_job_can_be_asked_for() -> None:
    names = {field.name for field in attrs.fields(Job)} - {"extra"}
    assert listing.field_names(names) == names


def test_unknown_fields_are_refused_by_name() -> None:
    with pytest.raises(InvalidJobError, match=r"no field 'colour', 'extra'.*exitCode"):
        listing.field_names(["id", "colour", "extra"])


@pytest.mark.parametrize(
    ("names", "expected"), [(("id", "status", "tags"), True), (("id", "command"), False), ((), True)]
)
def test_only_fields_of_the_status_do_without_the_job(names: tuple[str, ...], expected: bool) -> None:
    assert listing.are_in_status(names) is expected


def test_fields_told_by_a_status_are_the_same_as_those_of_the_whole_job() -> None:
    whole = attrs.evolve(JOB, user="jsmith")
    names = listing._IN_STATUS
    by_status = listing.job_of(STATUS, None, cluster="K", fields=names)
    assert by_status == listing.job_of(STATUS, whole, cluster="K", fields=names)


def test_a_whole_job_has_the_state_of_its_status() -> None:
    whole = listing.job_of(STATUS, JOB, cluster="K", fields=None)
    assert (whole.id, whole.cluster, whole.status, whole.exit_code) == ("a", "K", JobState.FINISHED, 3)
    assert whole.command == "make"


def test_only_the_fields_asked_for_are_there_and_the_id() -> None:
    assert listing.job_of(STATUS, JOB, cluster="K", fields=["command"]) == Job(id="a", command="make")


async def test_wanted_jobs_are_read_across_pages(cluster: ScriptedCluster) -> None:
    jobs = await listing.read_all(cluster, SETTINGS, ["a", "e", "gone"])
    assert {job_id: job.name for job_id, job in jobs.items()} == {"a": "build", "e": "build"}
    assert cluster.requests() == ["list jobs"] * 3


async def test_jobs_read_back_are_as_they_were_planned(cluster: ScriptedCluster) -> None:
    job = (await listing.read_all(cluster, SETTINGS, ["a"]))["a"]
    assert (job.command, job.container.image, job.tags, job.user) == ("make", "r:4", ("t",), "jsmith")


async def test_foreign_objects_do_no_harm(cluster: ScriptedCluster) -> None:
    place_object(cluster, MADE_ELSEWHERE, SETTINGS.namespace)
    assert set(await listing.read_all(cluster, SETTINGS, ["a"])) == {"a"}


async def test_service_accounts_are_named(cluster: ScriptedCluster) -> None:
    for name in ("jobs", "other"):
        cluster.api.add(SERVICE_ACCOUNT, {"metadata": {"name": name}}, namespace=SETTINGS.namespace)
    assert await listing.service_accounts(cluster, SETTINGS) == ("default", "jobs", "other")


async def test_service_accounts_that_may_not_be_listed_are_left_out(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("list serviceaccounts")
    assert await listing.service_accounts(cluster, SETTINGS) is None


async def test_service_accounts_are_not_left_out_for_an_outage(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("list serviceaccounts")
    with pytest.raises(UnavailableError):
        await listing.service_accounts(cluster, SETTINGS)


@pytest.mark.parametrize("answer", [b"{", b'{"metadata": {}}', b'{"items": []}'])
async def test_an_answer_that_is_no_list_is_the_clusters_failure(answer: bytes) -> None:
    class Broken(ScriptedCluster):
        async def list_page(self, *args: object, **kwargs: object) -> Reply:
            return Reply(answer)

    with pytest.raises(ClusterError) as error:
        await listing.service_accounts(Broken(), SETTINGS)
    assert error.value.transient
