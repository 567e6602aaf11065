from __future__ import annotations

from datetime import UTC, datetime

import pytest

from launcher_k8s.progress import Progress, StatusLine, cut, width
from launcher_k8s.status import JobState, JobStatus

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def news(job_id: str, state: JobState, message: str = "", *, is_last: bool = False) -> Progress:
    return Progress(JobStatus(job_id, state, status_message=message), is_last=is_last)


PENDING = news("a-1", JobState.PENDING)
EXPLAINED = news("a-1", JobState.PENDING, "no room")
ENDED = Progress(JobStatus("a-1", JobState.FINISHED, exit_code=3), is_last=True)


def shown(text: str, columns: int) -> list[str]:
    """The lines of a terminal that was sent a text."""
    lines, column = [""], 0
    for character in text:
        match character:
            case "\r":
                column = 0
            case "\n":
                lines.append("")
                column = 0
            case _:
                lines[-1] = lines[-1][:column] + character + lines[-1][column + 1 :]
                column += 1
                assert column < columns, "the line has wrapped"
    return [line.rstrip() for line in lines]


def test_progress_is_data() -> None:
    status = JobStatus("a-1", JobState.PENDING, status_message="no room", submission_time=NOW)
    progress = Progress(status, waited_s=1.5)
    assert (progress.job_id, progress.state, progress.message) == ("a-1", JobState.PENDING, "no room")
    assert (progress.since, progress.is_last, str(progress)) == (NOW, False, "a-1 Pending: no room")


def test_a_terminal_shows_the_latest_news_and_keeps_the_last() -> None:
    line = StatusLine()
    written = line.tell(EXPLAINED, columns=80)
    assert shown(written, 80) == ["a-1 Pending: no room"]
    written += line.tell(PENDING, columns=80)
    assert shown(written, 80) == ["a-1 Pending"]
    written += line.tell(ENDED, columns=80)
    assert shown(written, 80) == ["a-1 Finished, exit code 3", ""]


def test_each_job_leaves_its_last_line() -> None:
    line = StatusLine()
    written = line.tell(news("b-1", JobState.RUNNING, "with a long message"), columns=80)
    written += line.tell(ENDED, columns=80) + line.tell(news("b-1", JobState.RUNNING), columns=80)
    assert shown(written, 80) == ["a-1 Finished, exit code 3", "b-1 Running"]


def test_a_line_that_is_written_over_never_wraps() -> None:
    line = StatusLine()
    written = line.tell(news("a-1", JobState.PENDING, "x" * 500), columns=40)
    assert shown(written, 40) == [f"a-1 Pending: {'x' * 23}..."]
    written += line.tell(PENDING, columns=40)
    assert shown(written, 40) == ["a-1 Pending"]


def test_something_else_is_written_below_the_line() -> None:
    line = StatusLine()
    written = line.tell(PENDING, columns=80) + line.end() + "hello\n" + line.tell(ENDED, columns=80)
    assert shown(written, 80) == ["a-1 Pending", "hello", "a-1 Finished, exit code 3", ""]
    assert line.end() == ""


def test_elsewhere_each_news_is_a_line_and_told_once() -> None:
    line = StatusLine()
    told = [line.tell(each, columns=None) for each in (PENDING, PENDING, EXPLAINED, ENDED)]
    assert told == ["a-1 Pending\n", "", "a-1 Pending: no room\n", "a-1 Finished, exit code 3\n"]
    assert line.end() == ""


@pytest.mark.parametrize("columns", [None, 80])
def test_a_terminal_obeys_nothing_that_a_message_holds(columns: int | None) -> None:
    written = StatusLine().tell(news("a-1", JobState.FAILED, "\x1b[2J\r\nno"), columns=columns)
    assert written.strip("\r\n") == r"a-1 Failed: \x1b[2J\r\nno"


def test_wide_characters_take_two_columns() -> None:
    assert (width("ab"), width("日本")) == (2, 4)
    assert (cut("日本日本日本", 9), cut("日本", 4), cut("abc", 2)) == ("日本日...", "日本", "..")
