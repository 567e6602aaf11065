"""A collection as it is, and every change of it, for ever: list, watch, resume, list again.

Three generators, one concern each: :func:`list_all` reads every page, :func:`resume` watches on from a
version across ended and broken streams until the version has expired, :func:`reflect` does both for
ever. Each listing replaces all that was known: who consumes it compares and so sees what was deleted
meanwhile. Rules: kubernetes facts, "The API" (watch): paging, bookmarks, the server's time limit,
410 anywhere, ``Retry-After``; design, "No stream ever hangs silently". What a row is, the caller's
decoders say.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Generic, NoReturn, Protocol, TypeVar

import attrs
import msgspec

from launcher_k8s.clock import Clock
from launcher_k8s.connection import Cluster, Resource
from launcher_k8s.errors import ClusterError, ExpiredError
from launcher_k8s.kube.retry import Backoff

WATCH_BACKOFF = Backoff(base_s=0.5, cap_s=10.0)
_PAGINGS = 2  # how often paging may expire before everything is asked for in one piece
_FINAL_REFUSALS = 4  # answers that refuse a watch, in a row, before its version is given up
_NO_REFUSALS = (0, 429, 502, 503, 504)  # nobody there, or overload: they say nothing of the version

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class DecodedPage(Protocol[Row_co]):
    """One page of a collection, decoded."""

    @property
    def rows(self) -> Sequence[Row_co]:
        """The objects that matter."""

    @property
    def resource_version(self) -> str:
        """The version of the collection."""

    @property
    def continue_token(self) -> str:
        """Leads to the next page; empty on the last."""


class DecodedEvent(Protocol):
    """One event of a watch, decoded."""

    @property
    def resource_version(self) -> str:
        """The version after it; empty if the event does not say."""

    @property
    def is_bookmark(self) -> bool:
        """Whether it tells a version only."""


Event = TypeVar("Event", bound=DecodedEvent)


def _no_event(_: bytes) -> NoReturn:
    raise AssertionError("a listing has no events")


@attrs.frozen
class Source(Generic[Row, Event]):
    """What to reflect.

    Args:
        resource: The collection.
        decode_page: Decodes a page of it.
        decode_event: Decodes an event of its watch; needless where it is only listed.
        label_selector: Which objects; all if empty.
        field_selector: Which objects; all if empty.
        fetch_limit: Objects per page.
        watch_timeout_s: After so many seconds the server ends a watch; 0 leaves that to the server.
    """

    resource: Resource
    decode_page: Callable[[bytes], DecodedPage[Row]]
    decode_event: Callable[[bytes], Event] = _no_event
    label_selector: str = ""
    field_selector: str = ""
    fetch_limit: int = 500
    watch_timeout_s: int = 180


@attrs.frozen
class Pace:
    """How to wait between attempts: the policy, and the clock and the chance that it needs.

    Args:
        clock: On whose time the waits are.
        chance: Gives random numbers in [0, 1).
        backoff: How long to wait.
    """

    clock: Clock
    chance: Callable[[], float]
    backoff: Backoff = WATCH_BACKOFF

    def delay_s(self, attempt: int, error: ClusterError | None) -> float:
        """Seconds to wait after a failure; ``attempt`` counts from 0."""
        asked_s = error.retry_after_s if error is not None else None
        return self.backoff.delay_s(attempt, chance=self.chance(), retry_after_s=asked_s)


@attrs.frozen
class Relisted(Generic[Row]):
    """All rows that there are: what was known before and is not among them is gone."""

    rows: tuple[Row, ...]
    version: str


class Changed(msgspec.Struct, Generic[Event], frozen=True, gc=False):
    """One event."""

    event: Event


@attrs.frozen
class Disrupted:
    """Nothing is heard from the cluster, for the reason given; tried again after so many seconds."""

    error: ClusterError
    retry_in_s: float


@attrs.frozen
class Restored:
    """The watch is open again after a disruption; a listing says as much."""


async def reflect(
    cluster: Cluster, source: Source[Row, Event], *, pace: Pace
) -> AsyncGenerator[Relisted[Row] | Changed[Event] | Disrupted | Restored]:
    """Give all rows, then every change, for ever; all rows again whenever changes may have been missed.

    It never ends by itself and raises nothing of the cluster's: failures are items.

    Args:
        cluster: Where to look.
        source: What to look at.
        pace: How to wait between attempts.
    """
    failures = barren = 0
    while True:
        try:
            listed = await list_all(cluster, source)
        except ClusterError as error:
            delay_s = pace.delay_s(failures, error)
            failures += 1
            yield Disrupted(error, delay_s)
            await pace.clock.sleep(delay_s)
            continue
        failures = 0
        version = listed.version
        yield listed
        del listed  # who consumes it keeps what it needs: the watch may go on for days
        lively = False
        async with aclosing(resume(cluster, source, version, pace=pace)) as changes:
            async for change in changes:
                lively = lively or isinstance(change, Changed)
                yield change
        # Versions that expire before anything happened must not make us list in a tight circle.
        barren = 0 if lively else barren + 1
        if barren:
            await pace.clock.sleep(pace.delay_s(barren - 1, None))


async def resume(
    cluster: Cluster, source: Source[Row, Event], version: str, *, pace: Pace
) -> AsyncGenerator[Changed[Event] | Disrupted | Restored]:
    """Give every change after a version; ends when the cluster no longer knows the version.

    A stream that the server ended is resumed at once, a broken one after a wait, both from the last
    version heard of, bookmarks included.

    Args:
        cluster: Where to look.
        source: What to look at.
        version: Of a listing.
        pace: How to wait between attempts.
    """
    idle = refusals = 0
    disrupted = False
    while True:
        heard = False
        try:
            async with _watch(cluster, source, version) as lines:
                if disrupted:
                    disrupted = False
                    yield Restored()
                async for line in lines:
                    event = source.decode_event(line)
                    version, heard = event.resource_version or version, True
                    if not event.is_bookmark:
                        yield Changed(event)
        except ExpiredError:
            return
        except ClusterError as error:
            idle = 0 if heard else idle + 1
            refusals = 0 if heard or error.status in _NO_REFUSALS else refusals + 1
            if refusals == _FINAL_REFUSALS:
                return
            delay_s = pace.delay_s(max(idle - 1, 0), error)
            disrupted = True
            yield Disrupted(error, delay_s)
            await pace.clock.sleep(delay_s)
        else:
            if heard:
                idle = refusals = 0
            else:  # the server ends even a quiet watch after minutes; one that ends at once is ill
                await pace.clock.sleep(pace.delay_s(0, None))


async def list_all(cluster: Cluster, source: Source[Row, Event]) -> Relisted[Row]:
    """Read every page of a collection; starts over when the pages expire under the reading.

    Args:
        cluster: Where to look.
        source: What to look at.

    Raises:
        ClusterError: A page cannot be had.
    """
    for _ in range(_PAGINGS):
        try:
            return await _list_by_pages(cluster, source, source.fetch_limit)
        except ExpiredError:
            continue  # many objects, slowly read: the next time they may be read faster
    return await _list_by_pages(cluster, source, 0)


async def _list_by_pages(cluster: Cluster, source: Source[Row, Event], limit: int) -> Relisted[Row]:
    rows: list[Row] = []
    token = ""
    while True:
        reply = await cluster.list_page(
            source.resource,
            label_selector=source.label_selector,
            field_selector=source.field_selector,
            limit=limit,
            continue_token=token,
        )
        page = source.decode_page(reply.body)
        rows += page.rows
        token = page.continue_token
        if not token:
            return Relisted(tuple(rows), page.resource_version)


def _watch(
    cluster: Cluster, source: Source[Row, Event], version: str
) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    return cluster.watch(
        source.resource,
        resource_version=version,
        label_selector=source.label_selector,
        field_selector=source.field_selector,
        timeout_s=source.watch_timeout_s,
    )
