"""Jobs by the hundred over an API server that is killed again and again: the books agree at the end.

Nearly all run on nodes that kwok plays, some in real containers. They come in waves, and during each the API
server is killed with -9 and started again: first when a job is about to start that nobody will see running,
then at random moments. `nox -s soak` runs 1,000 jobs over 20 restarts.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import cycle
from typing import TypeVar

import attrs
import pytest

from launcher_k8s import ClusterSettings, InvalidJobStateError, JobBackend, JobFilter
from launcher_k8s.errors import ClusterError
from tests.cluster.fakes import FakeNodes
from tests.cluster.real import RealCluster
from tests.conftest import SOAK
from tests.contract.leaks import Held
from tests.integration.looking import names_of
from tests.soak.ledger import Ledger
from tests.soak.lives import FAKES, PREPARING_S, REALS, Life, profiles
from tests.soak.witness import Witness

SEED = 7
AT_ONCE = 16
RETRY_S = 0.5
AWAY_S = PREPARING_S + 1.0
LARGEST_GROWTH_MIB = 8  # from the first wave to the last


@attrs.frozen
class Extent:
    """How much of it.

    Args:
        waves: How often jobs are submitted, and all of them awaited.
        fakes: Jobs of a wave on fake nodes.
        reals: Jobs of a wave in containers.
        restarts: Of the API server, during a wave.
        longest_pause_s: How long, at most, it is left alone, and is away beyond :data:`AWAY_S`.
    """

    waves: int
    fakes: int
    reals: int
    restarts: int
    longest_pause_s: float


EXTENT = Extent(10, 95, 5, 2, 6.0) if SOAK else Extent(2, 25, 5, 1, 1.0)


# The harness asks an API server that comes up, and Python leaves open what is reset before the handshake.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.soak
async def test_the_books_agree_after_restarts(
    breakable: RealCluster, namespace: str, fake_nodes: Callable[[int], FakeNodes]
) -> None:
    settings = ClusterSettings(
        namespace=namespace,
        api_url=breakable.api_url,
        auth_token=breakable.token,
        certificate_authority=breakable.ca_pem,
        thread_pool_size=AT_ONCE,
        profiles=profiles(breakable.image, fake_nodes(3)),
    )
    held = await Held.now(sockets=True)
    chance, ledger = random.Random(SEED), Ledger()
    witness = Witness.from_settings(settings)
    assert isinstance(witness, Witness)
    grown: list[float] = []
    tracemalloc.start()
    fakes, reals = cycle(FAKES), cycle(REALS)
    async with (
        JobBackend(settings, cluster=witness, groups=lambda _: ()) as backend,
        _told_to(ledger, backend),
    ):
        for wave in range(EXTENT.waves):
            lives = [next(fakes) for _ in range(EXTENT.fakes)] + [next(reals) for _ in range(EXTENT.reals)]
            chance.shuffle(lives)
            async with asyncio.TaskGroup() as group:
                group.create_task(_restart(breakable, witness, chance))
                for number, life in enumerate(lives, wave * len(lives)):
                    group.create_task(_live(backend, ledger, life, number))
            grown.append(_held_mib())
    async with JobBackend(settings, groups=lambda _: ()) as fresh:
        later = {status.id: status for status in await _insist(fresh.list)}
    tracemalloc.stop()
    # What was started anew of the cluster is a child of ours.
    await attrs.evolve(held, children=(await Held.now(sockets=False)).children).check()
    print(
        f"\n{len(ledger.lives)} jobs, {EXTENT.waves * EXTENT.restarts} restarts, "
        f"{ledger.inferred} starts inferred; "
        f"memory after each wave: {', '.join(f'{mib:.1f}' for mib in grown)} MiB"
    )
    assert ledger.differences(witness) == []
    assert ledger.inferred or not SOAK, "every start was seen: no restart hid one"
    assert later == ledger.finals
    assert sorted(names_of(breakable, namespace, "jobs")) == sorted(ledger.lives)
    assert grown[-1] - grown[0] <= LARGEST_GROWTH_MIB


@asynccontextmanager
async def _told_to(ledger: Ledger, backend: JobBackend) -> AsyncIterator[None]:
    """Keep the books on the stream of all jobs; left when all have ended there."""
    ended = asyncio.Event()

    async def keep() -> None:
        async with backend.statuses(JobFilter()) as statuses:
            async for status in statuses:
                ledger.tell(status)
                ended.set()

    task = asyncio.create_task(keep())
    try:
        yield
        while ledger.ended < len(ledger.lives):
            ended.clear()
            await ended.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _live(backend: JobBackend, ledger: Ledger, life: Life, number: int) -> None:
    """Submit a job, do to it what its life has in store, and follow it to its end."""
    key, user = f"soak {number}", life.where.value
    job_id = (await _insist(lambda: backend.submit(life.job(number), user=user, key=key))).id
    ledger.expect(job_id, life)
    following = asyncio.create_task(_follow(backend, ledger, job_id))
    for state, operation in life.operations:
        await _insist(partial(backend.wait, job_id, until=state))
        with suppress(InvalidJobStateError):  # an answer was lost, and it has been done: the books will tell
            await _insist(partial(backend.control, job_id, operation), partial(ledger.fail, job_id))
    await following


async def _follow(backend: JobBackend, ledger: Ledger, job_id: str) -> None:
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            ledger.follow(status)


async def _restart(cluster: RealCluster, witness: Witness, chance: random.Random) -> None:
    witness.preparing.clear()
    await witness.preparing.wait()
    for number in range(EXTENT.restarts):
        if number:
            await asyncio.sleep(chance.uniform(0, EXTENT.longest_pause_s))
        await asyncio.to_thread(cluster.kill_api_server)
        await asyncio.sleep(AWAY_S + chance.uniform(0, EXTENT.longest_pause_s))
        await asyncio.to_thread(cluster.start_api_server)


T = TypeVar("T")


async def _insist(request: Callable[[], Awaitable[T]], failed: Callable[[], object] = bool) -> T:
    """The answer of a verb that is tried again for as long as its failure may pass; each is told."""
    while True:
        try:
            return await request()
        except ClusterError as error:
            if not error.transient:
                raise
            failed()
        await asyncio.sleep(RETRY_S)


def _held_mib() -> float:
    """What is in use, the books included; the process keeps what a list of all jobs took for a moment."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 2**20
