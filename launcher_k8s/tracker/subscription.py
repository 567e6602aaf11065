"""One subscriber's share of the changes, and what waits for it.

What waits is bounded: of one job no more than its changes of state, as a message repeated in the same
state replaces the one that waits, and waits no more where it is the one that was told before. The present
state of jobs that the subscriber has not come to yet takes one id each, and is looked up when it does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from launcher_k8s.status import JobFilter, JobStatus


class Subscription:
    """Statuses of one job, or of all that match a filter: first the present ones, then every change.

    Pull with :meth:`take` until it gives None, then wait to be woken. Each status is held against the
    filter by itself: a job that leaves the wanted states is not told on.

    Args:
        wanted: A job's id, or a filter.
        user: Whose jobs; None means anybody's.
        wake: Called when something waits again after nothing did; must not call back into the tracker.
        present: Tells the present status of a job, None if it has none.
        forget: Called once, when the subscription ends.
    """

    def __init__(
        self,
        wanted: str | JobFilter,
        *,
        user: str | None,
        wake: Callable[[], None],
        present: Callable[[str], JobStatus | None],
        forget: Callable[[Subscription], None],
    ) -> None:
        self.job_id = wanted if isinstance(wanted, str) else None
        self.wanted = JobFilter() if isinstance(wanted, str) else wanted
        self.user = user
        self._wake = wake
        self._present = present
        self._forget = forget
        self._closed = False
        self._unseen: dict[str, None] = {}  # in reverse: popitem() takes the last one, in constant time
        # Each with the message that was told before in the same state, if one was.
        self._waiting: OrderedDict[int, tuple[JobStatus, str | None]] = OrderedDict()
        self._latest: dict[str, int] = {}  # of each job that has something waiting, the key of its last
        self._next_key = 0

    @property
    def pending(self) -> bool:
        """Whether :meth:`take` may have something to give."""
        return bool(self._waiting or self._unseen)

    @property
    def done(self) -> bool:
        """Whether nothing more can come: closed, or the one job's final state was taken."""
        return self._closed

    @property
    def is_catching_up(self) -> bool:
        """Whether present states are still to be taken."""
        return bool(self._unseen)

    def take(self) -> JobStatus | None:
        """The next status, None if nothing waits; a final one ends a subscription to one job."""
        status = self._take_present() or self._take_change()
        if status is not None and status.state.is_final and self.job_id is not None:
            self.close()
        return status

    def close(self) -> None:
        """End the subscription; harmless when it has ended."""
        if not self._closed:
            self._closed = True
            self._unseen.clear()
            self._waiting.clear()
            self._latest.clear()
            self._forget(self)

    def start(self, job_ids: Iterable[str]) -> None:
        """Let the present states of these jobs be taken first, in this order."""
        self._unseen = dict.fromkeys(reversed(list(job_ids)))
        if self._unseen:
            self._wake()

    def settle(self, job_id: str) -> None:
        """Put the present state of a job aside if it is still to be taken: it is about to change."""
        if job_id in self._unseen:
            del self._unseen[job_id]
            if (status := self._present(job_id)) is not None:
                self.push(status)

    def push(self, status: JobStatus, before: str | None = None) -> None:
        """Let a change wait to be taken, if it is wanted.

        Args:
            status: What is to be told.
            before: The message told before in the same state; None where only the state is news.
        """
        if not self._wants(status):
            return
        was_pending = self.pending
        key = self._latest.get(status.id)
        if key is not None:
            waiting, taken = self._waiting[key]
            if _is_repeated(waiting, status):
                if status.status_message == taken:
                    del self._waiting[key], self._latest[status.id]
                else:
                    self._waiting[key] = status, taken
                return
        key = self._latest[status.id] = self._next_key
        self._next_key += 1
        self._waiting[key] = status, before
        if not was_pending:
            self._wake()

    def _wants(self, status: JobStatus) -> bool:
        return (self.user is None or status.user == self.user) and self.wanted.matches(status)

    def _take_present(self) -> JobStatus | None:
        while self._unseen:
            status = self._present(self._unseen.popitem()[0])
            if status is not None and self._wants(status):
                return status
        return None

    def _take_change(self) -> JobStatus | None:
        if not self._waiting:
            return None
        key, (status, _) = self._waiting.popitem(last=False)
        if self._latest.get(status.id) == key:
            del self._latest[status.id]
        return status


def _is_repeated(waiting: JobStatus, status: JobStatus) -> bool:
    return (waiting.state, waiting.inferred) == (status.state, status.inferred)
