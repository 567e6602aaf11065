"""Reading the Events of one Pod, or of one Job (kubernetes facts, "The API").

The guide's role grants only ``watch`` on Events. So they are read by a list where that is granted, else by a
watch of a second, which begins with what is there. That it is not granted is found out once and remembered.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from launcher_k8s.clock import Clock
from launcher_k8s.connection import EVENTS, Cluster
from launcher_k8s.errors import ForbiddenError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.rows import EventRow, decode_event_list, decode_watched_event

_log = logging.getLogger(__name__)

WATCH_S: Final = 1
WATCH_AT_MOST_S: Final = 3.0


class Events:
    """Reads Events of a namespace.

    Args:
        cluster: Where they are.
        namespace: Their namespace.
        clock: On whose time a watch is given up.
    """

    def __init__(self, cluster: Cluster, namespace: str, clock: Clock) -> None:
        self._cluster = cluster
        self._events = EVENTS.within(namespace)
        self._clock = clock
        self._may_list = True

    async def read(self, field_selector: str) -> Sequence[EventRow]:
        """The Events that match; see :func:`selector`.

        Raises:
            ForbiddenError: Events may neither be listed nor watched.
            ClusterError: The cluster could not be asked.
        """
        if self._may_list:
            try:
                reply = await self._cluster.list_page(self._events, field_selector=field_selector)
                return decode_event_list(reply.body)
            except ForbiddenError as error:
                self._may_list = False
                _log.debug("Events are read by short watches: %s", error)
        return await self._watch(field_selector)

    async def _watch(self, field_selector: str) -> Sequence[EventRow]:
        events: list[EventRow] = []
        watch = self._cluster.watch(
            self._events, resource_version="", field_selector=field_selector, timeout_s=WATCH_S
        )
        with suppress(DeadlineError):
            async with deadline(self._clock, WATCH_AT_MOST_S), watch as lines:
                async for line in lines:
                    if (event := decode_watched_event(line)) is not None:
                        events.append(event)  # noqa: PERF401 -- what came in time is to stay
        return events


def selector(job_uid: str, pod: str) -> str:
    """The field selector of the Events of a Pod; of the Job where no Pod is named."""
    if pod:
        return f"involvedObject.kind=Pod,involvedObject.name={pod}"
    return f"involvedObject.kind=Job,involvedObject.uid={job_uid}"
