from __future__ import annotations

from launcher_k8s.status import JobFilter, JobState, JobStatus
from launcher_k8s.tracker.audience import Audience
from launcher_k8s.tracker.subscription import Subscription


def nothing(_: str) -> JobStatus | None:
    return None


def no_jobs(_: JobFilter, __: str | None) -> list[str]:
    return []


def join(audience: Audience, wanted: str | JobFilter) -> Subscription:
    return audience.join(wanted, user=None, wake=lambda: None)


def running(job_id: str) -> JobStatus:
    return JobStatus(job_id, JobState.RUNNING)


def test_a_change_goes_to_its_followers_and_to_those_who_filter() -> None:
    audience = Audience(nothing)
    readers = [join(audience, "a"), join(audience, "b"), join(audience, JobFilter())]
    audience.start(no_jobs)
    audience.tell(running("a"))
    assert [reader.take() for reader in readers] == [running("a"), None, running("a")]


def test_nobody_hears_before_the_start() -> None:
    audience = Audience(nothing)
    early = join(audience, JobFilter())
    audience.tell(running("a"))
    assert (audience.listens("a"), early.pending) == (False, False)


def test_who_leaves_is_forgotten() -> None:
    audience = Audience(nothing)
    readers = [join(audience, "a"), join(audience, "a"), join(audience, JobFilter())]
    audience.start(no_jobs)
    for reader, still in zip(readers, (True, True, False), strict=True):
        assert audience.listens("a")
        reader.close()
        assert audience.listens("a") is still
    assert (audience._by_job, audience._by_filter, audience._catching_up) == ({}, {}, set())


def test_one_who_leaves_before_the_start_is_forgotten_too() -> None:
    audience = Audience(nothing)
    join(audience, "a").close()
    audience.start(no_jobs)
    assert not audience.listens("a")


def test_followers_of_other_jobs_do_not_make_a_change_worth_building() -> None:
    audience = Audience(nothing)
    for number in range(1000):
        join(audience, f"other-{number}")
    audience.start(no_jobs)
    assert not audience.listens("a")


def test_who_has_caught_up_is_no_longer_asked_for_the_present() -> None:
    present = {"a": running("a"), "b": running("b")}
    audience = Audience(present.get)
    reader = join(audience, JobFilter())
    audience.start(lambda _, __: ["a", "b"])
    audience.expect_change("b")
    assert [status.id for status in iter(reader.take, None)] == ["a", "b"]
    audience.expect_change("a")
    assert audience._catching_up == set()
