"""Submits under way: each is finished whatever becomes of its caller, and waited for at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from types import TracebackType
from typing import Self

import attrs
from msgspec.structs import replace

from launcher_k8s.backend import submission
from launcher_k8s.backend.feeding import Feeder
from launcher_k8s.backend.following import Follower
from launcher_k8s.backend.leaving import Undertakings
from launcher_k8s.backend.patience import Patience
from launcher_k8s.brevity import brief_words
from launcher_k8s.connection import Cluster
from launcher_k8s.decisions import Decision, DecisionKind
from launcher_k8s.errors import AlreadyExistsError, InvalidJobError
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.plan import JobPlan
from launcher_k8s.rows import decode_job

ID_DRAWS = 8


@attrs.frozen
class Submitted:
    """A job that is in the cluster: its id, and the plan it was made from."""

    id: str
    plan: JobPlan

    def __repr__(self) -> str:
        return brief_words(self, f"{self.id} of {self.plan.user} on {self.plan.cluster}")


class Submitter:
    """Creates planned jobs; leaving it waits a little for those under way.

    Args:
        cluster: Where to.
        follower: Told of each Job that was made, so that it is known before the watch tells of it.
        feeder: Given what each job reads from its standard input.
        patience: How requests are repeated.
    """

    def __init__(self, cluster: Cluster, follower: Follower, feeder: Feeder, patience: Patience) -> None:
        self._cluster = cluster
        self._follower = follower
        self._feeder = feeder
        self._patience = patience
        self._work: Undertakings[Submitted] = Undertakings("submission")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._work.leave(self._patience.clock)

    async def submit(
        self, draw: Callable[[], Awaitable[JobPlan]], *, key: str | None, stdin: str = ""
    ) -> Submitted:
        """Create a job. A caller who is cancelled leaves the work to be finished in the background.

        Args:
            draw: Plans the job, with a new id each time unless there is a key.
            key: The caller's idempotency key.
            stdin: What the job reads from its standard input.

        Raises:
            BackendClosedError: The submitter was left before, or left the work unfinished: then it is
                unknown whether the job exists.
        """
        return await self._work.carry_out(self._submit(draw, key, stdin))

    async def _submit(self, draw: Callable[[], Awaitable[JobPlan]], key: str | None, stdin: str) -> Submitted:
        for _ in range(ID_DRAWS):
            planned = await draw()
            reply = await submission.create_job(self._cluster, planned, self._patience)
            if reply is None and key is None:
                continue
            if reply is None:
                raise InvalidJobError.single(
                    "key",
                    f"the key {key!r} of user {planned.user!r} was already used for another job "
                    f"({planned.job_id})",
                    hint="use a new key for a new job",
                )
            warnings = await submission.ensure_service(self._cluster, planned, reply, self._patience)
            row = decode_job(reply.body)
            if row is not None:
                self._follower.learn(row)
                self._feeder.expect(row.id, stdin.encode())
            return Submitted(planned.job_id, with_warnings(planned, reply.warnings + warnings))
        raise AlreadyExistsError(f"{ID_DRAWS} ids in a row were taken", status=409, reason="AlreadyExists")


def with_warnings(planned: JobPlan, warnings: Collection[str]) -> JobPlan:
    """The plan with what the API server warned of among its decisions."""
    if not warnings:
        return planned
    origin = Origin(OriginKind.CLUSTER)
    added = tuple(Decision("Kubernetes", "", DecisionKind.WARNING, origin, warning) for warning in warnings)
    return replace(planned, decisions=planned.decisions + added)
