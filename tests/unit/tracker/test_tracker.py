from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from launcher_k8s.rows import Event, EventKind, Final, JobRow, PodRow
from launcher_k8s.status import JobFilter, JobState, JobStatus, Operation
from launcher_k8s.tracker import Subscription, Tracker, Unexplained
from tests.unit.tracker.world import World

QUOTA = "exceeded quota: team"


class Scene:
    """A world and a tracker that sees all of it, as soon as it is told to look."""

    def __init__(self, *, synced: bool = True, **options: Any) -> None:
        self.world = World()
        self.tracker = Tracker(**options)
        self.seen_jobs = self.seen_pods = 0
        if synced:
            self.relist()

    def look(self) -> None:
        self.look_at_jobs()
        self.look_at_pods()

    def look_at_jobs(self) -> None:
        for event in self.world.job_log[self.seen_jobs :]:
            self.tracker.apply_job(event)
        self.seen_jobs = len(self.world.job_log)

    def look_at_pods(self) -> None:
        for event in self.world.pod_log[self.seen_pods :]:
            self.tracker.apply_pod(event)
        self.seen_pods = len(self.world.pod_log)

    def relist(self) -> None:
        self.relist_jobs()
        self.relist_pods()

    def relist_jobs(self) -> None:
        self.tracker.replace_jobs(self.world.jobs.values(), str(self.world.version))
        self.seen_jobs = len(self.world.job_log)

    def relist_pods(self) -> None:
        self.tracker.replace_pods(self.world.pods.values(), str(self.world.version))
        self.seen_pods = len(self.world.pod_log)

    def follow(self, wanted: str | JobFilter = "a", **options: Any) -> Subscription:
        return self.tracker.subscribe(wanted, wake=lambda: None, **options)

    def message(self, job_id: str = "a") -> str:
        status = self.tracker.status(job_id)
        assert status is not None
        return status.status_message

    def run(self, job_id: str = "a", **fields: Any) -> None:
        """A job that runs; all of it seen."""
        self.world.submit(job_id, **fields)
        self.world.schedule(job_id)
        self.world.start(job_id)
        self.look()


def drain(subscription: Subscription) -> list[JobStatus]:
    return list(iter(subscription.take, None))


def told(subscription: Subscription) -> list[str]:
    return [
        status.state.value + ("?" if status.inferred else "") + (" removed" if status.removed else "")
        for status in drain(subscription)
    ]


# --- what need not be read again


def test_what_was_learned_is_recalled_once() -> None:
    tracker = Tracker()
    tracker.learn(JobRow("a", "one", 7))
    assert [tracker.recalls(version) for version in (6, 7, 7)] == [False, True, False]


def test_what_the_watch_has_told_is_not_recalled() -> None:
    tracker = Tracker()
    tracker.apply_job(Event(EventKind.ADDED, JobRow("a", "one", 7), "7"))
    assert not tracker.recalls(7)


def test_after_a_list_nothing_is_recalled() -> None:
    tracker = Tracker()
    tracker.learn(JobRow("a", "one", 7))
    tracker.replace_jobs([JobRow("a", "one", 7)], "6")
    assert not tracker.recalls(7)


def test_of_very_many_writes_the_latest_are_recalled() -> None:
    tracker = Tracker()
    for version in range(1, 2001):
        tracker.learn(JobRow(f"job-{version}", "one", version))
    assert not tracker.recalls(1)
    assert all(tracker.recalls(version) for version in range(1001, 2001))


# --- the guarantees


def test_a_life_is_told_change_by_change() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.ask("a", Operation.SUSPEND)
    scene.look()
    scene.world.ask("a", Operation.RESUME)
    scene.look()
    scene.world.end("a", 3)
    scene.look()
    assert told(following) == ["Pending", "Running", "Suspended", "Running", "Finished"]
    assert following.done


def test_first_comes_the_present_state_of_each_match() -> None:
    scene = Scene()
    scene.run("b")
    scene.world.submit("a")
    scene.look()
    following = scene.follow(JobFilter())
    scene.world.end("b", 0)
    scene.look()
    assert [(each.id, each.state.value) for each in drain(following)] == [
        ("a", "Pending"),
        ("b", "Running"),
        ("b", "Finished"),
    ]
    assert not following.done


def test_nothing_is_told_twice() -> None:
    scene = Scene()
    following = scene.follow(JobFilter())
    scene.run()
    assert told(following) == ["Pending", "Running"]
    for event in scene.world.pod_log:
        scene.tracker.apply_pod(event)
    scene.relist()
    assert told(following) == []


def test_a_running_that_was_missed_is_inferred_from_its_start() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.look()
    scene.world.schedule("a")
    scene.world.start("a")
    scene.world.end("a", 0)
    scene.relist()
    pending, running, finished = drain(following)
    assert (running.state, running.inferred, running.start_time) == (
        JobState.RUNNING,
        True,
        finished.start_time,
    )
    assert (running.exit_code, running.end_time, running.last_update_time) == (
        None,
        None,
        finished.start_time,
    )
    assert (pending.inferred, finished.inferred) == (False, False)


def test_a_running_before_a_suspension_is_inferred_too() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.look()
    scene.world.schedule("a")
    scene.world.start("a")
    scene.world.ask("a", Operation.SUSPEND)
    scene.relist()
    assert told(following) == ["Pending", "Running?", "Suspended"]


def test_a_start_that_failed_infers_nothing() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.change_pod("a", phase="Failed", reason="StartError", exit_code=128)
    scene.look()
    scene.world.see_to("a")
    scene.look()
    assert told(following) == ["Pending", "Failed"]


def test_a_job_deleted_during_a_gap_is_told_as_removed() -> None:
    scene = Scene()
    following = scene.follow(JobFilter())
    scene.run()
    scene.world.remove("a")
    scene.relist()
    assert told(following) == ["Pending", "Running", "Failed removed"]


def test_a_finished_job_that_is_removed_is_told_so_with_its_final_state() -> None:
    scene = Scene()
    following = scene.follow(JobFilter())
    scene.run()
    scene.world.end("a", 3)
    scene.look()
    assert told(following) == ["Pending", "Running", "Finished"]
    scene.world.remove("a")
    scene.look()
    assert [(each.state, each.exit_code, each.removed) for each in drain(following)] == [
        (JobState.FINISHED, 3, True)
    ]


def test_a_final_state_never_changes() -> None:
    scene = Scene()
    scene.run()
    scene.world.end("a", 3)
    scene.look()
    before = scene.tracker.status("a")
    following = scene.follow(JobFilter())
    drain(following)
    scene.world.ask("a", Operation.KILL)
    scene.world.record("a", Final(JobState.KILLED, 137, "another process thought so"))
    scene.world.delete_pod("a")
    scene.look()
    scene.relist()
    assert scene.tracker.status("a") == before
    assert told(following) == []


def test_a_job_whose_pod_vanished_stays_running_until_the_job_says_more() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.pods.clear()
    scene.relist_pods()
    assert told(following)[-1] == "Running"
    scene.world.see_to("a")
    scene.relist()
    (failed,) = drain(following)
    assert failed.state is JobState.FAILED
    assert failed.status_message.startswith("pod gone; exit code unknown")


def test_a_pod_that_never_ran_may_come_back() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.look()
    scene.world.delete_pod("a")
    scene.look()
    scene.world.schedule("a")
    scene.world.start("a")
    scene.look()
    assert told(following) == ["Pending", "Running"]


def test_the_newest_pod_counts_whatever_becomes_of_an_older_one() -> None:
    scene = Scene()
    scene.world.submit("a", retries=True)
    scene.world.schedule("a")
    scene.world.start("a")
    old = scene.world.pods.pop("a")
    scene.look()
    scene.world.schedule("a")
    scene.world.start("a")
    scene.look()
    for kind in (EventKind.MODIFIED, EventKind.DELETED):
        scene.tracker.apply_pod(
            Event(kind, replace(old, phase="Failed", exit_code=1, version=old.version + 50))
        )
    status = scene.tracker.status("a")
    assert status is not None
    assert (status.state, scene.tracker.pod("a")) == (JobState.RUNNING, scene.world.pods["a"])


def test_a_job_between_two_attempts_is_not_pending_again() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run(retries=True)
    scene.world.end("a", 1)
    scene.look()
    scene.world.pods.clear()
    scene.world.schedule("a")
    scene.look()
    scene.world.start("a")
    scene.world.end("a", 0)
    scene.look()
    assert told(following) == ["Pending", "Running", "Finished"]


def test_a_message_may_change_while_the_state_does_not() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.world.schedule("a")
    for reason in ("Unschedulable", "Unschedulable", "ErrImagePull"):
        scene.world.change_pod("a", reason=reason)
    scene.look_at_jobs()
    messages = []
    for event in scene.world.pod_log:
        scene.tracker.apply_pod(event)
        messages += [status.status_message for status in drain(following)]
    assert messages == ["", "Unschedulable", "ErrImagePull"]


def test_a_message_that_is_back_before_it_was_read_is_no_change() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.change_pod("a", reason="Unschedulable", message="no node")
    scene.look()
    following = scene.follow()
    (first,) = drain(following)
    for message in ("nodes are away", "no node"):
        scene.world.change_pod("a", reason="Unschedulable", message=message)
        scene.look()
    assert drain(following) == []
    assert scene.message() == first.status_message


def messages_of(*waiting: tuple[str, str]) -> list[str]:
    """What is told of a Pod that waits for these reasons, one after the other."""
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.look()
    following = scene.follow()
    drain(following)
    messages = []
    for reason, message in waiting:
        scene.world.change_pod("a", reason=reason, message=message)
        scene.look()
        messages += [status.status_message for status in drain(following)]
        assert scene.tracker.select()[0].status_message == messages[-1]
    return messages


FAILED_PULL, BARE_PAUSE = ("ErrImagePull", "not found"), ("ImagePullBackOff", 'Back-off pulling image "r:5"')


def test_an_image_that_cannot_be_pulled_is_told_of_once() -> None:
    paused = ("ImagePullBackOff", 'Back-off pulling image "r:5": ErrImagePull: not found')
    assert messages_of(FAILED_PULL, paused, FAILED_PULL, paused) == ["ErrImagePull: not found"]


def test_a_pause_that_does_not_say_why_does_not_hide_the_failure_told_before() -> None:
    assert messages_of(FAILED_PULL, BARE_PAUSE, FAILED_PULL, BARE_PAUSE) == ["ErrImagePull: not found"]


def test_a_pause_that_does_not_say_why_is_told_where_no_failure_was_seen() -> None:
    assert messages_of(BARE_PAUSE, FAILED_PULL, BARE_PAUSE) == [
        'ImagePullBackOff: Back-off pulling image "r:5"',
        "ErrImagePull: not found",
    ]


def test_another_reason_to_wait_is_told_after_a_failed_pull() -> None:
    assert messages_of(FAILED_PULL, BARE_PAUSE, ("CreateContainerConfigError", "no secret"), BARE_PAUSE) == [
        "ErrImagePull: not found",
        "CreateContainerConfigError: no secret",
        'ImagePullBackOff: Back-off pulling image "r:5"',
    ]


# --- the two streams


@pytest.mark.parametrize("jobs_first", [True, False])
def test_the_order_of_the_first_lists_does_not_matter(jobs_first: bool) -> None:
    scene = Scene(synced=False)
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.start("a")
    following = scene.follow()
    lists = [scene.relist_jobs, scene.relist_pods]
    for relist in lists if jobs_first else reversed(lists):
        assert (scene.tracker.synced, scene.tracker.status("a"), following.pending) == (False, None, False)
        relist()
    assert told(following) == ["Running"]


def test_a_pod_may_be_seen_before_its_job() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.start("a")
    scene.look_at_pods()
    assert scene.tracker.status("a") is None
    scene.look_at_jobs()
    assert told(following) == ["Running"]


def test_a_failed_job_is_not_said_to_have_lost_its_pod_before_the_pods_were_heard() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.start("a")
    scene.world.end("a", 3)
    scene.world.see_to("a")
    scene.look_at_jobs()
    assert (told(following), scene.tracker.upkeep.take_doubts()) == (["Pending"], ["a"])
    scene.look_at_pods()
    assert told(following) == ["Running", "Finished"]
    assert not scene.tracker.upkeep.is_doubted("a")


def test_a_kill_by_another_process_is_not_taken_for_the_jobs_own_end() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.ask("a", Operation.KILL)
    scene.world.end("a", 137)
    scene.look_at_pods()
    assert told(following) == ["Pending", "Running"]
    status = scene.tracker.status("a")
    assert status is not None
    assert (status.state, status.exit_code, status.end_time) == (JobState.RUNNING, None, None)
    scene.look_at_jobs()
    assert told(following) == ["Killed"]


def test_a_plain_exit_code_is_told_at_once() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.end("a", 3)
    scene.look_at_pods()
    assert told(following)[-1] == "Finished"


def test_a_bookmark_settles_a_doubt() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.end("a", 137)
    scene.look_at_pods()
    assert told(following)[-1] == "Running"
    scene.tracker.apply_job(Event(EventKind.BOOKMARK, None, str(scene.world.version)))
    assert told(following) == ["Finished"]


def test_the_backend_can_settle_a_doubt_by_looking() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.ask("a", Operation.KILL)
    scene.world.end("a", 137)
    scene.look_at_pods()
    assert scene.tracker.upkeep.take_doubts() == ["a"]
    assert scene.tracker.upkeep.take_doubts() == []
    scene.tracker.settle(scene.world.jobs["a"], [scene.world.pods["a"]])
    assert told(following)[-1] == "Killed"
    assert not scene.tracker.upkeep.is_doubted("a")


def test_looking_may_show_that_the_pod_is_gone() -> None:
    scene = Scene()
    following = scene.follow()
    scene.run()
    scene.world.pods.clear()
    scene.world.see_to("a")
    scene.look_at_jobs()
    scene.tracker.settle(scene.world.jobs["a"], [])
    assert told(following) == ["Pending", "Running", "Failed"]


def test_a_job_of_our_own_is_known_before_the_watch_tells_of_it() -> None:
    scene = Scene()
    scene.tracker.learn(scene.world.submit("a"))
    following = scene.follow()
    scene.look()
    assert told(following) == ["Pending"]


def test_a_job_learned_of_after_a_list_was_made_is_not_missing_from_it() -> None:
    scene = Scene()
    before, version = list(scene.world.jobs.values()), str(scene.world.version)
    scene.tracker.learn(scene.world.submit("a"))
    scene.tracker.replace_jobs(before, version)
    status = scene.tracker.status("a")
    assert status is not None
    assert not status.removed


def test_an_older_row_does_not_replace_a_newer_one() -> None:
    scene = Scene()
    scene.run()
    scene.tracker.learn(scene.world.ask("a", Operation.SUSPEND))
    following = scene.follow()
    scene.look()
    assert told(following) == ["Suspended"]


def test_a_version_that_is_known_is_not_taken_in_again() -> None:
    scene = Scene()
    row = scene.world.submit("a")
    scene.look()
    scene.tracker.learn(replace(row, user="somebody else"))
    assert scene.tracker.row("a") == row


def test_what_was_read_before_the_watch_went_on_is_passed_over() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.look()
    read = scene.world.pods["a"]
    scene.world.start("a")
    scene.look()
    scene.tracker.settle(scene.world.jobs["a"], [read])
    assert scene.tracker.pod("a") == scene.world.pods["a"]


def test_a_settled_doubt_is_told_once_to_one_who_has_not_read_yet() -> None:
    scene = Scene()
    scene.run()
    scene.world.end("a", 137)
    scene.look_at_pods()
    following = scene.follow(JobFilter())
    scene.tracker.apply_job(Event(EventKind.BOOKMARK, None, str(scene.world.version)))
    assert told(following) == ["Running", "Finished"]


# --- one name, another job


def test_a_new_job_of_the_same_name_is_another_job() -> None:
    scene = Scene()
    following = scene.follow(JobFilter())
    scene.run()
    scene.world.end("a", 0)
    scene.world.remove("a")
    scene.world.submit("a")
    scene.relist()
    assert told(following) == ["Pending", "Running", "Failed removed", "Pending"]


def test_a_pod_of_the_former_job_says_nothing_of_the_new_one() -> None:
    scene = Scene()
    scene.run()
    old = scene.world.pods["a"]
    scene.world.remove("a")
    scene.world.submit("a")
    scene.look_at_jobs()
    scene.tracker.apply_pod(Event(EventKind.MODIFIED, replace(old, phase="Failed", exit_code=143)))
    status = scene.tracker.status("a")
    assert status is not None
    assert (status.state, scene.tracker.pod("a")) == (JobState.PENDING, None)


def test_pods_without_a_job_are_forgotten_when_they_go() -> None:
    scene = Scene()
    for number in range(3):
        scene.tracker.apply_pod(Event(EventKind.ADDED, PodRow(f"p{number}", f"gone-{number}", version=5)))
    scene.tracker.apply_pod(Event(EventKind.DELETED, PodRow("p0", "gone-0", version=6)))
    assert len(scene.tracker._table.ids()) == 2
    scene.relist_pods()
    assert scene.tracker._table.ids() == []


def test_only_the_latest_removed_jobs_are_remembered() -> None:
    scene = Scene(keep_removed=2)
    for job_id in ("a", "b", "c"):
        scene.run(job_id)
        scene.world.remove(job_id)
        scene.look()
    states = [scene.tracker.status(job_id) for job_id in ("a", "b", "c")]
    assert [status and (status.state.value, status.removed) for status in states] == [
        None,
        ("Failed", True),
        ("Failed", True),
    ]
    assert scene.tracker.select() == []


def test_following_a_removed_job_gives_its_last_status() -> None:
    scene = Scene()
    scene.run()
    scene.world.remove("a")
    scene.look()
    following = scene.follow()
    assert (told(following), following.done) == (["Failed removed"], True)


# --- asking


def test_jobs_are_listed_by_submission_time_then_id() -> None:
    scene = Scene()
    for job_id, created in (("c", 5.0), ("b", 7.0), ("a", 7.0)):
        scene.tracker.learn(JobRow(job_id, version=2, created=created))
    assert [status.id for status in scene.tracker.select()] == ["c", "a", "b"]


def test_a_selection_is_by_filter_and_user() -> None:
    scene = Scene()
    for job_id, user, tags in (("a", "u", ("x",)), ("b", "u", ()), ("c", "v", ("x",))):
        scene.run(job_id, user=user, tags=tags)
    scene.world.end("a", 0)
    scene.look()
    running = JobFilter(states={JobState.RUNNING})
    assert [status.id for status in scene.tracker.select(running)] == ["b", "c"]
    assert [status.id for status in scene.tracker.select(JobFilter(tags={"x"}), user="u")] == ["a"]


MOMENTS = [datetime.fromtimestamp(1000 + half / 2, UTC) for half in range(16)]
FILTERS = st.builds(
    JobFilter,
    tags=st.sets(st.sampled_from(["x", "y"])),
    states=st.sets(st.sampled_from([JobState.PENDING, JobState.RUNNING, JobState.FINISHED])),
    start_time=st.none() | st.sampled_from(MOMENTS),
    end_time=st.none() | st.sampled_from(MOMENTS),
)


@pytest.fixture(scope="module")
def crowd() -> Tracker:
    """Jobs of two users, with and without tags, of several moments and states, one of no known moment."""
    scene = Scene()
    for number in range(12):
        tags = ("x", "y")[: number % 3]
        scene.world.submit(f"job-{number}", user="uv"[number % 2], tags=tags)
    for number in range(8):
        scene.world.schedule(f"job-{number}")
        scene.world.start(f"job-{number}")
    for number in range(4):
        scene.world.end(f"job-{number}", 0)
    scene.look()
    scene.tracker.learn(JobRow("job-timeless", version=99, user="u"))
    return scene.tracker


@given(FILTERS, st.sampled_from([None, "u", "v"]))
def test_what_is_selected_or_told_first_is_what_the_filter_matches(
    crowd: Tracker, wanted: JobFilter, user: str | None
) -> None:
    matching = [each for each in crowd.select() if user in (None, each.user) and wanted.matches(each)]
    assert crowd.select(wanted, user=user) == matching
    assert [crowd.state(each.id) for each in matching] == [each.state for each in matching]
    assert drain(crowd.subscribe(wanted, user=user, wake=lambda: None)) == matching


def test_another_users_job_is_never_told_of() -> None:
    scene = Scene()
    following = scene.follow("a", user="mallory")
    everything = scene.follow(JobFilter(), user="mallory")
    scene.run(user="jsmith")
    assert (told(following), told(everything), told(scene.follow("a", user="mallory"))) == ([], [], [])


def test_a_note_explains_a_pending_job_until_its_pod_comes() -> None:
    scene = Scene()
    following = scene.follow()
    scene.world.submit("a")
    scene.look()
    (unexplained,) = scene.tracker.take_unexplained()
    scene.tracker.note(unexplained, QUOTA)
    scene.tracker.note(unexplained, QUOTA)
    assert scene.message() == QUOTA
    assert [status.status_message for status in drain(following)] == [QUOTA]
    scene.world.schedule("a")
    scene.look()
    assert scene.message() == ""
    scene.world.start("a")
    scene.look()
    assert [(status.state.value, status.status_message) for status in drain(following)] == [
        ("Pending", ""),
        ("Running", ""),
    ]


def test_a_job_that_waits_unexplained_is_named_once_and_anew_with_its_pod() -> None:
    scene = Scene()
    row = scene.world.submit("a")
    scene.look()
    assert scene.tracker.take_unexplained() == [Unexplained("a", row.uid, "")]
    scene.relist()
    assert scene.tracker.take_unexplained() == []
    scene.world.schedule("a")
    scene.look()
    assert scene.tracker.take_unexplained() == [Unexplained("a", row.uid, scene.world.pods["a"].name)]


def test_a_note_on_what_is_no_longer_so_is_not_taken() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.look()
    (unexplained,) = scene.tracker.take_unexplained()
    scene.world.schedule("a")
    scene.look()
    assert not scene.tracker.is_unexplained(unexplained)
    scene.tracker.note(unexplained, QUOTA)
    assert scene.message() == ""


def test_a_note_is_void_once_the_rows_give_a_reason_themselves() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.look()
    (unexplained,) = scene.tracker.take_unexplained()
    scene.tracker.note(unexplained, "FailedMount: no volume")
    scene.world.change_pod("a", reason="ErrImagePull", message="no image")
    scene.look()
    assert scene.message() == "ErrImagePull: no image"
    assert not scene.tracker.is_unexplained(unexplained)
    scene.world.change_pod("a", reason="", message="")
    scene.look()
    assert scene.message() == ""
    assert scene.tracker.take_unexplained() == [unexplained]


@pytest.mark.parametrize("then", ["starts", "is removed", "is canceled"])
def test_a_job_that_gets_on_needs_no_explanation(then: str) -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.look()
    (unexplained,) = scene.tracker.take_unexplained()
    scene.tracker.note(unexplained, QUOTA)
    match then:
        case "starts":
            scene.world.start("a")
        case "is removed":
            scene.world.remove("a")
        case _:
            scene.world.ask("a", Operation.CANCEL)
    scene.look()
    assert not scene.tracker.is_unexplained(unexplained)
    assert scene.tracker.take_unexplained() == []
    assert scene.message() != QUOTA


def test_a_job_that_left_before_it_was_asked_about_is_not_named() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.look()
    scene.world.remove("a")
    scene.look()
    assert scene.tracker.take_unexplained() == []


# --- what the backend has to write


def test_a_final_state_is_offered_for_writing_once() -> None:
    scene = Scene()
    scene.run()
    scene.world.end("a", 3)
    scene.look()
    (unrecorded,) = scene.tracker.take_unrecorded()
    pod = scene.world.pods["a"]
    assert unrecorded.final == Final(JobState.FINISHED, 3, "", pod.started, pod.finished)
    assert (unrecorded.row.id, unrecorded.row.resource_version) == ("a", str(scene.world.jobs["a"].version))
    assert not unrecorded.suspend
    assert scene.tracker.take_unrecorded() == []


def test_a_recorded_state_is_not_written_again() -> None:
    scene = Scene()
    scene.run()
    scene.world.end("a", 3)
    scene.world.record("a", Final(JobState.FINISHED, 3))
    scene.relist()
    assert scene.tracker.take_unrecorded() == []


def test_jobs_of_another_launcher_are_told_of_and_never_written() -> None:
    scene = Scene(instance_id="ours")
    following = scene.follow()
    scene.run(instance_id="theirs")
    scene.world.end("a", 0)
    scene.look()
    assert told(following)[-1] == "Finished"
    assert scene.tracker.take_unrecorded() == []


@pytest.mark.parametrize(("ours", "declared"), [("ours", ["a"]), ("theirs", [])])
def test_a_control_of_our_own_jobs_may_be_left_to_be_carried_out(ours: str, declared: list[str]) -> None:
    scene = Scene(instance_id=ours)
    scene.run(instance_id="ours")
    scene.world.ask("a", Operation.STOP)
    scene.look()
    assert scene.tracker.upkeep.take_declared() == declared
    assert scene.tracker.upkeep.take_declared() == []


def test_a_control_that_was_carried_out_is_nobodys_any_more() -> None:
    scene = Scene()
    scene.run()
    intent = scene.world.ask("a", Operation.SUSPEND).intent
    assert intent is not None
    scene.world.jobs["a"] = replace(scene.world.jobs["a"], intent=replace(intent, done=True))
    scene.relist()
    assert scene.tracker.upkeep.take_declared() == []


def test_a_pending_job_declared_failed_is_to_be_suspended() -> None:
    scene = Scene()
    scene.world.submit("a")
    scene.world.schedule("a")
    scene.world.change_pod("a", reason="InvalidImageName")
    scene.relist()
    (unrecorded,) = scene.tracker.take_unrecorded()
    assert (unrecorded.final.status, unrecorded.suspend) == (JobState.FAILED, True)


def test_the_row_of_a_job_is_at_hand() -> None:
    scene = Scene()
    scene.run()
    assert scene.tracker.row("a") == scene.world.jobs["a"]
    assert (scene.tracker.row("b"), scene.tracker.pod("b")) == (None, None)
