"""How long a Job waits before it replaces a pod that failed.

Ten seconds after the first failure, twice as long after each further one, ten minutes at most; a success
ends the count (``pkg/controller/job/backoff_utils.go``, Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from launcher_k8s.testing.cluster.job_pods import JobPod

FIRST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(minutes=10)
_NONE: Final = timedelta(0)


@attrs.frozen
class Backoff:
    """The failures of a Job since its last success.

    Args:
        failures: How many.
        last: When the last of them was.
    """

    failures: int = 0
    last: datetime | None = None

    def after(self, succeeded: Sequence[JobPod], failed: Sequence[JobPod]) -> Backoff:
        """The count with pods that were not counted before."""
        failures = sorted(_ends(failed))
        if succeeded:
            success = max(_ends(succeeded))
            later = [time for time in failures if time > success]
            return Backoff(len(later), later[-1] if later else None)
        return Backoff(self.failures + len(failures), failures[-1]) if failures else self

    def left(self, now: datetime) -> timedelta:
        """How long it is to the next pod."""
        if not self.failures or self.last is None:
            return _NONE
        doublings = min(self.failures - 1, 10)
        wait: timedelta = FIRST * int(2**doublings)
        return max(_NONE, min(wait, LONGEST) - (now - self.last))


def _ends(pods: Sequence[JobPod]) -> list[datetime]:
    return [pod.finished_at for pod in pods if pod.finished_at is not None]


NO_FAILURES: Final = Backoff()
