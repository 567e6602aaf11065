"""The scenario: jobs of several kinds, two processes that see all of them, and a fault in the middle.

Before the fault one job has printed half of what it will and another waits to be killed. While it is at work,
both processes submit further jobs under the same keys, one of them with input and one with a Service, and the
kill is asked for, each again and again until it is done, as an embedding program does. Afterwards all keys
are submitted once more, a process that comes later looks at everything, and the jobs are removed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

import attrs

from launcher_k8s import InvalidJobStateError, Job, JobBackend, JobState, Operation
from launcher_k8s.connection import JOBS, PODS, SERVICES
from launcher_k8s.errors import ClusterError, ForbiddenError, QuotaError
from tests.contract.acts import Act, Copies, Exits, Prints, PrintsLines, WaitsFor, output_of
from tests.contract.reading import pieces_of
from tests.contract.world import USER, World
from tests.faults.faults import Fault
from tests.faults.ledger import Ledger, Life

T = TypeVar("T")
HELD, READS, QUICK = "held", "reads", "quick"
BEFORE, AFTER = PrintsLines(0, 200), PrintsLines(200, 400)
BEGUN = Prints(b"begun\n")
TALKING: Sequence[Act] = (BEFORE, WaitsFor("go"), AFTER, Exits(3))
TALKED = Life(JobState.FINISHED, (3,), output_of(TALKING))
TEXT = "".join(f"line {number} of the input\n" for number in range(500))
BY_SIGNAL = (137, 143)
"""143 where the node had to end the job, because its container was not reached (domain, section 5)."""
AGAIN_S = 0.3


class Scenario:
    """See the module.

    Args:
        world: Where it is played.
        faults: What goes wrong, at once; a printing job is made for each.
    """

    def __init__(self, world: World, faults: Sequence[Fault]) -> None:
        self._world = world
        self._struck = {f"talks-{number}": fault for number, fault in enumerate(faults)}
        quick = (PrintsLines(0, 50), Exits(5))
        held = (BEGUN, WaitsFor("never"))
        self._jobs: dict[str, Job] = {
            **{
                name: world.job(*(fault.acts or TALKING), name=name, ports=[8080], **fault.options)
                for name, fault in self._struck.items()
            },
            HELD: world.job(*held, name=HELD),
            READS: world.job(Copies(), name=READS, stdin=TEXT),
            QUICK: world.job(*quick, name=QUICK, ports=[8080]),
        }
        self._lives = {
            **{name: fault.end or TALKED for name, fault in self._struck.items()},
            HELD: Life(JobState.KILLED, BY_SIGNAL, BEGUN.data, f"killed by {USER}"),
            READS: Life(JobState.FINISHED, (0,), TEXT.encode()),
            QUICK: Life(JobState.FINISHED, (5,), output_of(quick)),
        }
        self._ids: dict[str, str] = {}

    async def play(self) -> None:
        """Play it, and check what was told and what is there."""
        world = self._world
        async with (
            world.backend(impatient=True) as one,
            world.backend(impatient=True) as other,
            Ledger.kept(one, world.clock) as ours,
            Ledger.kept(other, world.clock) as theirs,
        ):
            both = (ours, theirs)
            for name in (*self._struck, HELD):
                await self._submit(name, (one,), both)
            await asyncio.gather(*(self._first_words(name, both) for name in (*self._struck, HELD)))
            await asyncio.gather(
                *(self._strike(name) for name, fault in self._struck.items() if not fault.is_last),
                *(self._submit(name, (one, other), both) for name in (READS, QUICK)),
                self._kill(one),
            )
            for ledger in both:
                await ledger.check(self._lives_of(HELD, READS, QUICK))
            for name, fault in self._struck.items():
                if fault.is_last:
                    await self._strike(name)
            for ledger in both:
                await ledger.check(self._lives_of(*self._struck))
                assert sorted(ledger.all) == sorted(self._ids.values())
            await self._submit_again(other)
            await self._check_objects()
        async with world.backend() as fresh:
            await self._check_fresh(fresh, ours)
            await self._remove(fresh)

    def _lives_of(self, *names: str) -> dict[str, Life]:
        return {self._ids[name]: self._lives[name] for name in names}

    async def _first_words(self, name: str, ledgers: Sequence[Ledger]) -> None:
        said = BEGUN if name == HELD else BEFORE
        for ledger in ledgers:
            has_said = partial(ledger.has_printed, self._ids[name], said.data)
            await self._world.until(has_said, f"{name} has said its first words")

    async def _strike(self, name: str) -> None:
        """Let a fault go by; then a job that it has not ended goes on."""
        fault = self._struck[name]
        await fault.strike(self._world, self._ids[name])
        if not fault.end:
            await self._world.release(self._ids[name], "go")

    async def _submit(self, name: str, backends: Sequence[JobBackend], ledgers: Sequence[Ledger]) -> None:
        job = self._jobs[name]
        calls = (partial(each.submit, job, user=USER, key=name) for each in backends)
        submitted = await asyncio.gather(*(insist(self._world, call) for call in calls))
        (self._ids[name],) = ids = {each.id for each in submitted}
        for ledger in ledgers:
            ledger.follow(ids)

    async def _kill(self, backend: JobBackend) -> None:
        """Have it killed; a try that nothing was heard of may have done it."""
        job_id = self._ids[HELD]
        with suppress(InvalidJobStateError):
            await insist(self._world, lambda: backend.control(job_id, Operation.KILL, user=USER))

    async def _submit_again(self, backend: JobBackend) -> None:
        for name, job in self._jobs.items():
            assert (await backend.submit(job, user=USER, key=name)).id == self._ids[name]

    async def _check_objects(self) -> None:
        assert await self._world.names(JOBS) == sorted(self._ids.values())
        assert await self._world.names(SERVICES) == sorted(self._ids[name] for name in (*self._struck, QUICK))

    async def _check_fresh(self, fresh: JobBackend, ours: Ledger) -> None:
        are_lost = any(fault.is_last for fault in self._struck.values())
        for name, job_id in self._ids.items():
            assert await fresh.wait(job_id) == ours.all[job_id][-1]
            life = attrs.evolve(self._lives[name], may_lack=are_lost or self._lives[name].may_lack)
            life.check_output(await pieces_of(fresh.output(job_id)))

    async def _remove(self, backend: JobBackend) -> None:
        for job_id in self._ids.values():
            await backend.remove(job_id)
        await self._world.until(self._is_empty, "nothing of the jobs is left")

    async def _is_empty(self) -> bool:
        return not [name for kind in (JOBS, PODS, SERVICES) for name in await self._world.names(kind)]


async def insist(world: World, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until it is done, where it may be done later."""
    while True:
        try:
            return await ask()
        except ClusterError as error:
            if not (error.transient or isinstance(error, ForbiddenError | QuotaError)):
                raise
        await world.clock.sleep(AGAIN_S)
