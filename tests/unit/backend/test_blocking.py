from __future__ import annotations

import inspect
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from launcher_k8s import (
    BackendClosedError,
    BlockingBackend,
    BlockingStream,
    ClusterSettings,
    ConfigurationError,
    Job,
    JobBackend,
    JobFilter,
    JobNotFoundError,
    JobState,
    Operation,
    OperationTimeoutError,
    OutputChunk,
    Progress,
)
from launcher_k8s.testing import Life, ScriptedCluster, ScriptedPod, finishes, runs

JOB = Job.shell("make all", name="build", image="r:4")
USER = "jsmith"


# Time passes while the loop has nothing to do, however long this thread takes: no job may expire meanwhile.
SETTINGS = ClusterSettings(job_expiry_hours=Decimal(1_000_000))


def blocking_on(life: Life) -> BlockingBackend:
    cluster = ScriptedCluster(life=life)
    return BlockingBackend(SETTINGS, cluster=cluster, clock=cluster.clock, groups=lambda _: ())


@pytest.fixture
def backend() -> Iterator[BlockingBackend]:
    with blocking_on(finishes(3, output="hello\n", after_s=3600)) as backend:
        yield backend


def uses_memory(pod: ScriptedPod) -> None:
    pod.running().uses(cpus=1, mem_mb=64)


@pytest.fixture
def busy() -> Iterator[BlockingBackend]:
    """On a cluster whose jobs run until they are ended."""
    with blocking_on(uses_memory) as backend:
        yield backend


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert {each for each in threading.enumerate() if each.name == "launcher_k8s"} <= before


def run(backend: BlockingBackend) -> str:
    return backend.submit(JOB, user=USER).id


def interrupt_soon() -> None:
    """Ctrl-C, once this thread waits for something (or is about to)."""
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.05, signal.pthread_kill, [main, signal.SIGINT]).start()


def verbs(of: type) -> set[str]:
    return {name for name in vars(of) if not name.startswith("_")}


def test_it_has_every_verb_and_two_of_its_own() -> None:
    assert verbs(BlockingBackend) - verbs(JobBackend) == {"open", "close"}
    assert verbs(JobBackend) <= verbs(BlockingBackend)


@pytest.mark.parametrize("verb", sorted(verbs(JobBackend) - {"settings"}))
def test_each_verb_takes_the_same(verb: str) -> None:
    def taken(of: type) -> list[tuple[str, Any, Any, str]]:
        parameters = inspect.signature(getattr(of, verb)).parameters.values()
        return [(each.name, each.kind, each.default, each.annotation) for each in parameters]

    assert taken(BlockingBackend) == taken(JobBackend)


def test_a_job_from_its_submission_to_its_end(backend: BlockingBackend) -> None:
    job_id = run(backend)
    with backend.output(job_id) as output:
        assert list(output) == [OutputChunk(b"hello\n")]
    assert [status.state for status in backend.statuses(job_id)] == [JobState.FINISHED]
    assert backend.wait(job_id).exit_code == 3
    assert [status.id for status in backend.list()] == [job_id]
    assert backend.list(fields=["name"])[0].name == "build"
    assert backend.get(job_id).status is JobState.FINISHED
    backend.remove(job_id)
    with pytest.raises(JobNotFoundError):
        backend.get(job_id)


def test_a_running_job_is_looked_at_and_controlled(busy: BlockingBackend) -> None:
    job_id = run(busy)
    busy.wait(job_id, until=JobState.RUNNING)
    assert busy.diagnose(job_id).state is JobState.RUNNING
    assert busy.network(job_id).host
    assert next(busy.utilization(job_id)).resident_memory_mb == 64
    assert busy.control(job_id, Operation.KILL).status_message
    assert busy.wait(job_id).state is JobState.KILLED


def test_the_cluster_is_looked_at(backend: BlockingBackend) -> None:
    assert backend.cluster_info(USER).name == backend.settings.name
    assert backend.check()
    assert backend.plan(JOB, user=USER, dry_run=True).user == USER
    with pytest.raises(ConfigurationError, match="built in code"):
        backend.reload()


def test_progress_is_told_in_the_callers_own_thread(backend: BlockingBackend) -> None:
    told: list[tuple[Progress, threading.Thread]] = []
    backend.wait(run(backend), progress=lambda news: told.append((news, threading.current_thread())))
    assert {thread for _, thread in told} == {threading.current_thread()}
    assert [news.state for news, _ in told if news.is_last] == [JobState.FINISHED]


def test_what_progress_raises_ends_the_wait(busy: BlockingBackend) -> None:
    def refuse(_: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        busy.wait(run(busy), progress=refuse)
    assert busy.list()


def test_a_wait_in_vain_has_its_time_limit(busy: BlockingBackend) -> None:
    with pytest.raises(OperationTimeoutError, match="after 60 s: it is Running"):
        busy.wait(run(busy), timeout_s=60)


def test_it_works_where_an_event_loop_runs() -> None:
    import asyncio

    async def cell() -> int | None:
        with blocking_on(finishes(4)) as backend:
            return backend.wait(run(backend)).exit_code

    assert asyncio.run(cell()) == 4


# --- interrupts


def test_an_interrupt_ends_a_wait_and_the_backend_goes_on(busy: BlockingBackend) -> None:
    job_id = run(busy)
    busy.wait(job_id, until=JobState.RUNNING)
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        busy.wait(job_id)
    assert [status.state for status in busy.list()] == [JobState.RUNNING]


def test_an_interrupt_ends_a_stream(busy: BlockingBackend) -> None:
    with busy.statuses(JobFilter()) as statuses:
        interrupt_soon()
        with pytest.raises(KeyboardInterrupt):
            next(statuses)
        assert list(statuses) == []


# --- threads


def test_many_threads_share_it(backend: BlockingBackend) -> None:
    codes: list[int | None] = []

    def work() -> None:
        codes.append(backend.wait(run(backend)).exit_code)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert codes == [3] * 20


def reading(stream: BlockingStream[Any]) -> tuple[threading.Thread, list[object]]:
    """A thread that reads a stream to its end, and how that came."""
    ends: list[object] = []

    def read() -> None:
        try:
            ends.append(list(stream))
        except BackendClosedError as error:
            ends.append(type(error))

    thread = threading.Thread(target=read)
    thread.start()
    return thread, ends


def test_another_thread_may_close_a_stream(busy: BlockingBackend) -> None:
    stream = busy.output(run(busy))
    thread, ends = reading(stream)
    stream.close()
    thread.join()
    assert ends == [[]]


def test_closing_ends_what_others_wait_for() -> None:
    backend = blocking_on(runs()).open()
    thread, ends = reading(backend.output(run(backend)))
    backend.close()
    thread.join()
    assert ends == [BackendClosedError]


def test_a_stream_that_is_dropped_is_closed(busy: BlockingBackend) -> None:
    stream = busy.statuses(JobFilter())
    inner: Any = stream._stream
    del stream
    busy.list()  # after what was begun before it
    assert inner._source.ag_frame is None


# --- opening and closing


def test_it_is_of_no_use_before_and_after() -> None:
    backend = blocking_on(runs())
    for _ in range(2):
        with pytest.raises(BackendClosedError):
            backend.list()
        with backend:
            assert repr(backend) == "<BlockingBackend of Kubernetes, namespace rstudio: open>"
            assert backend.list() == []
        assert repr(backend).endswith("closed>")
    backend.close()


def test_one_that_cannot_be_opened_leaves_no_thread() -> None:
    with pytest.raises(ConfigurationError, match="api-url"):
        BlockingBackend(ClusterSettings()).open()


FORKED = """
import os
from launcher_k8s import BackendClosedError, BlockingBackend, ClusterSettings
from launcher_k8s.testing import ScriptedCluster
cluster = ScriptedCluster()
backend = BlockingBackend(ClusterSettings(), cluster=cluster, clock=cluster.clock).open()
child = os.fork()
if child:
    print(os.waitpid(child, 0)[1], backend.list(), flush=True)
else:
    try:
        backend.list()
    except BackendClosedError as error:
        print(error, flush=True)
"""


def test_a_forked_process_is_told_to_make_a_backend_of_its_own_and_ends_in_peace() -> None:
    command = [sys.executable, "-c", FORKED]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    told, after = done.stdout.splitlines()
    assert told.endswith("forked (make a backend of its own in each process)")
    assert after == "0 <JobList 0 jobs>"


def test_it_is_opened_once() -> None:
    with blocking_on(runs()) as backend, pytest.raises(RuntimeError, match="open already"):
        backend.open()


FORGETFUL = """
from launcher_k8s import BlockingBackend, ClusterSettings, Job
from launcher_k8s.testing import ScriptedCluster, runs
cluster = ScriptedCluster(life=runs())
backend = BlockingBackend(
    ClusterSettings(), cluster=cluster, clock=cluster.clock, groups=lambda _: ()
).open()
output = backend.output(backend.submit(Job.shell("true", image="r:4"), user="jane").id)
print("done")
"""


def test_a_script_that_forgets_to_close_it_ends_in_peace() -> None:
    command = [sys.executable, "-W", "always", "-c", FORGETFUL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
