"""Waiting for a job: until it is as its waiter wants it, or can no longer become so."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from launcher_k8s.backend.streams import Stream
from launcher_k8s.clock import Clock
from launcher_k8s.errors import InvalidJobError, JobNotFoundError, OperationTimeoutError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.progress import Progress
from launcher_k8s.status import FINAL, JobState, JobStatus


async def wait_for(
    job_id: str,
    statuses: Stream[JobStatus],
    *,
    until: Collection[JobState],
    timeout_s: float | None,
    progress: Callable[[Progress], object] | None,
    clock: Clock,
) -> JobStatus:
    """Read a job's statuses to the first that ends the wait.

    Args:
        job_id: The job.
        statuses: Its statuses, which are closed.
        until: The states that are waited for; a final one, and a removal, always end the wait.
        timeout_s: Give up after so many seconds.
        progress: Told of every status.
        clock: Whose seconds.

    Raises:
        InvalidJobError: The limit is not a number.
        OperationTimeoutError: The time has passed.
        JobNotFoundError: There is no such job.
    """
    if timeout_s is not None and math.isnan(timeout_s):
        hint = "give seconds, or None to wait without a limit"
        raise InvalidJobError.single("timeout_s", "timeout_s: not a number", hint=hint)
    begun = clock.monotonic()
    latest: JobStatus | None = None
    try:
        async with deadline(clock, timeout_s), statuses:
            async for status in statuses:
                latest = status
                is_last = status.state in until or status.state.is_final or status.removed
                if progress is not None:
                    progress(Progress(status, clock.monotonic() - begun, is_last))
                if is_last:
                    return status
    except DeadlineError:
        raise OperationTimeoutError(
            f"job {job_id} {_missed(until)} after {timeout_s:g} s{_as_it_is(latest)}",
            hint="it goes on; wait again, or longer",
        ) from None
    raise JobNotFoundError(job_id)


def _missed(until: Collection[JobState]) -> str:
    """What has not come to be; each final state ends every wait, so none of them need be named."""
    if FINAL.issuperset(until):
        return "has not ended"
    return f"is not {' or '.join(sorted(state.value for state in until))}"


def _as_it_is(status: JobStatus | None) -> str:
    """What to add about a job that is not as it was waited for."""
    if status is None:
        return ""
    return f": it is {status.state.value}" + (f" ({status.status_message})" if status.status_message else "")
