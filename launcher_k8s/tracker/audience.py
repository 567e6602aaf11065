"""Who hears of which job: an index by id, and the few that listen by filter.

A thousand followers of single jobs cost an event of another job nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from launcher_k8s.status import JobFilter, JobStatus
from launcher_k8s.tracker.subscription import Subscription


class Audience:
    """The open subscriptions.

    Args:
        present: Tells the present status of a job, None if it has none.
    """

    def __init__(self, present: Callable[[str], JobStatus | None]) -> None:
        self._present = present
        self._by_job: dict[str, dict[Subscription, None]] = {}
        self._by_filter: dict[Subscription, None] = {}
        self._catching_up: set[Subscription] = set()
        self._early: dict[Subscription, None] = {}

    def join(self, wanted: str | JobFilter, *, user: str | None, wake: Callable[[], None]) -> Subscription:
        """Open a subscription; it hears nothing before it is started."""
        subscription = Subscription(wanted, user=user, wake=wake, present=self._present, forget=self._leave)
        self._early[subscription] = None
        return subscription

    def start(self, matching: Callable[[JobFilter, str | None], Iterable[str]]) -> None:
        """Let those who have joined hear of changes, after the present states of the jobs that match."""
        early, self._early = self._early, {}
        for subscription in early:
            self._catching_up.add(subscription)
            if subscription.job_id is None:
                self._by_filter[subscription] = None
                subscription.start(matching(subscription.wanted, subscription.user))
            else:
                self._by_job.setdefault(subscription.job_id, {})[subscription] = None
                subscription.start([subscription.job_id])

    def listens(self, job_id: str) -> bool:
        """Whether anybody may want to hear of a job."""
        return bool(self._by_filter) or job_id in self._by_job

    def expect_change(self, job_id: str) -> None:
        """Settle the present state of a job with those who have not taken it yet."""
        for subscription in list(self._catching_up):
            if subscription.is_catching_up:
                subscription.settle(job_id)
            else:
                self._catching_up.discard(subscription)

    def tell(self, status: JobStatus, before: str | None = None) -> None:
        """Tell a change to all who want it; ``before`` is the message told before in the same state."""
        for subscription in (*self._by_job.get(status.id, ()), *self._by_filter):
            subscription.push(status, before)

    def _leave(self, subscription: Subscription) -> None:
        self._catching_up.discard(subscription)
        self._early.pop(subscription, None)
        self._by_filter.pop(subscription, None)
        if subscription.job_id is not None and (others := self._by_job.get(subscription.job_id)):
            others.pop(subscription, None)
            if not others:
                del self._by_job[subscription.job_id]
