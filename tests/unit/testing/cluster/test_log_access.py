"""Whether a container has a log; the words are those of a kubelet 1.36."""

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster.log_access import check_log
from launcher_k8s.testing.cluster.refusals import Refusal

ENDED = {"terminated": {"exitCode": 3, "containerID": "containerd://1"}}
LOST = {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}


def _pod(state: dict[str, Any] | None, last: dict[str, Any] | None = None) -> dict[str, Any]:
    told = [] if state is None else [{"name": "main", "state": state, "lastState": last or {}}]
    return {"metadata": {"name": "one"}, "status": {"containerStatuses": told}}


@pytest.mark.parametrize(
    "pod",
    [
        _pod({"running": {}}),
        _pod(ENDED),
        _pod({"waiting": {"reason": "CrashLoopBackOff"}}, ENDED),
        _pod(LOST, ENDED),
    ],
    ids=["running", "ended", "to be started again", "lost after an earlier run"],
)
def test_what_was_ever_started_has_a_log(pod: dict[str, Any]) -> None:
    check_log(pod, "main")


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        (_pod(None), "is not available"),
        (_pod(LOST), "is terminated"),
        (_pod({"waiting": {"reason": "PodInitializing"}}), "is waiting to start: PodInitializing"),
        (_pod({"waiting": {"reason": "ErrImagePull"}}), "is waiting to start: image can't be pulled"),
        (
            _pod({"waiting": {"reason": "ImagePullBackOff"}}),
            "is waiting to start: trying and failing to pull image",
        ),
    ],
    ids=["not told of", "never started", "waiting", "no image", "still no image"],
)
def test_what_was_never_started_has_none(pod: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_log(pod, "main")
    assert refused.value.status["code"] == 400
    assert refused.value.status["message"] == f'container "main" in pod "one" {words}'


def test_only_what_was_started_again_has_an_earlier_log() -> None:
    check_log(_pod({"running": {}}, ENDED), "main", previous=True)
    with pytest.raises(Refusal, match='previous terminated container "main" in pod "one" not found'):
        check_log(_pod({"running": {}}), "main", previous=True)
