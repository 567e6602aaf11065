from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from launcher_k8s import EnvVar, Job, JobList, JobState, JobStatus, to_wire
from launcher_k8s.job_views import MOST_ROWS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ENDED = JobStatus(
    "fit-1",
    JobState.FAILED,
    name="Fit",
    user="jane",
    status_message="<b>\x1b[31m",
    exit_code=3,
    submission_time=NOW,
    start_time=NOW.replace(minute=5),
    end_time=NOW.replace(minute=6),
    tags=("t",),
)
JOBS = JobList([JobStatus("fit-0", JobState.RUNNING), ENDED])


def test_a_list_of_jobs_is_a_list_like_any_other() -> None:
    assert isinstance(JOBS, list)
    assert list(JOBS) == JOBS
    assert json.dumps(to_wire(JOBS)) == json.dumps(to_wire(list(JOBS)))


def test_a_part_of_a_list_shows_itself_as_the_whole_does() -> None:
    assert repr(JOBS[1:]) == "<JobList 1 job: 1 Failed>"
    assert JOBS[0].id == "fit-0"


@pytest.mark.parametrize(
    ("jobs", "shown"),
    [
        (JobList[JobStatus](), "0 jobs"),
        (JOBS, "2 jobs: 1 Running, 1 Failed"),
        (JobList([Job(name="x")]), "1 job: 1 unknown"),
    ],
)
def test_a_list_counts_its_jobs_by_state(jobs: JobList[JobStatus] | JobList[Job], shown: str) -> None:
    assert repr(jobs) == f"<JobList {shown}>"


def test_of_a_long_list_the_newest_are_shown() -> None:
    many = JobList(JobStatus(f"fit-{number}", JobState.RUNNING) for number in range(20_000))
    shown = many._repr_html_()
    assert shown.count("<tr>") == 1 + MOST_ROWS
    assert "<caption>20000 jobs: 20000 Running; the last 100 are shown</caption>" in shown
    assert many.text(most=1).splitlines()[-1].startswith("fit-19999 ")


def test_a_terminal_obeys_nothing_that_a_message_holds() -> None:
    for shown in (JOBS.text(), ENDED.text(), repr(ENDED)):
        assert r"<b>\x1b[31m" in shown


def test_a_status_is_shown_with_its_times_exit_code_and_message() -> None:
    assert ENDED.text().splitlines() == [
        "fit-1 is Failed",
        "about      what is known",
        "name       Fit",
        "user       jane",
        "exit code  3",
        "message    <b>\\x1b[31m",
        "submitted  2026-01-02 03:04:05 UTC",
        "started    2026-01-02 03:05:05 UTC",
        "ended      2026-01-02 03:06:05 UTC",
        "tags       t",
    ]
    assert "<td>&lt;b&gt;" in ENDED._repr_html_()


def test_a_job_is_shown_with_what_it_asks_for_and_no_value_of_a_variable() -> None:
    job = Job.exec(["R", "<x>"], image="r:4", cpus=2, ports=[80], env={"TOKEN": "s3cret"}, stdin="s3cret")
    assert job.environment == (EnvVar("TOKEN", "s3cret"),)
    lines = job.text().splitlines()
    assert {"command    R <x>", "resources  cpuCount=2", "ports      80", "variables  TOKEN"} <= set(lines)
    for shown in (job.text(), job._repr_html_()):
        assert "s3cret" not in shown
    assert "<td>R &lt;x&gt;</td>" in job._repr_html_()
