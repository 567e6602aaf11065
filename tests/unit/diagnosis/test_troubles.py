from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.diagnosis import Trouble, present_trouble
from launcher_k8s.rows import EventRow

QUOTA = "exceeded quota: team"
SUMMARY = "Unable to attach or mount volumes: unmounted volumes=[v]: timed out waiting for the condition"
UNREAD = 'MountVolume.SetUp failed for volume "v" : failed to sync secret cache: timed out waiting'


def warning(reason: str, message: str = "", *, version: int = 1) -> EventRow:
    return EventRow("Pod", True, reason, message, version=version)


def normal(reason: str, *, version: int) -> EventRow:
    return EventRow("Pod", False, reason, "", version=version)


def test_without_a_warning_all_goes_well() -> None:
    assert present_trouble([], job_id="a") is None
    assert present_trouble([normal("Scheduled", version=1)], job_id="a") is None


def test_a_warning_is_told_with_all_that_is_known_of_it() -> None:
    event = EventRow("Job", True, "FailedCreate", QUOTA, 7, 12.0, 3)
    assert present_trouble([event], job_id="a") == Trouble("Job", "FailedCreate", QUOTA, 7, 12.0)


@pytest.mark.parametrize("reason", ["BackoffLimitExceeded", "DeadlineExceeded"])
def test_that_the_job_has_failed_is_no_reason_to_wait(reason: str) -> None:
    events = [EventRow("Job", True, each, "") for each in ("FailedCreate", reason)]
    assert present_trouble(events, job_id="a") is None


def test_trouble_as_text_is_reason_and_message() -> None:
    assert str(Trouble("Job", "FailedCreate", QUOTA)) == f"FailedCreate: {QUOTA}"
    assert str(Trouble("Job", "FailedCreate", "")) == "FailedCreate"


@given(st.permutations(range(1, 6)))
def test_the_latest_warning_counts_in_whatever_order_they_come(order: list[int]) -> None:
    trouble = present_trouble([warning(f"R{n}", version=n) for n in order], job_id="a")
    assert trouble is not None
    assert trouble.reason == "R5"


@pytest.mark.parametrize(
    "reason", ["SuccessfulCreate", "Scheduled", "Pulling", "Pulled", "Created", "Started"]
)
def test_progress_overtakes_what_was_warned_of_before(reason: str) -> None:
    events = [warning("FailedScheduling", version=1), normal(reason, version=2)]
    assert present_trouble(events, job_id="a") is None
    later = warning("FailedMount", version=3)
    trouble = present_trouble([later, *events], job_id="a")
    assert trouble is not None
    assert trouble.reason == "FailedMount"


def test_what_is_no_progress_overtakes_nothing() -> None:
    events = [warning("FailedCreatePodSandBox", version=1), normal("SandboxChanged", version=2)]
    trouble = present_trouble(events, job_id="a")
    assert trouble is not None
    assert trouble.reason == "FailedCreatePodSandBox"


@pytest.mark.parametrize("vague", [SUMMARY, UNREAD])
def test_a_failed_mount_is_told_rather_than_what_says_less_of_it(vague: str) -> None:
    single = warning("FailedMount", 'secret "s" not found', version=1)
    both = present_trouble([single, warning("FailedMount", vague, version=2)], job_id="a")
    alone = present_trouble([warning("FailedMount", vague)], job_id="a")
    assert both is not None
    assert alone is not None
    assert (both.message, alone.message) == ('secret "s" not found', vague)


def failed_mount(message: str, *, at: float, version: int) -> EventRow:
    return EventRow("Pod", True, "FailedMount", message, time=at, version=version)


def told(*events: EventRow) -> str:
    trouble = present_trouble(events, job_id="a")
    assert trouble is not None
    return trouble.message


def test_of_volumes_that_fail_in_turn_always_the_same_one_is_told() -> None:
    first, second = "volume a: no secret", "volume b: no secret"
    assert (
        told(failed_mount(first, at=100, version=1), failed_mount(second, at=101, version=2))
        == told(failed_mount(first, at=223, version=4), failed_mount(second, at=101, version=2))
        == first
    )


def test_a_volume_that_fails_no_longer_is_not_told_when_the_others_were_tried_again() -> None:
    healed, failing = "volume a: no secret", "volume b: no secret"
    assert told(failed_mount(healed, at=100, version=1), failed_mount(failing, at=300, version=2)) == failing


@pytest.mark.parametrize("job_id", ["a-1", "n" * 54 + "-abcdefgh"])
def test_each_attempt_at_a_pod_says_the_same(job_id: str) -> None:
    def attempt(pod: str, *, before: str = "") -> str:
        text = f'{before}Error creating: pods "{pod}" is forbidden: {QUOTA}'
        trouble = present_trouble([warning("FailedCreate", text)], job_id=job_id)
        assert trouble is not None
        return trouble.message

    base = f"{job_id}-"[:58]  # as the API server cuts it
    told = {attempt(base + "x7k2p"), attempt(base + "9zzqw"), attempt(base)}
    told.add(attempt(base + "lkjhg", before="(combined from similar events): "))
    assert told == {f'Error creating: pods "{job_id}" is forbidden: {QUOTA}'}


def test_the_names_of_others_stay_as_they_are() -> None:
    text = 'pods "b-x7k2p" is forbidden'
    trouble = present_trouble([warning("FailedCreate", text)], job_id="a")
    assert trouble is not None
    assert trouble.message == text
