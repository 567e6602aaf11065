"""Plans of a backend: with templates they are made in threads, since a template may run commands.

``exec`` never blocks the event loop: other submits go on while a template waits (design, "Rooms").
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from inspect import unwrap
from typing import Final

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.template_files import write_absent
from launcher_k8s.templates.effects import Effects

MOST_AT_ONCE: Final = 8
"""Templates that are rendered at the same time; others wait for their turn."""

_log = logging.getLogger(__name__)
_plan = unwrap(plan_job)  # the verbs have checked what they were given


class Planner:
    """Makes the plans of a backend.

    Args:
        effects: What templates may reach beyond the job; this host, if None.
    """

    def __init__(self, effects: Effects | None) -> None:
        self._effects: Effects = effects or HostEffects()
        self._threads: ThreadPoolExecutor | None = None

    async def enter(self, settings: ClusterSettings) -> None:
        """Write the templates that are absent, where templating is on and a directory is configured.

        That they cannot be written stops nothing: the library's own are used, and the log says so.

        Args:
            settings: The cluster's settings.
        """
        if not settings.use_templating or settings.directory is None:
            return
        try:
            for path in await asyncio.to_thread(write_absent, settings):
                _log.info("cluster %s: wrote the library's own template %s", settings.name, path)
        except ConfigurationError as error:
            _log.warning("cluster %s: %s; the library's own templates are used", settings.name, error.message)

    def leave(self) -> None:
        """End the threads once their templates have ended; nothing waits for that."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def plan(
        self,
        job: Job,
        settings: ClusterSettings,
        *,
        user: str,
        groups: Iterable[str],
        job_id: str | None = None,
        key: str | None = None,
    ) -> JobPlan:
        """Plan a job; arguments and errors are those of :func:`~launcher_k8s.plan.plan_job`."""
        act: Callable[[], JobPlan] = partial(
            _plan,
            job,
            settings,
            user=user,
            groups=groups,
            job_id=job_id,
            key=key,
            effects=self._effects,
        )
        if not settings.use_templating:
            return act()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="launcher-k8s-templates")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, act)
