from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest

from launcher_k8s.backend import JobBackend
from launcher_k8s.connection import LogOptions, Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    BackendClosedError,
    ClusterTimeoutError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidJobError,
    InvalidJobStateError,
    InvalidObjectError,
    JobNotFoundError,
    NotSupportedError,
    OperationTimeoutError,
    UnavailableError,
)
from launcher_k8s.job import Job
from launcher_k8s.output import OutputChunk
from launcher_k8s.settings import ClusterSettings, ProfileSection, Settings
from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.testing import ScriptedClock
from tests.unit.backend.memory_cluster import MemoryCluster, until

SETTINGS = ClusterSettings(api_url="https://k8s.example.org", auth_token="token", instance_id="prod-1")
JOB = Job.shell("make all", name="build", image="r:4", tags=["t"])
WITH_SERVICE = Job.shell("serve", name="web", image="r:4", ports=[8080])

Verb = Callable[[JobBackend], Awaitable[object]]


def backend_on(cluster: MemoryCluster, settings: ClusterSettings = SETTINGS, **options: Any) -> JobBackend:
    options.setdefault("groups", lambda _: ())
    options.setdefault("clock", ScriptedClock())
    return JobBackend(settings, cluster=cluster, random=random.Random(1), **options)


@asynccontextmanager
async def entered(cluster: MemoryCluster, **options: Any) -> AsyncIterator[JobBackend]:
    async with backend_on(cluster, **options) as backend:
        yield backend


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


async def submitted(backend: JobBackend, job: Job = JOB, user: str = "jsmith") -> str:
    return (await backend.submit(job, user=user)).id


# --- time


async def test_an_hour_without_a_cluster_takes_no_time(cluster: MemoryCluster) -> None:
    clock = ScriptedClock()
    async with entered(cluster, clock=clock) as backend:
        await backend.list()
        cluster.failures["watch jobs"] = [UnavailableError("down", transient=True)] * 10_000
        cluster.hang_up()
        await clock.sleep(3600)
        assert 360 < 10_000 - len(cluster.failures["watch jobs"]) < 1000
        cluster.failures["watch jobs"] = []
        job_id = await submitted(backend)
        cluster.start(job_id)
        assert (await backend.wait(job_id, until=[JobState.RUNNING])).state is JobState.RUNNING


async def test_a_time_limit_is_one_of_the_backends_clock(cluster: MemoryCluster) -> None:
    clock = ScriptedClock()
    async with entered(cluster, clock=clock) as backend:
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
async def test_entering_refuses_a_namespace_that_cannot_be(cluster: MemoryCluster, namespace: str) -> None:
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
    "timeout": (
        lambda backend: backend.wait("a", timeout_s="1"),
        "timeout_s: expected a number, not a string",
    ),
    "remove": (lambda backend: backend.remove(None), "job_id: expected a string, not None"),
    "cluster_info": (lambda backend: backend.cluster_info(None), "user: expected a string, not None"),
}


@pytest.mark.parametrize("verb", MISTAKES)
async def test_an_argument_of_another_kind_is_refused(cluster: MemoryCluster, verb: str) -> None:
    mistake, message = MISTAKES[verb]
    async with entered(cluster) as backend:
        with pytest.raises(InvalidJobError) as error:
            await mistake(backend)
    assert error.value.message == message


async def test_an_empty_key_is_refused(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(InvalidJobError, match="the key is empty"):
            await backend.submit(JOB, user="jsmith", key="")


async def test_one_state_can_be_waited_for(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.start(job_id)
        assert (await backend.wait(job_id, until=JobState.RUNNING)).state is JobState.RUNNING


async def test_a_wait_that_took_too_long_may_succeed_later(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match="is not Running after 1 s") as error:
            await backend.wait(job_id, until=JobState.RUNNING, timeout_s=1)
    assert error.value.transient


VERBS: dict[str, Verb] = {
    "plan": lambda backend: backend.plan(JOB, user="jsmith", dry_run=True),
    "submit": lambda backend: backend.submit(JOB, user="jsmith"),
    "get": lambda backend: backend.get("a"),
    "list": lambda backend: backend.list(),
    "statuses": lambda backend: anext(backend.statuses("a")),
    "output": lambda backend: anext(backend.output("a")),
    "wait": lambda backend: backend.wait("a"),
    "remove": lambda backend: backend.remove("a"),
    "cluster_info": lambda backend: backend.cluster_info("jsmith"),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
async def test_verbs_outside_the_context_are_refused(cluster: MemoryCluster, verb: Verb) -> None:
    backend = backend_on(cluster)
    with pytest.raises(BackendClosedError):
        await verb(backend)
    async with backend:
        pass
    with pytest.raises(BackendClosedError):
        await verb(backend)


async def test_leaving_closes_the_cluster_and_leaves_no_task(cluster: MemoryCluster) -> None:
    before = asyncio.all_tasks()
    async with entered(cluster) as backend:
        await submitted(backend)
        was_open = cluster.is_open
    assert (was_open, cluster.is_open, cluster.open_streams) == (True, False, 0)
    assert asyncio.all_tasks() == before


async def test_a_backend_entered_again_sees_what_happened_meanwhile(cluster: MemoryCluster) -> None:
    backend = backend_on(cluster)
    async with backend:
        first = await submitted(backend)
    cluster.drop("jobs", first, silently=True)
    async with entered(cluster) as other:
        second = await submitted(other, WITH_SERVICE)
    async with backend:
        assert [status.id for status in await backend.list()] == [second]


async def test_a_backend_is_not_entered_twice_at_once(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(RuntimeError, match="entered already"):
            await backend.__aenter__()
        assert await backend.list() == []


@pytest.mark.parametrize("verb", ["get", "list", "remove", "statuses", "output", "wait"])
async def test_a_verb_that_waits_is_told_when_the_backend_closes(cluster: MemoryCluster, verb: str) -> None:
    cluster.gates["list jobs"] = asyncio.Event()
    async with entered(cluster) as backend:
        waiting = asyncio.ensure_future(VERBS[verb](backend))
        await until(lambda: "list jobs" in cluster.asked)
    with pytest.raises(BackendClosedError):
        await asyncio.wait_for(waiting, 5)


async def test_streams_are_interrupted_when_the_backend_closes(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.start(job_id)
        statuses, output = backend.statuses(job_id), backend.output(job_id)
        reading = asyncio.ensure_future(anext(output))
        while (await anext(statuses)).state is not JobState.RUNNING:
            pass
        await until(lambda: cluster.open_streams == 3)
    with pytest.raises(BackendClosedError):
        await reading
    with pytest.raises(BackendClosedError):
        await anext(statuses)
    assert cluster.open_streams == 0


# --- plan


async def test_a_plan_makes_nothing(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        plan = await backend.plan(JOB, user="jsmith")
    assert plan.user == "jsmith"
    assert not cluster.objects


async def test_groups_decide_and_are_asked_off_the_event_loop(cluster: MemoryCluster) -> None:
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


async def test_a_dry_run_asks_the_api_server_strictly(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        await backend.plan(WITH_SERVICE, user="jsmith", dry_run=True)
    assert cluster.params == [{"fieldValidation": "Strict", "dryRun": "All"}] * 2
    assert not cluster.objects


async def test_a_dry_run_that_is_refused_says_why(cluster: MemoryCluster) -> None:
    cluster.failures["create jobs"] = [InvalidObjectError("unknown field", status=400)]
    async with entered(cluster) as backend:
        with pytest.raises(InvalidObjectError, match="unknown field"):
            await backend.plan(JOB, user="jsmith", dry_run=True)


# --- submit


async def test_a_submitted_job_is_in_the_cluster_as_planned(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        done = await backend.submit(JOB, user="jsmith")
        assert done.plan.job_id == done.id
        stored = cluster.objects["jobs", done.id]
        assert stored["spec"] == done.plan.manifest["spec"]
        assert [status.id for status in await backend.list()] == [done.id]


async def test_two_submissions_are_two_jobs(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        assert await submitted(backend) != await submitted(backend)


async def test_the_same_key_is_the_same_job(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        first = await backend.submit(JOB, user="jsmith", key="k")
        again = await backend.submit(JOB, user="jsmith", key="k")
    assert first.id == again.id
    assert len(cluster.objects) == 1


async def test_a_retry_after_a_lost_answer_makes_no_second_job(cluster: MemoryCluster) -> None:
    class Losing(MemoryCluster):
        async def create(self, *args: Any, **options: Any) -> Any:
            reply = await super().create(*args, **options)
            if self.asked.count("create jobs") == 1:
                raise ClusterTimeoutError("no answer", transient=True)
            return reply

    losing = Losing()
    async with entered(losing) as backend:
        job_id = await submitted(backend)
    assert list(losing.objects) == [("jobs", job_id)]


async def test_a_key_of_another_job_is_refused(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        await backend.submit(JOB, user="jsmith", key="k")
        with pytest.raises(InvalidJobError, match="key 'k' of user 'jsmith' was already used"):
            await backend.submit(attrs.evolve(JOB, command="make none"), user="jsmith", key="k")
    assert len(cluster.objects) == 1


async def test_a_drawn_id_that_is_taken_is_drawn_anew(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        first = await submitted(backend)
        backend._random.seed(1)
        assert await submitted(backend, attrs.evolve(JOB, command="make none")) != first
    assert len(cluster.objects) == 2


async def test_drawing_ids_ends(cluster: MemoryCluster) -> None:
    class Stuck(random.Random):
        def randbytes(self, n: int) -> bytes:
            return bytes(n)

    async with entered(cluster) as backend:
        backend._random = Stuck()
        await submitted(backend)
        with pytest.raises(AlreadyExistsError, match="ids in a row were taken"):
            await submitted(backend, attrs.evolve(JOB, command="make none"))


async def test_warnings_of_the_api_server_are_in_the_plan(cluster: MemoryCluster) -> None:
    cluster.warnings = ("that field is deprecated",)
    async with entered(cluster) as backend:
        done = await backend.submit(JOB, user="jsmith")
    assert "that field is deprecated" in [warning.reason for warning in done.plan.warnings]


async def test_a_service_that_is_refused_leaves_no_job(cluster: MemoryCluster) -> None:
    cluster.failures["create services"] = [ForbiddenError("no services", status=403)]
    async with entered(cluster) as backend:
        with pytest.raises(ForbiddenError, match="the Service of job web-"):
            await submitted(backend, WITH_SERVICE)
    assert not cluster.objects


async def test_a_stdin_is_refused(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(NotSupportedError, match="stdin"):
            await backend.submit(attrs.evolve(JOB, stdin="1\n"), user="jsmith")
    assert "create jobs" not in cluster.asked


async def test_templates_are_refused(cluster: MemoryCluster) -> None:
    async with entered(cluster, settings=attrs.evolve(SETTINGS, use_templating=True)) as backend:
        with pytest.raises(NotSupportedError, match="use-templating"):
            await backend.submit(JOB, user="jsmith")
    assert "create jobs" not in cluster.asked


async def test_a_cancelled_submission_is_finished_in_the_background(cluster: MemoryCluster) -> None:
    gate = cluster.gates["create services"] = asyncio.Event()
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(WITH_SERVICE, user="jsmith"))
        await until(lambda: "create services" in cluster.asked)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        gate.set()
    assert sorted(plural for plural, _ in cluster.objects) == ["jobs", "services"]


async def test_closing_waits_for_a_submission_that_is_under_way(cluster: MemoryCluster) -> None:
    gate = cluster.gates["create services"] = asyncio.Event()
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(WITH_SERVICE, user="jsmith"))
        await until(lambda: "create services" in cluster.asked)
        asyncio.get_running_loop().call_soon(gate.set)
    assert (await caller).id in {name for _, name in cluster.objects}


async def test_a_submission_that_does_not_end_is_told_when_the_backend_closes(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.gates["create jobs"] = asyncio.Event()
    before = asyncio.all_tasks()
    async with entered(cluster) as backend:
        caller = asyncio.create_task(backend.submit(JOB, user="jsmith"))
        await until(lambda: "create jobs" in cluster.asked)
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
    cluster: MemoryCluster, request_: str, verb: Verb
) -> None:
    async with entered(cluster) as backend:
        await backend.list()
        gate = cluster.gates[request_] = asyncio.Event()
        cluster.asked.clear()
        call = asyncio.ensure_future(verb(backend))
        await until(lambda: request_ in cluster.asked)
        cluster.failures[request_] = [UnavailableError("the connection is not open")]
    gate.set()
    with pytest.raises(BackendClosedError) as caught:
        await call
    assert isinstance(caught.value.__cause__, UnavailableError)


async def test_nothing_is_begun_after_the_backend_has_closed(cluster: MemoryCluster) -> None:
    asked, answered = threading.Event(), threading.Event()

    def groups(_: str) -> list[str]:
        asked.set()
        answered.wait(10)
        return []

    async with entered(cluster, groups=groups) as backend:
        caller = asyncio.create_task(backend.submit(JOB, user="jsmith"))
        await until(asked.is_set)
    answered.set()
    with pytest.raises(BackendClosedError):
        await caller
    assert "create jobs" not in cluster.asked


# --- reading


async def test_a_job_is_read_back(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job = await backend.get(await submitted(backend), user="jsmith")
    assert (job.command, job.tags, job.status) == ("make all", ("t",), JobState.PENDING)


async def test_only_the_fields_asked_for_are_read(cluster: MemoryCluster) -> None:
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
    cluster: MemoryCluster, verb: Callable[[JobBackend, str], Awaitable[object]]
) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(JobNotFoundError):
            await verb(backend, job_id)
    assert ("jobs", job_id) in cluster.objects


@pytest.mark.parametrize("verb", ["get", "statuses", "output", "wait", "remove"])
async def test_a_job_that_is_not_there_is_not_found(cluster: MemoryCluster, verb: str) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(JobNotFoundError):
            await VERBS[verb](backend)


@pytest.mark.parametrize("verb", USERS_VERBS.values(), ids=USERS_VERBS)
@pytest.mark.parametrize("job_id", ["../x", "x/y", "", "a\n"])
async def test_what_no_job_can_be_called_is_not_asked_for(
    cluster: MemoryCluster, verb: Callable[[JobBackend, str], Awaitable[object]], job_id: str
) -> None:
    async with entered(cluster) as backend:
        with pytest.raises(JobNotFoundError):
            await verb(backend, job_id)
    assert "get jobs" not in cluster.asked


async def test_a_foreign_job_is_not_found(cluster: MemoryCluster) -> None:
    cluster.put("jobs", {"metadata": {"name": "a"}, "spec": {"template": {"metadata": {}, "spec": {}}}})
    async with entered(cluster) as backend:
        assert await backend.list() == []
        with pytest.raises(JobNotFoundError):
            await backend.get("a")


async def test_jobs_are_listed_by_user_filter_and_fields(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        mine, other = await submitted(backend), await submitted(backend, user="mary")
        cluster.start(other)
        await backend.wait(other, until=[JobState.RUNNING])
        running = JobFilter(states=[JobState.RUNNING])
        assert [job.id for job in await backend.list()] == [mine, other]
        assert [job.id for job in await backend.list(user="jsmith")] == [mine]
        assert [job.id for job in await backend.list(running)] == [other]
        assert await backend.list(user="jsmith", fields=["user"]) == [Job(id=mine, user="jsmith")]
        assert await backend.list(running, fields=["command"]) == [Job(id=other, command="make all")]


async def test_a_first_list_that_is_refused_is_raised(cluster: MemoryCluster) -> None:
    cluster.failures["list pods"] = [ForbiddenError("may not list pods", status=403)] * 1000
    async with entered(cluster) as backend:
        with pytest.raises(ForbiddenError, match="may not list pods"):
            await backend.list()


async def test_a_read_survives_a_passing_failure(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.failures["get jobs"] = [UnavailableError("down", transient=True)] * 2
        assert (await backend.get(job_id)).id == job_id


async def test_what_a_user_is_offered_names_the_accounts(cluster: MemoryCluster) -> None:
    cluster.put("serviceaccounts", {"metadata": {"name": "runner"}})
    async with entered(cluster) as backend:
        info = await backend.cluster_info("jsmith")
    assert ("runner",) in [offer.values for offer in info.config]


# --- following


async def test_output_and_statuses_of_a_whole_life(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.write_output(cluster.start(job_id), b"hello\n")
        cluster.end(job_id, 3)
        output = [chunk async for chunk in backend.output(job_id)]
        last = [status async for status in backend.statuses(job_id)][-1]
    assert output == [OutputChunk(b"hello\n")]
    assert (last.state, last.exit_code) == (JobState.FINISHED, 3)


class CuttingCluster(MemoryCluster):
    """Gives logs byte by byte."""

    async def _lines(self, pod: Resource, options: LogOptions) -> AsyncIterator[bytes]:
        async for line in super()._lines(pod, options):
            for index in range(len(line)):
                yield line[index : index + 1]


async def test_the_text_of_each_chunk_is_whole_wherever_the_node_cuts() -> None:
    cluster = CuttingCluster()
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.write_output(cluster.start(job_id), "5 € für 😀\n".encode())
        cluster.end(job_id)
        texts = [piece.text async for piece in backend.output(job_id) if isinstance(piece, OutputChunk)]
    assert texts == list("5 € für 😀\n")


async def test_waiting_ends_with_the_state_asked_for_and_tells_the_way(cluster: MemoryCluster) -> None:
    seen: list[JobState] = []

    def progress(status: JobStatus) -> None:
        seen.append(status.state)
        if status.state is JobState.PENDING:
            cluster.start(status.id)

    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        status = await backend.wait(job_id, until=[JobState.RUNNING], progress=progress)
    assert status.state is JobState.RUNNING
    assert seen == [JobState.PENDING, JobState.RUNNING]


async def test_an_end_ends_waiting_for_anything_else(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.start(job_id)
        cluster.end(job_id)
        status = await backend.wait(job_id, until=[JobState.SUSPENDED])
    assert status.state is JobState.FINISHED


async def test_waiting_ends_when_its_time_is_up(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match=f"job {job_id} is not Running after 0 s"):
            await backend.wait(job_id, until=[JobState.RUNNING], timeout_s=0)
        assert (await backend.get(job_id)).status is JobState.PENDING


async def test_a_wait_in_vain_says_how_the_job_is_and_why(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(OperationTimeoutError, match=r"after 1 s: it is Pending \(it goes on"):
            await backend.wait(job_id, timeout_s=1)
        cluster.tell("jobs", job_id, "FailedCreate", "exceeded quota: team")
        with pytest.raises(
            OperationTimeoutError, match=r": it is Pending \(FailedCreate: exceeded quota: team"
        ):
            await backend.wait(job_id, timeout_s=10)


async def test_a_callers_own_timeout_error_is_not_ours(cluster: MemoryCluster) -> None:
    def progress(_: JobStatus) -> None:
        raise TimeoutError("the caller's own")

    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        with pytest.raises(TimeoutError, match="the caller's own"):
            await backend.wait(job_id, progress=progress)


# --- removing


async def test_a_removed_job_takes_all_it_owns_with_it(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend, WITH_SERVICE)
        cluster.start(job_id)
        await backend.remove(job_id, user="jsmith")
        assert not cluster.objects
        with pytest.raises(JobNotFoundError):
            await backend.remove(job_id)


async def test_a_removal_whose_answer_was_lost_is_a_removal() -> None:
    class Losing(MemoryCluster):
        async def delete(self, *args: Any, **options: Any) -> Any:
            reply = await super().delete(*args, **options)
            if self.asked.count("delete jobs") == 1:
                raise ClusterTimeoutError("no answer", transient=True)
            return reply

    cluster = Losing()
    async with entered(cluster) as backend:
        await backend.remove(await submitted(backend))
    assert cluster.asked.count("delete jobs") == 2
    assert not cluster.objects


async def test_another_job_that_took_the_name_meanwhile_is_not_removed(cluster: MemoryCluster) -> None:
    gate = cluster.gates["delete jobs"] = asyncio.Event()
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        removal = asyncio.create_task(backend.remove(job_id))
        await until(lambda: "delete jobs" in cluster.asked)
        other = cluster.objects["jobs", job_id]
        cluster.drop("jobs", job_id)
        cluster.put("jobs", {**other, "metadata": {**other["metadata"], "uid": "another"}})
        gate.set()
        with pytest.raises(ConflictError):
            await removal
    assert ("jobs", job_id) in cluster.objects


async def test_a_job_of_another_instance_is_not_removed(cluster: MemoryCluster) -> None:
    other = attrs.evolve(SETTINGS, instance_id="prod-2")
    async with entered(cluster) as backend, entered(cluster, settings=other) as theirs:
        job_id = await submitted(theirs)
        with pytest.raises(InvalidJobStateError, match="another Launcher instance"):
            await backend.remove(job_id)
    assert ("jobs", job_id) in cluster.objects


async def test_a_second_process_says_the_same(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        cluster.start(job_id)
        cluster.end(job_id, 3)
        told = await backend.wait(job_id)
    cluster.drop("pods", f"{job_id}-pod", silently=True)
    async with entered(cluster) as backend:
        assert await backend.wait(job_id) == told
        assert (await backend.get(job_id)).exit_code == 3


async def test_a_removed_job_is_told_as_removed_however_late_one_asks(cluster: MemoryCluster) -> None:
    async with entered(cluster) as backend:
        job_id = await submitted(backend)
        watching = asyncio.create_task(backend.wait(job_id))
        await backend.remove(job_id)
        assert (await watching).removed
        assert (await backend.wait(job_id)).removed
        assert [status.removed async for status in backend.statuses(job_id)] == [True]
        assert [piece async for piece in backend.output(job_id)] == []
