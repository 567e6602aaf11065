"""Watch events as a Kubernetes 1.36 API server sent them, and variations of them.

Recorded from a job that ran ``sleep 2; echo hi; exit 3``; addresses and the image's name were changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_RECORDED = Path(__file__).parent / "recorded"

JOB_EVENT = (_RECORDED / "job_event.json").read_bytes().strip()
POD_EVENT = (_RECORDED / "pod_event.json").read_bytes().strip()

JOB_ID = "r-session-1-k3x7q2mb"
JOB_UID = "ecb09a32-2ac1-481a-b3f0-3cb25970ad0a"
POD_NAME = "r-session-1-k3x7q2mb-hvshr"


def job_object() -> dict[str, Any]:
    """The Job of the event, to be changed at will."""
    job: dict[str, Any] = json.loads(JOB_EVENT)["object"]
    return job


def pod_object() -> dict[str, Any]:
    """The Pod of the event, to be changed at will."""
    pod: dict[str, Any] = json.loads(POD_EVENT)["object"]
    return pod


def event_line(kind: str, obj: Any) -> bytes:
    """A watch event about an object."""
    return encoded({"type": kind, "object": obj})


def encoded(value: Any) -> bytes:
    """JSON as the API server writes it: without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def job_copy(number: int) -> bytes:
    """The recorded Job's event for another job: own id, uid and version."""
    return _renamed(JOB_EVENT, number)


def pod_copy(number: int) -> bytes:
    """The recorded Pod's event for the job of the same number."""
    return _renamed(POD_EVENT, number)


def _renamed(line: bytes, number: int) -> bytes:
    uid = f"{number:08x}{JOB_UID[8:]}"
    line = line.replace(JOB_UID.encode(), uid.encode()).replace(b"k3x7q2mb", b"k%07d" % number)
    version = b'"resourceVersion":"%d"'
    for recorded in (652, 653):
        line = line.replace(version % recorded, version % (1_000_000 + 2 * number + recorded))
    return line
