"""Plans of a backend: with templates they are made in threads, since a template may run commands.

``exec`` never blocks the event loop: other submits go on while a template waits (design, "Rooms"). Templates
that can wait have threads of their own, so that however many do, those that cannot are not held up.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache, partial
from typing import Any, Final, TypeVar

from launcher_k8s.errors import BackendClosedError, ConfigurationError
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan, Terms, plan_service, plan_under
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.template_files import write_absent
from launcher_k8s.templates.effects import Effects

T = TypeVar("T")

MOST_AT_ONCE: Final = 8
"""Templates of each sort that are rendered at the same time; others wait for their turn."""
MOST_USERS: Final = 256
"""Of so many users it is remembered under what terms their jobs are planned."""
_THREADS: Final = "launcher-k8s-templates"

# What waits for the host or computes for long, and `tpl`, whose texts may; fields of these names do not.
_WAITS: Final = re.compile(
    r"(?<![\w.$])(?:exec|groups|getHostByName|tpl|bcrypt|htpasswd|derivePassword|gen[A-Z]\w*)\b"
)

_log = logging.getLogger(__name__)


class Planner:
    """Makes the plans of a backend.

    Args:
        effects: What templates may reach beyond the job; this host, if None.
    """

    def __init__(self, effects: Effects | None) -> None:
        self._effects: Effects = effects or HostEffects()
        self._terms: dict[tuple[str, tuple[str, ...]], Terms] = {}
        self._settings: ClusterSettings | None = None  # those of the terms
        self._threads: dict[bool, ThreadPoolExecutor] = {}
        self._rendering: set[asyncio.Future[Any]] = set()

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
        """Give up the plans under way; their threads end with their templates, and nothing waits for that."""
        for rendering in self._rendering:
            rendering.cancel()
        for threads in self._threads.values():
            threads.shutdown(wait=False, cancel_futures=True)
        self._threads.clear()

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
        """Plan a job; arguments and errors are those of :func:`~launcher_k8s.plan.plan_job`.

        Raises:
            BackendClosedError: The backend was left meanwhile.
        """
        act: Callable[[], JobPlan] = partial(
            plan_under,
            self._terms_of(user, tuple(groups), settings),
            job,
            job_id=job_id,
            key=key,
            effects=self._effects,
        )
        return await self._run(act, settings)

    async def plan_service(
        self, job: Job, settings: ClusterSettings, *, groups: Iterable[str]
    ) -> Mapping[str, Any] | None:
        """Plan the Service of a job that exists, as :func:`~launcher_k8s.plan.services.plan_service` does.

        Raises:
            BackendClosedError: The backend was left meanwhile.
        """
        return await self._run(
            partial(plan_service, job, settings, groups=groups, effects=self._effects), settings
        )

    def _terms_of(self, user: str, groups: tuple[str, ...], settings: ClusterSettings) -> Terms:
        """What a user's jobs are planned under, found out anew when the settings are others."""
        if settings is not self._settings:
            self._terms.clear()
            self._settings = settings
        terms = self._terms.get((user, groups))
        if terms is None:
            if len(self._terms) >= MOST_USERS:
                self._terms.clear()
            terms = self._terms[user, groups] = Terms(settings, user, groups=groups)
        return terms

    async def _run(self, act: Callable[[], T], settings: ClusterSettings) -> T:
        return await self._in_thread(act, settings) if settings.use_templating else act()

    async def _in_thread(self, act: Callable[[], T], settings: ClusterSettings) -> T:
        can_wait = any(map(_can_wait, (settings.templates or {}).values()))
        if can_wait not in self._threads:
            self._threads[can_wait] = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=_THREADS)
        loop = asyncio.get_running_loop()
        rendering = loop.run_in_executor(self._threads[can_wait], copy_context().run, act)
        self._rendering.add(rendering)
        rendering.add_done_callback(self._rendering.discard)
        try:
            return await rendering
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if caller is not None and caller.cancelling():
                raise
            raise BackendClosedError from None


@lru_cache
def _can_wait(text: str) -> bool:
    """Whether a template may wait for the host, or compute for long; rather too often than too seldom."""
    return _WAITS.search(text) is not None
