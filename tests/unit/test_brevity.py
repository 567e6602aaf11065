from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs
import pytest

import launcher_k8s
from launcher_k8s import (
    Cause,
    Checkup,
    ClusterSettings,
    Diagnosis,
    EnvVar,
    Job,
    JobBackend,
    JobList,
    JobState,
    JobStatus,
    KubernetesCluster,
    Origin,
    OutputChunk,
    Override,
    ProfileSection,
    Reloaded,
    Reply,
    ResourceLimit,
    Settings,
    Sourced,
    Submitted,
    TemplateSet,
    UserProfile,
    explain,
    plan_job,
)
from launcher_k8s.brevity import MOST_COLUMNS, brief, brief_words

LONG = "line\n\x1b[31m" + "x" * 500
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CLUSTER = ClusterSettings(name="k" * 60, namespace="n" * 60, api_url="https://host", auth_token="s3cret")
PLAN = plan_job(Job.shell(LONG, image="r:4", stdin="s3cret", env={"A": "s3cret"}), CLUSTER, user="jane")

IN_WORDS = [
    Checkup(LONG, (), None, ()),
    Diagnosis(LONG, JobState.FAILED, Cause.UNKNOWN, LONG, LONG),
    JobStatus(LONG, JobState.FAILED, LONG, LONG, LONG),
    OutputChunk(b"s3cret" * 500),
    PLAN,
    Reloaded(CLUSTER),
    Settings((CLUSTER,) * 5),
    Submitted(LONG, PLAN),
    explain(CLUSTER, "jane", groups=["g" * 500]),
    JobBackend(CLUSTER),
    JobList([JobStatus("x-1", JobState.FAILED)] * 500),
    KubernetesCluster.from_settings(CLUSTER),
    TemplateSet({}),
]


def _values() -> list[type]:
    public = (getattr(launcher_k8s, name) for name in launcher_k8s.__all__)
    classes = (each for each in public if isinstance(each, type))
    return [each for each in classes if attrs.has(each) and not issubclass(each, BaseException | Enum)]


def _is_brief(cls: type) -> bool:
    return vars(cls).get("__repr__") is brief


def test_every_public_value_is_shown_on_one_line() -> None:
    in_words = {type(each) for each in IN_WORDS}
    assert [each for each in _values() if not _is_brief(each) and each not in in_words] == []


@pytest.mark.parametrize("cls", [each for each in _values() if _is_brief(each)])
def test_a_value_is_shown_on_one_line_whatever_it_holds(cls: type[Any]) -> None:
    value = object.__new__(cls)
    for field in attrs.fields(cls):
        object.__setattr__(value, field.name, (LONG, {LONG: LONG}))
    shown = repr(value)
    assert shown.startswith(f"{cls.__name__}(")
    assert len(shown) <= MOST_COLUMNS
    assert shown.isprintable()


@pytest.mark.parametrize("value", IN_WORDS, ids=lambda value: type(value).__name__)
def test_what_is_shown_in_words_is_one_line_too(value: object) -> None:
    shown = repr(value)
    assert shown.startswith(f"<{type(value).__name__} ")
    assert len(shown) <= MOST_COLUMNS
    assert shown.isprintable()


@pytest.mark.parametrize(
    "value",
    [
        *IN_WORDS,
        CLUSTER,
        EnvVar("TOKEN", "s3cret"),
        Job.shell("true", env={"TOKEN": "s3cret"}, stdin="s3cret"),
        Override("/spec", {"env": "s3cret"}),
        ProfileSection.everyone(job_json_overrides=(Override("/spec", "s3cret"),)),
        Reply(b"s3cret"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_secret_is_shown(value: object) -> None:
    assert "s3cret" not in repr(value)


def test_what_was_not_set_says_nothing() -> None:
    assert repr(Job(name="fit", user="jane", tags=("a",))) == "Job(name='fit', user='jane', tags=('a',))"
    assert repr(ClusterSettings()) == "ClusterSettings()"


def test_a_field_that_does_not_fit_leaves_room_for_others() -> None:
    shown = repr(ResourceLimit("cpuCount", "1" * 40, "2" * 50, "4"))
    assert shown == f"ResourceLimit(type='cpuCount', value='{'1' * 40}', max_value='4', ...)"


def test_moments_amounts_and_choices_are_shown_as_people_write_them() -> None:
    @attrs.frozen
    class Sample:
        __repr__ = brief

        time: datetime
        amount: Decimal
        state: JobState

    shown = repr(Sample(NOW, Decimal("1.50"), JobState.FAILED))
    assert shown == "Sample(time=2026-01-02 03:04:05, amount=1.50, state=JobState.FAILED)"


def test_a_profile_shows_its_values() -> None:
    profile = UserProfile(max_cpus=Sourced(Decimal(4), Origin.in_file("p.conf", 2)))
    assert repr(profile) == "UserProfile(max_cpus=4)"


def test_words_end_with_their_bracket_also_when_they_are_cut() -> None:
    assert brief_words(1, "one") == "<int one>"
    assert brief_words(1, "x" * 500).endswith("x...>")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (
            JobStatus("fit-1", JobState.PENDING, submission_time=NOW),
            "fit-1 Pending since 2026-01-02 03:04:05",
        ),
        (
            JobStatus("fit-1", JobState.FINISHED, user="jane", exit_code=3),
            "fit-1 of jane Finished, exit code 3",
        ),
        (JobStatus("fit-1", JobState.FAILED, status_message="no"), "fit-1 Failed: no"),
        (JobStatus("fit-1", JobState.RUNNING, removed=True), "fit-1 Running, removed"),
    ],
)
def test_a_status_tells_whose_job_is_how_since_when_and_why(status: JobStatus, shown: str) -> None:
    assert repr(status) == f"<JobStatus {shown}>"


@pytest.mark.parametrize(
    ("state", "since"),
    [
        (JobState.PENDING, 1),
        (JobState.RUNNING, 2),
        (JobState.SUSPENDED, 3),
        (JobState.FINISHED, 4),
    ],
)
def test_a_state_has_begun_with_what_has_led_to_it(state: JobState, since: int) -> None:
    times: Callable[[int], datetime] = lambda second: NOW.replace(second=second)  # noqa: E731
    status = JobStatus(
        "fit-1",
        state,
        submission_time=times(1),
        start_time=times(2),
        last_update_time=times(3),
        end_time=times(4) if state.is_final else None,
    )
    assert status.since == times(since)


def test_the_body_of_an_answer_is_not_shown_by_rich_either() -> None:
    assert Reply(b"s3cret", ("old",)).__rich_repr__() == [("warnings", ("old",))]
