"""One watch event, from bytes to a changed row: decoded, judged, put into the tracker.

Limit: 15 us of CPU for a real event with managedFields (a Job of 4.2 kB, a Pod of 6.9 kB), in a tracker of
2,000 jobs. Telling a subscriber comes on top ("heard"). `json` alone, on the same bytes, stands beside it.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import pytest

from launcher_k8s.rows import (
    decode_job_event,
    decode_job_page,
    decode_pod_event,
    decode_pod_page,
)
from launcher_k8s.status import JobFilter, JobState
from launcher_k8s.tracker import Tracker
from tests.recorded_events import JOB_EVENT, POD_EVENT, encoded, job_copy, job_object, pod_copy, pod_object

LIMIT_US = {False: 15.0, True: 20.0}
JOBS = 2000
ROUNDS = 7


def _tracker() -> Tracker:
    page = {"metadata": {"resourceVersion": "1"}, "items": []}
    tracker = Tracker(instance_id="prod-1")
    tracker.replace_jobs(decode_job_page(encoded(page)).rows, "1")
    tracker.replace_pods(decode_pod_page(encoded(page)).rows, "1")
    return tracker


def _running(pod: bytes) -> bytes:
    """The Pod's event before its end."""
    state = pod_object()["status"]["containerStatuses"][0]["state"]
    ended = b'"state":' + encoded(state)
    running = b'"state":' + encoded({"running": {"startedAt": state["terminated"]["startedAt"]}})
    assert ended in pod
    return pod.replace(ended, running).replace(b'"phase":"Failed"', b'"phase":"Running"')


def _active(job: bytes) -> bytes:
    """The Job's event before its end."""
    conditions = b'"conditions":' + encoded(job_object()["status"]["conditions"])
    assert conditions in job
    return job.replace(conditions, b'"conditions":[]')


def _us_each(work: Callable[[bytes], object], lines: Sequence[bytes]) -> float:
    begun = time.process_time()
    for line in lines:
        work(line)
    return (time.process_time() - begun) / len(lines) * 1e6


def _lifecycles(tracker: Tracker) -> dict[str, tuple[Callable[[bytes], object], list[bytes]]]:
    """Of each job: its Job is added, its Pod runs, its Pod ends, its Job ends."""
    jobs = [job_copy(number) for number in range(JOBS)]
    pods = [pod_copy(number) for number in range(JOBS)]

    def take_job(line: bytes) -> None:
        tracker.apply_job(decode_job_event(line))

    def take_pod(line: bytes) -> None:
        tracker.apply_pod(decode_pod_event(line))

    return {
        "Job added": (take_job, [_active(line) for line in jobs]),
        "Pod runs": (take_pod, [_running(line) for line in pods]),
        "Pod ends": (take_pod, pods),
        "Job ends": (take_job, jobs),
    }


@pytest.mark.parametrize("listening", [False, True], ids=["unheard", "heard"])
def test_an_event_costs_little(listening: bool) -> None:
    measured: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        tracker = _tracker()
        heard = tracker.subscribe(JobFilter(), wake=lambda: None) if listening else None
        for what, (work, lines) in _lifecycles(tracker).items():
            measured[what].append(_us_each(work, lines))
            while heard and heard.take():
                pass
        assert {status.state for status in tracker.select()} == {JobState.FINISHED}
    slowest = max(min(each) for each in measured.values())
    for what, line in (("Job: json alone", JOB_EVENT), ("Pod: json alone", POD_EVENT)):
        measured[what].append(_us_each(json.loads, [line] * JOBS))
    print("\n" + "\n".join(f"{what:20} {min(each):6.2f} us" for what, each in measured.items()))
    assert slowest <= LIMIT_US[listening]


def test_a_change_reaches_a_thousand_subscribers() -> None:
    """Limit: 100 ms; single jobs that others follow cost nothing."""
    tracker = _tracker()
    for number in range(1000):
        tracker.apply_job(decode_job_event(_active(job_copy(number))))
    woken: list[int] = []
    listeners = [tracker.subscribe(JobFilter(), wake=lambda: woken.append(1)) for _ in range(1000)]
    for listener in listeners:
        while listener.take():
            pass
    event = decode_pod_event(_running(pod_copy(7)))
    woken.clear()
    begun = time.process_time()
    tracker.apply_pod(event)
    taken = time.process_time() - begun
    print(f"\none change to 1,000 subscribers: {taken * 1e3:.2f} ms")
    assert len(woken) == 1000
    assert taken < 0.1
