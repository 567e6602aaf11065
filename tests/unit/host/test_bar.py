from __future__ import annotations

import sys

import pytest

from launcher_k8s.errors import NotSupportedError
from launcher_k8s.host.bar import TqdmProgress
from launcher_k8s.progress import Progress
from launcher_k8s.status import JobState, JobStatus


def ended(job_id: str) -> Progress:
    return Progress(JobStatus(job_id, JobState.FINISHED, exit_code=0), is_last=True)


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.rstrip("\n").rpartition("\r")[2]


def test_the_bar_counts_jobs_that_have_ended_and_tells_the_latest_news(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TqdmProgress(2) as bar:
        bar(Progress(JobStatus("a-1", JobState.RUNNING)))
        bar(ended("b-1"))
        bar(ended("b-1"))
    line = last_line(capsys)
    assert "1/2" in line
    assert "b-1 Finished, exit code 0" in line


def test_the_bar_is_closed_with_the_last_job(capsys: pytest.CaptureFixture[str]) -> None:
    bar = TqdmProgress()
    bar(ended("a-1"))
    assert "1/1" in last_line(capsys)
    bar.close()
    assert capsys.readouterr().err == ""


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(NotSupportedError, match=r'pip install "launcher-k8s\[tqdm\]"'):
        TqdmProgress()
