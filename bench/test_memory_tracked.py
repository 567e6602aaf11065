"""What one tracked job takes: both rows, the tracker's own entry and its indexes, its place in the expiry.

Limit: 0.8 KiB, over 20,000 jobs read from bytes, running or recorded as final.
"""

from __future__ import annotations

import gc
import json
import tracemalloc

import pytest

from launcher_k8s.backend.endings import Endings, ending_of
from launcher_k8s.rows import Final, decode_job_event, decode_pod_event, format_final
from launcher_k8s.status import JobState
from launcher_k8s.tracker import Tracker
from tests.recorded_events import job_copy, pod_copy

LIMIT_BYTES = 0.8 * 1024
JOBS = 20_000
START, END = 1795236884.0, 1795236886.0

PLAIN: dict[str, str] = {}
RECORDED = {"launcher-k8s/final": format_final(Final(JobState.FINISHED, 3, "", START, END))}
KILLED = {
    "launcher-k8s/intent": '{"operation":"kill","time":"2026-11-21T04:54:46Z","user":"jsmith"}',
    "launcher-k8s/final": format_final(Final(JobState.KILLED, 137, "killed by jsmith", START, END)),
}


def _annotated(line: bytes, annotations: dict[str, str]) -> bytes:
    added = json.dumps(annotations)[1:-1].encode()
    marker = b'"annotations":{"launcher-k8s/submission"'
    assert marker in line
    return line.replace(marker, b'"annotations":{' + added + b',"launcher-k8s/submission"') if added else line


@pytest.mark.parametrize("annotations", [PLAIN, RECORDED, KILLED], ids=["ended", "recorded", "killed"])
def test_a_tracked_job_is_small(annotations: dict[str, str]) -> None:
    lines = [(_annotated(job_copy(number), annotations), pod_copy(number)) for number in range(JOBS)]
    tracker = Tracker(instance_id="prod-1")
    gc.collect()
    tracemalloc.start()
    tracker.replace_jobs([], "1")
    tracker.replace_pods([], "1")
    for job_line, pod_line in lines:
        tracker.apply_job(decode_job_event(job_line))
        tracker.apply_pod(decode_pod_event(pod_line))
    endings = Endings(86_400)
    for job_id in [each.row.id for each in tracker.take_unrecorded()] or tracker.upkeep.take_recorded():
        row = tracker.row(job_id)
        ending = ending_of(row) if row else None
        assert ending is not None
        endings.add(ending)
    tracker.upkeep.take_doubts()
    tracker.upkeep.take_turned()
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] / JOBS
    tracemalloc.stop()
    print(f"\na tracked job: {taken:.0f} bytes (limit {LIMIT_BYTES:.0f})")
    assert len(tracker.select()) == len(endings) == JOBS
    assert taken <= LIMIT_BYTES
