"""``run`` over a backend that plays a script; on a real cluster: tests/integration."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs
import pytest
from msgspec.structs import replace

from launcher_k8s.backend import Stream, Submitted
from launcher_k8s.cause import Cause, Diagnosis
from launcher_k8s.cli import run as run_module
from launcher_k8s.errors import LauncherError, OutputNotFoundError, UnavailableError
from launcher_k8s.job import Job
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.plan import plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobState, JobStatus
from tests.cli_runs import Cli
from tests.examples import example_directory

WHO = ("--config", str(example_directory("profiles")), "--user", "jane", "--group", "outsiders")
IMAGE = ("--image", "r-session:3.4.2")
MAIN = "launcher.kubernetes.conf"
GOES_ON = "launcher-k8s: no longer following job id-1; it goes on in the cluster"
PENDING = JobStatus("id-1", JobState.PENDING)
RUNNING = JobStatus("id-1", JobState.RUNNING)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GAP = OutputGap(NOON, None, GapReason.ROTATED)

Piece = OutputChunk | OutputGap | LauncherError | Callable[[], object]


def finished(exit_code: int | None, message: str = "") -> JobStatus:
    return JobStatus("id-1", JobState.FINISHED, exit_code=exit_code, status_message=message)


class Script:
    """A backend class that gives these statuses and this output, and remembers what it was asked."""

    def __init__(self) -> None:
        self.statuses: Sequence[JobStatus] = (PENDING, RUNNING, finished(0))
        self.pieces: Sequence[Piece] = ()
        self.diagnosis: Diagnosis | LauncherError = UnavailableError("gone")
        self.refusal: LauncherError | None = None
        self.removal: LauncherError | None = None
        self.while_removing: Callable[[], object] | None = None
        self.while_submitting: Callable[[], object] = lambda: None
        self.jobs: list[Job] = []
        self.groups: list[tuple[str, ...]] = []
        self.clusters: list[object] = []
        self.removed: list[str] = []
        self.output_is_shown = asyncio.Event()

    def __call__(
        self, settings: ClusterSettings, *, cluster: object, groups: Callable[[str], Iterable[str]]
    ) -> Backend:
        self.clusters.append(cluster)
        self.groups.append(tuple(groups("jane")))
        return Backend(self, settings)


class Backend:
    def __init__(self, script: Script, settings: ClusterSettings) -> None:
        self._script = script
        self._settings = settings

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        pass

    async def submit(self, job: Job, *, user: str) -> Submitted:
        self._script.while_submitting()
        if self._script.refusal is not None:
            raise self._script.refusal
        self._script.jobs.append(job)
        return Submitted("id-1", plan_job(job, self._settings, user=user, job_id="id-1"))

    def statuses(self, job_id: str) -> Stream[JobStatus]:
        async def tell() -> AsyncGenerator[JobStatus, None]:
            await self._script.output_is_shown.wait()
            for status in self._script.statuses:
                yield status

        return Stream(tell())

    def output(self, job_id: str) -> Stream[OutputChunk | OutputGap]:
        async def tell() -> AsyncGenerator[OutputChunk | OutputGap, None]:
            for piece in self._script.pieces:
                if isinstance(piece, LauncherError):
                    self._script.output_is_shown.set()
                    raise piece
                if isinstance(piece, OutputChunk | OutputGap):
                    yield piece
                else:
                    piece()
                    await asyncio.Event().wait()
            self._script.output_is_shown.set()

        return Stream(tell())

    async def diagnose(self, job_id: str) -> Diagnosis:
        if isinstance(self._script.diagnosis, LauncherError):
            raise self._script.diagnosis
        return self._script.diagnosis

    async def remove(self, job_id: str) -> None:
        if self._script.while_removing is not None:
            self._script.while_removing()
            await asyncio.Event().wait()
        if self._script.removal is not None:
            raise self._script.removal
        self._script.removed.append(job_id)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    script = Script()
    monkeypatch.setattr(run_module, "JobBackend", script)
    return script


def lines_of(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize(("exit_code", "code"), [(0, 0), (3, 3), (137, 137), (None, 125)])
def test_the_exit_code_is_the_jobs(cli: Cli, script: Script, exit_code: int | None, code: int) -> None:
    script.statuses = (RUNNING, finished(exit_code))
    assert cli("run", *WHO, *IMAGE, "--", "true").code == code


def test_output_goes_to_standard_output_and_states_to_standard_error(cli: Cli, script: Script) -> None:
    script.pieces = (OutputChunk(b"one\n"), OutputChunk(b"two\n"))
    script.statuses = (PENDING, RUNNING, finished(3, "it failed"))
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert done.out == "one\ntwo\n"
    assert done.err.splitlines()[-3:] == [
        "id-1 Pending",
        "id-1 Running",
        "id-1 Finished, exit code 3: it failed",
    ]


def test_a_gap_is_told_where_it_is(cli: Cli, script: Script) -> None:
    script.pieces = (OutputChunk(b"one\n"), GAP)
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert "-- output is missing here (rotated) --" in done.err


def test_json_has_one_object_a_line(cli: Cli, script: Script) -> None:
    script.pieces = (OutputChunk(b"gr\xc3"), OutputChunk(b"\xbcn"), GAP, OutputChunk(b"\xff"))
    script.statuses = (finished(0),)
    lines = lines_of(cli("run", "--json", *WHO, *IMAGE, "--", "true").out)
    gap = {"after": "2026-01-01T12:00:00Z", "reason": "rotated"}
    assert lines == [
        {"output": "gr"},
        {"output": "ün"},
        {"gap": gap},
        {"outputBase64": "/w=="},
        {"status": {"id": "id-1", "state": "Finished", "exitCode": 0}},
    ]


WAITING = JobStatus("id-1", JobState.PENDING, status_message="Unschedulable: 0/1 nodes are available")
NO_NODE = Diagnosis(
    "id-1", JobState.PENDING, Cause.UNSCHEDULABLE, "No node can take the job.", resolution="add a node"
)


def test_why_a_job_waits_is_told_once(cli: Cli, script: Script) -> None:
    script.diagnosis = NO_NODE
    script.statuses = (PENDING, WAITING, replace(WAITING, status_message="else"), RUNNING, finished(0))
    assert cli("run", *WHO, *IMAGE, "--", "true").err.splitlines()[-7:] == [
        "id-1 Pending",
        "id-1 Pending: Unschedulable: 0/1 nodes are available",
        "  No node can take the job.",
        "  what to do: add a node",
        "id-1 Pending: else",
        "id-1 Running",
        "id-1 Finished, exit code 0",
    ]


def test_in_json_the_final_status_stays_last(cli: Cli, script: Script) -> None:
    script.diagnosis = attrs.evolve(NO_NODE, state=JobState.FAILED)
    script.statuses = (JobStatus("id-1", JobState.FAILED, status_message="why"),)
    diagnosis, status = lines_of(cli("run", "--json", *WHO, *IMAGE, "--", "true").out)
    assert diagnosis["diagnosis"]["cause"] == "unschedulable"
    assert status["status"]["state"] == "Failed"


def test_a_diagnosis_of_what_came_after_is_not_told_of_what_was_before(cli: Cli, script: Script) -> None:
    script.diagnosis = Diagnosis("id-1", JobState.RUNNING, Cause.RUNNING, "The job runs.")
    script.statuses = (WAITING, RUNNING, finished(0))
    assert "The job runs." not in cli("run", *WHO, *IMAGE, "--", "true").err


def test_a_diagnosis_that_fails_hides_nothing(cli: Cli, script: Script) -> None:
    script.diagnosis = UnavailableError("gone")
    script.statuses = (WAITING, finished(0))
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert (done.code, done.err.splitlines()[-1]) == (0, "id-1 Finished, exit code 0")


def test_the_job_is_what_the_words_say(cli: Cli, script: Script) -> None:
    flags = ("--env", "A=1=2", "--env", "B=", "--cpus", "1.5", "--name", "n", *IMAGE)
    cli("run", *WHO, *flags, "--", "sh", "-c", "x", "--", "-y")
    assert script.jobs == [
        Job.exec(
            ["sh", "-c", "x", "--", "-y"],
            name="n",
            image="r-session:3.4.2",
            cpus=1.5,
            env={"A": "1=2", "B": ""},
        )
    ]
    assert script.groups == [("outsiders",)]
    assert script.clusters == [None]


def test_a_kubeconfig_is_the_way_to_the_cluster(cli: Cli, script: Script) -> None:
    cli("run", *WHO, *IMAGE, "--kubeconfig", "/no/such/kubeconfig", "--", "true")
    assert type(script.clusters[0]).__name__ == "KubernetesCluster"


@pytest.mark.parametrize(("flags", "removed"), [((), []), (("--rm",), ["id-1"])])
def test_a_job_is_removed_only_if_asked(
    cli: Cli, script: Script, flags: tuple[str, ...], removed: list[str]
) -> None:
    cli("run", *WHO, *IMAGE, *flags, "--", "true")
    assert script.removed == removed


def test_a_refused_job_is_told(cli: Cli, script: Script) -> None:
    done = cli("run", *WHO, "--image", "other", "--", "true")
    assert done.code == 125
    assert "may not use the image 'other'" in done.err


def test_a_failed_submit_is_told(cli: Cli, script: Script) -> None:
    script.refusal = UnavailableError("the API server does not answer", hint="try again", transient=True)
    done = cli("run", "--json", *WHO, *IMAGE, "--", "true")
    assert done.code == 125
    assert lines_of(done.out)[0]["error"] | {"code": 0} == {
        "kind": "UnavailableError",
        "code": 0,
        "message": "the API server does not answer",
        "hint": "try again",
        "transient": True,
    }


def test_a_failure_while_following_says_that_the_job_goes_on(cli: Cli, script: Script) -> None:
    script.pieces = (UnavailableError("the log may not be read"),)
    script.statuses = ()
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert done.code == 125
    assert done.err.splitlines()[-2:] == [
        "launcher-k8s: no longer following job id-1; it goes on in the cluster",
        "launcher-k8s: the log may not be read",
    ]


def test_output_that_is_not_there_does_not_hide_how_the_job_ends(cli: Cli, script: Script) -> None:
    script.pieces = (OutputNotFoundError("job id-1 has no output"),)
    script.statuses = (finished(4),)
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert done.code == 4
    assert "launcher-k8s: job id-1 has no output" in done.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_says_that_the_job_goes_on(
    cli: Cli, script: Script, number: signal.Signals, code: int
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    script.pieces = (OutputChunk(b"tick\n"), lambda: os.kill(os.getpid(), number))
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert (done.code, done.out) == (code, "tick\n")
    assert done.err.splitlines()[-1] == GOES_ON
    assert script.removed == []
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_removes_the_job_if_asked(
    cli: Cli, script: Script, number: signal.Signals, code: int
) -> None:
    script.pieces = (lambda: os.kill(os.getpid(), number),)
    done = cli("run", *WHO, *IMAGE, "--rm", "--", "true")
    assert done.code == code
    assert done.err.splitlines()[-1] == "launcher-k8s: interrupted; job id-1 is removed"
    assert script.removed == ["id-1"]


def test_a_job_that_an_interrupt_cannot_remove_is_said_to_go_on(cli: Cli, script: Script) -> None:
    script.pieces = (lambda: os.kill(os.getpid(), signal.SIGINT),)
    script.removal = UnavailableError("the API server does not answer")
    done = cli("run", *WHO, *IMAGE, "--rm", "--", "true")
    assert done.code == 130
    why = "and could not be removed: the API server does not answer"
    assert done.err.splitlines()[-1] == f"{GOES_ON}, {why}"


def test_an_interrupt_while_an_ended_job_is_removed_is_told(cli: Cli, script: Script) -> None:
    script.while_removing = lambda: os.kill(os.getpid(), signal.SIGINT)
    done = cli("run", *WHO, *IMAGE, "--rm", "--", "true")
    told = "launcher-k8s: interrupted while job id-1 was removed; it has ended, and may still be there"
    assert (done.code, done.err.splitlines()[-1]) == (130, told)


def test_a_failure_while_following_removes_nothing_and_says_so(cli: Cli, script: Script) -> None:
    script.pieces = (UnavailableError("the log may not be read"),)
    script.statuses = ()
    done = cli("run", *WHO, *IMAGE, "--rm", "--", "true")
    assert done.code == 125
    assert f"{GOES_ON}, and is not removed" in done.err.splitlines()
    assert script.removed == []


@pytest.mark.parametrize("refusal", [None, UnavailableError("the API server does not answer")])
def test_that_nothing_is_heard_is_told_unless_the_submit_fails_for_it(
    cli: Cli, script: Script, refusal: LauncherError | None
) -> None:
    following = logging.getLogger("launcher_k8s.backend.following")
    script.while_submitting = lambda: following.warning("nothing is heard of pods")
    script.refusal = refusal
    done = cli("run", *WHO, *IMAGE, "--", "true")
    assert ("nothing is heard of pods" in done.err) == (refusal is None)


def test_a_token_file_that_is_not_there_is_told_once(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / MAIN).write_text("api-url=https://127.0.0.1:1\nauth-token-path=none\n")
    done = cli("run", "--config", str(tmp_path), "--user", "jane", "--group", "g", *IMAGE, "--", "true")
    assert done.code == 125
    (line,) = done.err.splitlines()
    assert f"the token file {tmp_path}/none cannot be read: No such file or directory (check" in line


def test_an_unreachable_server_is_told_on_one_line(cli: Cli, tmp_path: Path) -> None:
    text = "api-url=https://127.0.0.1:1\nauth-token=opaque\n"
    (tmp_path / MAIN).write_text(text)
    done = cli("run", "--config", str(tmp_path), "--user", "jane", "--group", "g", *IMAGE, "--", "true")
    assert done.code == 125
    (line,) = done.err.splitlines()
    assert "no connection to the API server at https://127.0.0.1:1: Connection refused (check api-url" in line


def test_without_a_way_to_the_cluster_nothing_is_submitted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text("")
    done = cli("run", "--config", str(tmp_path), "--user", "jane", "--group", "g", *IMAGE, "--", "true")
    assert done.code == 125
    assert "nothing says how to reach cluster 'Kubernetes'" in done.err
