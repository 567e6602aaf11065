from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from launcher_k8s.backend import JobBackend
from launcher_k8s.connection import PODS, LogOptions, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    BackendClosedError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidJobError,
    InvalidJobStateError,
    InvalidObjectError,
    JobNotFoundError,
    OperationTimeoutError,
    UnavailableError,
)
from launcher_k8s.job import Job
from launcher_k8s.output import OutputChunk
from launcher_k8s.progress import Progress
from launcher_k8s.settings import ClusterSettings, ProfileSection, Settings
from launcher_k8s.status import FINAL, JobFilter, JobState
from launcher_k8s.templates.defaults import JOB_FILE, default_templates
from launcher_k8s.testing import ALWAYS, ScriptedCluster, finishes
from launcher_k8s.testing.cluster.kinds import JOB as JOBS
from launcher_k8s.testing.cluster.kinds import SERVICE, SERVICE_ACCOUNT, Object
from tests.unit.backend.placed import MADE_ELSEWHERE, place_object

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token", instance_id="prod-1")
JOB = Job.shell("make all", name="build", image="r:4", tags=["t"])
WITH_SERVICE = Job.shell("serve", name="web", image="r:4", ports=[8080])

Verb = Callable[[JobBackend], Awaitable[object]]


def backend_on(cluster: ScriptedCluster, settings: ClusterSettings = SETTINGS, **options: Any) -> JobBackend:
    options.setdefault("groups", lambda _: ())
    return JobBackend(settings, cluster=cluster, clock=cluster.clock, random=random.Random(1), **options)


@asynccontextmanager
async def entered(cluster: ScriptedCluster, **options: Any) -> AsyncIterator[JobBackend]:
    async with backend_on(cluster, **options) as backend:
        yield backend


@pytest.fixture
def cluster() -> ScriptedCluster:
    return ScriptedCluster()


def made_in(cluster: ScriptedCluster) -> list[str]:
    """The Jobs and Services that there are."""
    objects = cluster.api.objects
    return [f"{kind.plural} {each['metadata']['name']}" for kind in (JOBS, SERVICE) for each in objects(kind)]


def created_in(cluster: ScriptedCluster) -> list[Object]:
    """What the backend has sent to be created."""
    return [asked.object for asked in cluster.asked if asked.verb == "create"]


async def submitted(backend: JobBackend, job: Job = JOB, user: str = "jsmith") -> str:
    return (await backend.submit(job, user=user)).id


# --- time


async def test_an_hour_without_a_cluster_takes_no_time(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        await backend.list()
        outage = cluster.faults.drop_request("watch jobs", times=ALWAYS)
        cluster.faults.end_watches()
        await cluster.clock.advance(3600)
        assert 360 < outage.met < 1000
        outage.end()
        job_id = await submitted(backend)
        cluster.pod_of(job_id).running()
        assert (await backend.wait(job_id, until=[JobState.RUNNING])).state is JobState.RUNNING


async def test_a_time_limit_is_one_of_the_backends_clock(cluster: ScriptedCluster) -> None:
    clock = cluster.clock
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        begun = clock.monotonic()
        with pytest.raises(OperationTimeoutError, match="after 86400 s"):
            await backend.wait(job_id, timeout_s=86_400)
        assert clock.monotonic() - begun == 86_400


# --- entering and leaving


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, "api-url and auth-token-path or auth-token not set"),
        ({"auth_token": "token"}, "api-url not set"),
        ({"api_url": "https://k8s.example.org"}, "auth-token-path or auth-token not set"),
    ],
)
async def test_entering_names_what_is_missing_to_reach_the_cluster(
    values: dict[str, str], missing: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"'K': {missing}"):
        async with JobBackend(ClusterSettings(name="K", **values)):  # type: ignore[arg-type]
            pass


@pytest.mark.parametrize("settings", [Settings((SETTINGS,)), "/etc/rstudio", None])
def test_what_is_no_clusters_settings_is_told_at_once(settings: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"settings: expected .*\(give settings\.cluster\(\)"):
        JobBackend(settings)


@pytest.mark.parametrize("namespace", ["A B", "../x"])
async def test_entering_refuses_a_namespace_that_cannot_be(cluster: ScriptedCluster, namespace: str) -> None:
    with pytest.raises(ConfigurationError, match="no namespace can be called"):
        async with backend_on(cluster, attrs.evolve(SETTINGS, namespace=namespace)):
            pass


MISTAKES: dict[str, tuple[Callable[[Any], Awaitable[object]], str]] = {
    "plan": (lambda backend: backend.plan({"name": "a"}, user="u"), "job: expected a Job, not an object"),
    "submit": (lambda backend: backend.submit(JOB, user=None), "user: expected a string, not None"),
    "key": (lambda backend: backend.submit(JOB, user="u", key=1), "key: expected a string, not an integer"),
    "get": (lambda backend: backend.get(None), "job_id: expected a string, not None"),
    "fields": (lambda backend: backend.get("a", fields="name"), "fields: expected a list, not a string"),
    "list": (lambda backend: backend.list("x"), "wanted: expected a JobFilter, not a string"),
    "statuses": (
        lambda backend: anext(backend.statuses(None)),
        "wanted: expected a string or a JobFilter, not None",
    ),
    "output": (lambda backend: anext(backend.output(5)), "job_id: expected a string, not an integer"),
    "wait": (lambda backend: backend.wait(5), "job_id: expected a string, not an integer"),
    "until": (
        lambda backend: backend.wait("a", until=["Running"]),
        "until[0]: expected a JobState, not a string",
    ),
    "progress": (
        lambda backend: backend.wait("a", progress=5),
        "progress: expected a function, not an integer",
    ),
    "no number": (
        lambda backend: backend.wait("a", timeout_s=float("nan")),
        "timeout_s: not a number",
    ),
    "timeout": (
        lambda backend: backend.wait("a", timeout_s="1"),
        "timeout_s: expected a number, not a string",
    ),
    "remove": (lambda backend: backend.remove(None), "job_id: expected a string, not None"),
    "cluster_info": (lambda backend: backend.cluster_info(None), "user: expected a string, not None"),
}


@pytest.mark.parametrize("verb", MISTAKES)
async def test_an_argument_of_another_kind_is_refused(cluster: ScriptedCluster, verb: str) -> None:
    mistake, message = MISTAKES[verb]
    async with entered(cluster) as backend:
        with pytest.raises(InvalidJobError) as error:
            await mistake(backend)
    assert error.value.message == message


async def test_an_empty_key_is_refused(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(InvalidJobError, match="the key is empty"):
            await backend.submit(JOB, user="jsmith", key="")


async def test_one_state_can_be_waited_for(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).running()
        assert (await backend.wait(job_id, until=JobState.RUNNING)).state is JobState.RUNNING


async def test_a_wait_that_took_too_long_may_succeed_later(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match="is not Running after 1 s") as error:
            await backend.wait(job_id, until=JobState.RUNNING, timeout_s=1)
    assert error.value.transient


@pytest.mark.parametrize("until", [FINAL, (), JobState.FINISHED])
async def test_a_wait_for_the_end_says_that_it_has_not_come(
    cluster: ScriptedCluster, until: JobState | Collection[JobState]
) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(OperationTimeoutError, match="has not ended after 1 s"):
            await backend.wait(await submitted(backend), until=until, timeout_s=1)


VERBS: dict[str, Verb] = {
    "plan": lambda backend: backend.plan(JOB, user="jsmith", dry_run=True),
    "submit": lambda backend: backend.submit(JOB, user="jsmith"),
    "get": lambda backend: backend.get("a"),
    "list": lambda backend: backend.list(),
    "statuses": lambda backend: anext(backend.statuses("a")),
    "output": lambda backend: anext(backend.output("a")),
    "utilization": lambda backend: anext(backend.utilization("a")),
    "wait": lambda backend: backend.wait("a"),
    "remove": lambda backend: backend.remove("a"),
    "cluster_info": lambda backend: backend.cluster_info("jsmith"),
    "diagnose": lambda backend: backend.diagnose("a"),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
async def test_verbs_outside_the_context_are_refused(cluster: ScriptedCluster, verb: Verb) -> None:
    backend = backend_on(cluster)
    with pytest.raises(BackendClosedError):
        await verb(backend)
    async with backend:
        pass
    with pytest.raises(BackendClosedError):
        await verb(backend)


async def test_leaving_closes_the_cluster_and_leaves_no_task(cluster: ScriptedCluster) -> None:
    before = asyncio.all_tasks()
    async with entered(cluster) as backend:
        await submitted(backend)
    assert cluster.faults.open_streams == 0
    with pytest.raises(UnavailableError, match="the connection to the cluster is not open"):
        await cluster.list_page(PODS)
    assert asyncio.all_tasks() == before


async def test_a_backend_entered_again_sees_what_happened_meanwhile(cluster: ScriptedCluster) -> None:
    backend = backend_on(cluster)
    async with backend:
        first = await submitted(backend)
    cluster.delete_job(first)
    async with entered(cluster) as other:
        second = await submitted(other, WITH_SERVICE)
    async with backend:
        assert [status.id for status in await backend.list()] == [second]


async def test_a_backend_is_not_entered_twice_at_once(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(RuntimeError, match="entered already"):
            await backend.__aenter__()
        assert await backend.list() == []


@pytest.mark.parametrize("verb", ["get", "list", "remove", "statuses", "output", "wait"])
async def test_a_verb_that_waits_is_told_when_the_backend_closes(cluster: ScriptedCluster, verb: str) -> None:
    cluster.faults.stall("list jobs")
    async with entered(cluster) as backend:
        waiting = asyncio.ensure_future(VERBS[verb](backend))
        await cluster.clock.settle()
        assert "list jobs" in cluster.requests()
    with pytest.raises(BackendClosedError):
        await asyncio.wait_for(waiting, 5)


async def test_streams_are_interrupted_when_the_backend_closes(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).running()
        statuses, output = backend.statuses(job_id), backend.output(job_id)
        reading = asyncio.ensure_future(anext(output))
        while (await anext(statuses)).state is not JobState.RUNNING:
            pass
        await cluster.clock.settle()
        assert cluster.faults.open_streams == 3
    with pytest.raises(BackendClosedError):
        await reading
    with pytest.raises(BackendClosedError):
        await anext(statuses)
    assert cluster.faults.open_streams == 0


# --- plan


async def test_a_plan_makes_nothing(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        plan = await backend.plan(JOB, user="jsmith")
    assert plan.user == "jsmith"
    assert made_in(cluster) == []


async def test_groups_decide_and_are_asked_off_the_event_loop(cluster: ScriptedCluster) -> None:
    loop = asyncio.get_running_loop()

    def groups(user: str) -> list[str]:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        assert loop.is_running()
        return ["analysts"] if user == "mary" else []

    large = ProfileSection.group("analysts", max_cpus=8, max_mem_mb=9)
    settings = attrs.evolve(SETTINGS, profiles=(ProfileSection.everyone(max_cpus=1), large))
    job = Job.shell("make", name="build", image="r:4", cpus=4)
    async with entered(cluster, settings=settings, groups=groups) as backend:
        await backend.plan(job, user="mary")
        with pytest.raises(InvalidJobError):
            await backend.plan(job, user="jsmith")


async def test_a_dry_run_asks_the_api_server_strictly(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        await backend.plan(WITH_SERVICE, user="jsmith", dry_run=True)
    creates = [asked.params for asked in cluster.asked if asked.verb == "create"]
    assert creates == [{"fieldValidation": "Strict", "dryRun": "All"}] * 2
    assert made_in(cluster) == []


async def test_a_dry_run_that_is_refused_says_why(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("create jobs", code=400, message="unknown field")
    async with entered(cluster) as backend:
        with pytest.raises(InvalidObjectError, match="unknown field"):
            await backend.plan(JOB, user="jsmith", dry_run=True)


# --- submit


async def test_a_submitted_job_is_in_the_cluster_as_planned(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        done = await backend.submit(JOB, user="jsmith")
        assert done.plan.job_id == done.id
        assert created_in(cluster) == [done.plan.manifest]
        assert made_in(cluster) == [f"jobs {done.id}"]
        assert [status.id for status in await backend.list()] == [done.id]


async def test_two_submissions_are_two_jobs(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        assert await submitted(backend) != await submitted(backend)


async def test_the_same_key_is_the_same_job(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        first = await backend.submit(JOB, user="jsmith", key="k")
        again = await backend.submit(JOB, user="jsmith", key="k")
    assert first.id == again.id
    assert made_in(cluster) == [f"jobs {first.id}"]


async def test_a_retry_after_a_lost_answer_makes_no_second_job(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("create jobs")
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
    assert cluster.requests().count("create jobs") == 2
    assert made_in(cluster) == [f"jobs {job_id}"]


async def test_a_key_of_another_job_is_refused(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        first = await backend.submit(JOB, user="jsmith", key="k")
        with pytest.raises(InvalidJobError, match="key 'k' of user 'jsmith' was already used"):
            await backend.submit(attrs.evolve(JOB, command="make none"), user="jsmith", key="k")
    assert made_in(cluster) == [f"jobs {first.id}"]


async def test_a_drawn_id_that_is_taken_is_drawn_anew(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        first = await submitted(backend)
        backend._random.seed(1)
        assert await submitted(backend, attrs.evolve(JOB, command="make none")) != first
    assert len(made_in(cluster)) == 2


async def test_drawing_ids_ends(cluster: ScriptedCluster) -> None:
    class Stuck(random.Random):
        def randbytes(self, n: int) -> bytes:
            return bytes(n)

    async with entered(cluster) as backend:
        backend._random = Stuck()
        await submitted(backend)
        with pytest.raises(AlreadyExistsError, match="ids in a row were taken"):
            await submitted(backend, attrs.evolve(JOB, command="make none"))


async def test_warnings_of_the_api_server_are_in_the_plan(cluster: ScriptedCluster) -> None:
    cluster.warnings = ("that field is deprecated",)
    async with entered(cluster) as backend:
        done = await backend.submit(JOB, user="jsmith")
    assert "that field is deprecated" in [warning.reason for warning in done.plan.warnings]


async def test_a_service_that_is_refused_leaves_no_job(cluster: ScriptedCluster) -> None:
    cluster.faults.deny("create services")
    async with entered(cluster) as backend:
        with pytest.raises(ForbiddenError, match="the Service of job web-"):
            await submitted(backend, WITH_SERVICE)
    assert "create jobs" in cluster.requests()
    assert made_in(cluster) == []


async def test_templates_make_the_objects_of_a_job(cluster: ScriptedCluster) -> None:
    mine = default_templates()[JOB_FILE].replace("backoffLimit: 0", "backoffLimit: 0\n  suspend: false")
    settings = attrs.evolve(SETTINGS, use_templating=True, templates={JOB_FILE: mine})
    async with entered(cluster, settings=settings) as backend:
        submitted = await backend.submit(Job.shell("x", name="x", image="r:4"), user="me")
    assert submitted.plan.manifest["spec"]["suspend"] is False


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """What a command waits for that reads it, until something is written."""
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def waiting_for(fifo: Path) -> ClusterSettings:
    """Settings by whose template the jobs of one user wait for a real command."""
    note = f'{{{{ if eq .Job.user "slow" }}}}{{{{ exec "cat" "{fifo}" }}}}{{{{ end }}}}'
    user = "        user: {{ .Job.user | quote }}\n"
    mine = default_templates()[JOB_FILE].replace(user, f'{user}        note: "{note}"\n')
    return attrs.evolve(SETTINGS, use_templating=True, templates={JOB_FILE: mine})


def let_go(fifo: Path) -> None:
    """Write to a fifo once somebody reads it."""
    fifo.write_text("at last")


async def test_other_submissions_go_on_while_the_command_of_one_template_waits(
    cluster: ScriptedCluster, fifo: Path
) -> None:
    async with entered(cluster, settings=waiting_for(fifo)) as backend:
        slow = asyncio.create_task(backend.submit(JOB, user="slow"))
        others = [await submitted(backend, user=f"user{number}") for number in range(4)]
        assert made_in(cluster) == sorted(f"jobs {job_id}" for job_id in others)
        assert not slow.done()
        await asyncio.to_thread(let_go, fifo)
        annotations = (await slow).plan.manifest["spec"]["template"]["metadata"]["annotations"]
    assert annotations["note"] == "at last"


async def test_closing_waits_for_no_command_of_a_template(cluster: ScriptedCluster, fifo: Path) -> None:
    async with entered(cluster, settings=waiting_for(fifo)) as backend:
        callers = [asyncio.create_task(verb(JOB, user="slow")) for verb in (backend.submit, backend.plan)]
        await submitted(backend)
    for ended in await asyncio.gather(*callers, return_exceptions=True):
        assert isinstance(ended, BackendClosedError)
    assert len(made_in(cluster)) == 1
    await asyncio.to_thread(let_go, fifo)


async def test_a_cancelled_submission_is_finished_in_the_background(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("create services")
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(WITH_SERVICE, user="jsmith"))
        await cluster.clock.settle()
        assert "create services" in cluster.requests()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        stall.end()
    assert [made.split()[0] for made in made_in(cluster)] == ["jobs", "services"]


async def test_closing_waits_for_a_submission_that_is_under_way(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("create services")
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(WITH_SERVICE, user="jsmith"))
        await cluster.clock.settle()
        assert "create services" in cluster.requests()
        asyncio.get_running_loop().call_soon(stall.end)
    job_id = (await caller).id
    assert made_in(cluster) == [f"jobs {job_id}", f"services {job_id}"]


async def test_a_submission_that_does_not_end_is_told_when_the_backend_closes(
    cluster: ScriptedCluster,
) -> None:
    cluster.faults.stall("create jobs")
    before = asyncio.all_tasks()
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(JOB, user="jsmith"))
        await cluster.clock.settle()
        assert "create jobs" in cluster.requests()
    assert asyncio.all_tasks() - before <= {caller}
    with pytest.raises(BackendClosedError):
        await caller


CALLS: dict[str, tuple[str, Verb]] = {
    "plan": ("create jobs", lambda backend: backend.plan(JOB, user="jsmith", dry_run=True)),
    "get": ("get jobs", lambda backend: backend.get("a")),
    "list": ("list jobs", lambda backend: backend.list(fields=["command"])),
    "remove": ("get jobs", lambda backend: backend.remove("a")),
    "cluster_info": ("list serviceaccounts", lambda backend: backend.cluster_info("jsmith")),
}


@pytest.mark.parametrize(("request_", "verb"), CALLS.values(), ids=CALLS)
async def test_a_call_that_leaving_overtakes_says_so(
    cluster: ScriptedCluster, request_: str, verb: Verb
) -> None:
    async with entered(cluster) as backend:
        await backend.list()
        stall = cluster.faults.stall(request_)
        cluster.asked.clear()
        call = asyncio.ensure_future(verb(backend))
        await cluster.clock.settle()
        assert request_ in cluster.requests()
    stall.end()
    with pytest.raises(BackendClosedError) as caught:
        await call
    assert isinstance(caught.value.__cause__, UnavailableError)


async def test_nothing_is_begun_after_the_backend_has_closed(cluster: ScriptedCluster) -> None:
    asked, answered = threading.Event(), threading.Event()

    def groups(_: str) -> list[str]:
        asked.set()
        answered.wait(10)
        return []

    async with entered(cluster, groups=groups) as backend:
        caller = asyncio.create_task(backend.submit(JOB, user="jsmith"))
        assert await asyncio.to_thread(asked.wait, 10)
    answered.set()
    with pytest.raises(BackendClosedError):
        await caller
    assert "create jobs" not in cluster.requests()


# --- reading


async def test_a_job_is_read_back(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job = await backend.get(await submitted(backend), user="jsmith")
    assert (job.command, job.tags, job.status) == ("make all", ("t",), JobState.PENDING)


async def test_only_the_fields_asked_for_are_read(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        assert await backend.get(job_id, fields=["command"]) == Job(id=job_id, command="make all")


USERS_VERBS: dict[str, Callable[[JobBackend, str], Awaitable[object]]] = {
    "get": lambda backend, job_id: backend.get(job_id, user="mary"),
    "statuses": lambda backend, job_id: anext(backend.statuses(job_id, user="mary")),
    "output": lambda backend, job_id: anext(backend.output(job_id, user="mary")),
    "remove": lambda backend, job_id: backend.remove(job_id, user="mary"),
}


@pytest.mark.parametrize("verb", USERS_VERBS.values(), ids=USERS_VERBS)
async def test_another_users_job_is_not_found(
    cluster: ScriptedCluster, verb: Callable[[JobBackend, str], Awaitable[object]]
) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(JobNotFoundError):
            await verb(backend, job_id)
    assert made_in(cluster) == [f"jobs {job_id}"]


@pytest.mark.parametrize("verb", ["get", "statuses", "output", "wait", "remove"])
async def test_a_job_that_is_not_there_is_not_found(cluster: ScriptedCluster, verb: str) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(JobNotFoundError):
            await VERBS[verb](backend)


@pytest.mark.parametrize("verb", USERS_VERBS.values(), ids=USERS_VERBS)
@pytest.mark.parametrize("job_id", ["../x", "x/y", "", "a\n"])
async def test_what_no_job_can_be_called_is_not_asked_for(
    cluster: ScriptedCluster, verb: Callable[[JobBackend, str], Awaitable[object]], job_id: str
) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(JobNotFoundError):
            await verb(backend, job_id)
    assert "get jobs" not in cluster.requests()


async def test_a_foreign_job_is_not_found(cluster: ScriptedCluster) -> None:
    place_object(cluster, MADE_ELSEWHERE, SETTINGS.namespace)
    async with entered(cluster) as backend:
        assert await backend.list() == []
        with pytest.raises(JobNotFoundError):
            await backend.get("foreign")


async def test_jobs_are_listed_by_user_filter_and_fields(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        mine = await submitted(backend)
        await cluster.clock.advance(1)
        other = await submitted(backend, user="mary")
        cluster.pod_of(other).running()
        await backend.wait(other, until=[JobState.RUNNING])
        running = JobFilter(states=[JobState.RUNNING])
        assert [job.id for job in await backend.list()] == [mine, other]
        assert [job.id for job in await backend.list(user="jsmith")] == [mine]
        assert [job.id for job in await backend.list(running)] == [other]
        assert await backend.list(user="jsmith", fields=["user"]) == [Job(id=mine, user="jsmith")]
        assert await backend.list(running, fields=["command"]) == [Job(id=other, command="make all")]


async def test_a_first_list_that_is_refused_is_raised(cluster: ScriptedCluster) -> None:
    cluster.faults.fail("list pods", code=403, message="may not list pods", times=ALWAYS)
    async with entered(cluster) as backend:
        with pytest.raises(ForbiddenError, match="may not list pods"):
            await backend.list()


async def test_a_read_survives_a_passing_failure(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        outage = cluster.faults.fail("get jobs", times=2)
        assert (await backend.get(job_id)).id == job_id
        assert outage.is_over


async def test_what_a_user_is_offered_names_the_accounts(cluster: ScriptedCluster) -> None:
    cluster.add_namespace(SETTINGS.namespace)
    cluster.api.add(SERVICE_ACCOUNT, {"metadata": {"name": "runner"}}, namespace=SETTINGS.namespace)
    async with entered(cluster) as backend:
        info = await backend.cluster_info("jsmith")
    assert ("default", "runner") in [offer.values for offer in info.config]


# --- following


async def test_output_and_statuses_of_a_whole_life(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).running().prints("hello\n").exits(3)
        output = [chunk async for chunk in backend.output(job_id)]
        last = [status async for status in backend.statuses(job_id)][-1]
    assert output == [OutputChunk(b"hello\n")]
    assert (last.state, last.exit_code) == (JobState.FINISHED, 3)


class CuttingCluster(ScriptedCluster):
    """Gives logs byte by byte."""

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        async with super().log(pod, options) as chunks:
            yield (bytes([byte]) async for chunk in chunks for byte in chunk)


async def test_the_text_of_each_chunk_is_whole_wherever_the_node_cuts() -> None:
    cluster = CuttingCluster()
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).running().prints("5 € für 😀\n").exits()
        texts = [piece.text async for piece in backend.output(job_id) if isinstance(piece, OutputChunk)]
    assert texts == list("5 € für 😀\n")


async def test_waiting_ends_with_the_state_asked_for_and_tells_the_way(cluster: ScriptedCluster) -> None:
    seen: list[tuple[JobState, bool]] = []

    def progress(news: Progress) -> None:
        seen.append((news.state, news.is_last))
        if news.state is JobState.PENDING:
            cluster.pod_of(news.job_id).running()

    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        status = await backend.wait(job_id, until=[JobState.RUNNING], progress=progress)
    assert status.state is JobState.RUNNING
    assert seen == [(JobState.PENDING, False), (JobState.RUNNING, True)]


async def test_a_wait_tells_how_long_it_has_lasted_by_the_backends_clock() -> None:
    cluster = ScriptedCluster(life=finishes(pending_s=60, after_s=3600))
    waited: list[float] = []
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        await backend.wait(job_id, progress=lambda news: waited.append(news.waited_s))
    assert waited == [0, 60, 3660]


async def test_an_end_ends_waiting_for_anything_else(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).exits()
        status = await backend.wait(job_id, until=[JobState.SUSPENDED])
    assert status.state is JobState.FINISHED


async def test_waiting_ends_when_its_time_is_up(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match=f"job {job_id} is not Running after 0 s"):
            await backend.wait(job_id, until=[JobState.RUNNING], timeout_s=0)
        assert (await backend.get(job_id)).status is JobState.PENDING


async def test_a_wait_in_vain_says_how_the_job_is_and_why(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match=r"after 1 s: it is Pending \(it goes on"):
            await backend.wait(job_id, timeout_s=1)
        cluster.pod_of(job_id).gets_event("FailedMount", "no secret")
        with pytest.raises(OperationTimeoutError, match=r": it is Pending \(FailedMount: no secret"):
            await backend.wait(job_id, timeout_s=10)


async def test_a_callers_own_timeout_error_is_not_ours(cluster: ScriptedCluster) -> None:
    def progress(_: Progress) -> None:
        raise TimeoutError("the caller's own")

    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(TimeoutError, match="the caller's own"):
            await backend.wait(job_id, progress=progress)


# --- removing


async def test_a_removed_job_takes_all_it_owns_with_it(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend, WITH_SERVICE)
        cluster.pod_of(job_id).running()
        await backend.remove(job_id, user="jsmith")
        assert made_in(cluster) == []
        with pytest.raises(JobNotFoundError):
            await backend.remove(job_id)
        await cluster.clock.advance(5)
        assert cluster.pods() == []


async def test_a_removal_whose_answer_was_lost_is_a_removal(cluster: ScriptedCluster) -> None:
    cluster.faults.drop_answer("delete jobs")
    async with entered(cluster) as backend:
        await backend.remove(await submitted(backend))
    assert cluster.requests().count("delete jobs") == 2
    assert made_in(cluster) == []


async def test_another_job_that_took_the_name_meanwhile_is_not_removed(cluster: ScriptedCluster) -> None:
    stall = cluster.faults.stall("delete jobs")
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        [created] = created_in(cluster)
        removal = asyncio.create_task(backend.remove(job_id))
        await cluster.clock.settle()
        assert "delete jobs" in cluster.requests()
        cluster.delete_job(job_id)
        place_object(cluster, created, SETTINGS.namespace)
        stall.end()
        with pytest.raises(ConflictError):
            await removal
    assert made_in(cluster) == [f"jobs {job_id}"]


async def test_a_job_of_another_instance_is_not_removed(cluster: ScriptedCluster) -> None:
    other = attrs.evolve(SETTINGS, instance_id="prod-2")
    async with entered(cluster) as backend, entered(cluster, settings=other) as theirs:
        job_id = await submitted(theirs)
        with pytest.raises(InvalidJobStateError, match="another Launcher instance"):
            await backend.remove(job_id)
    assert made_in(cluster) == [f"jobs {job_id}"]


async def test_a_second_process_says_the_same(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.pod_of(job_id).exits(3)
        told = await backend.wait(job_id)
    cluster.pod_of(job_id).deleted()
    await cluster.clock.advance(10)
    assert cluster.pods() == []
    async with entered(cluster) as backend:
        assert await backend.wait(job_id) == told
        assert (await backend.get(job_id)).exit_code == 3


async def test_a_removed_job_is_told_as_removed_however_late_one_asks(cluster: ScriptedCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        watching = asyncio.create_task(backend.wait(job_id))
        await backend.remove(job_id)
        assert (await watching).removed
        assert (await backend.wait(job_id)).removed
        assert [status.removed async for status in backend.statuses(job_id)] == [True]
        assert [piece async for piece in backend.output(job_id)] == []
