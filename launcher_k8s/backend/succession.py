"""Carrying out controls that a process has declared on a Job and did not live to carry out.

Every control is declared, carried out, and then said to be done (``controlling``). One that is not said to be
done some seconds after it was declared was declared by a process that is gone, or has given up: whoever sees
that declares it anew, in its own time, and carries it out. Between its signal and its last word a process may
be gone, too; then the signal is sent once more. Rules: design, "Guarantees".
"""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Final, Self

from launcher_k8s.backend.controlling import Controller
from launcher_k8s.backend.patience import Patience
from launcher_k8s.errors import JobNotFoundError, LauncherError, ObjectNotFoundError
from launcher_k8s.rows import Intent
from launcher_k8s.tracker import Tracker

_log = logging.getLogger(__name__)

NEARER_S: Final = 10.0
"""How long others leave a control to the process that has declared it."""

AGAIN_S: Final = 30.0
"""How long after a failure that may pass it is tried again."""


class Successor:
    """Carries out what is left, in the background while it is entered.

    Args:
        declared: Gives jobs with a control that was declared and is not said to be done.
        tracker: Knows the jobs.
        controller: Carries it out, after and before other controls of the job, and is left later.
        patience: Gives the clock.
    """

    def __init__(
        self, declared: asyncio.Queue[str], tracker: Tracker, controller: Controller, patience: Patience
    ) -> None:
        self._declared = declared
        self._tracker = tracker
        self._controller = controller
        self._clock = patience.clock
        self._hopeless: set[str] = set()  # jobs that we may not control, say
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        tasks = [*self._tasks.values(), *((self._reading,) if self._reading else ())]
        for task in tasks:
            task.cancel()  # what is being carried out is the controller's to finish
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            job_id = await self._declared.get()
            if job_id not in self._tasks and job_id not in self._hopeless:
                self._tasks[job_id] = asyncio.create_task(self._see_to(job_id))

    async def _see_to(self, job_id: str) -> None:
        try:
            while (intent := self._left(job_id)) is not None:
                wait_s = intent.time + NEARER_S - self._clock.now().timestamp()
                if wait_s > 0:
                    await self._clock.sleep(min(wait_s, NEARER_S))  # whatever another one's clock says
                if self._left(job_id) != intent:
                    continue
                if not await self._try(job_id):
                    return
        finally:
            del self._tasks[job_id]

    def _left(self, job_id: str) -> Intent | None:
        """The control that nobody has said to be done."""
        row = self._tracker.row(job_id)
        intent = row.intent if row is not None and row.final is None else None
        return None if intent is None or intent.done else intent

    async def _try(self, job_id: str) -> bool:
        """Carry out what is left; False where it cannot be, now or later."""
        try:
            await self._controller.carry_on(job_id)
        except (JobNotFoundError, ObjectNotFoundError):
            return False
        except LauncherError as error:
            _log.warning("what was asked of job %s could not be carried out: %s", job_id, error)
            if not error.transient:
                self._hopeless.add(job_id)
                return False
            await self._clock.sleep(AGAIN_S)
        return True
