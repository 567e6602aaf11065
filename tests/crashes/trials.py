"""One launcher killed, another one come after it, and what must be so then; and the ledger of many such."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from multiprocessing.connection import Connection
from typing import Any

import attrs

from launcher_k8s.shape.names import FINAL_ANNOTATION
from tests.crashes import launcher
from tests.crashes.launcher import CONTROLS, INPUT, PATIENCE_S, USER, Order
from tests.crashes.ways import PROCESSES, Way, annotation_of

VERBS = ("submit", "stdin", *CONTROLS)
ENDS = {
    "submit": ("Finished", 5, ""),
    "stdin": ("Finished", 6, ""),
    "stop": ("Finished", 143, ""),
    "suspend": ("Finished", 143, ""),
    "resume": ("Finished", 143, ""),
    "kill": ("Killed", 137, f"killed by {USER}"),
    "cancel": ("Canceled", None, f"canceled by {USER}"),
}
_STARTING_OR_ENDING = threading.Lock()
"""To start a process looks how all others ended, and each can be asked once."""
_FINAL = {state for state, _, _ in ENDS.values()}


@attrs.frozen
class Crash:
    """When a launcher is killed: at a step, or so many seconds after the verb has begun."""

    verb: str
    step: str = ""
    after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.verb}: {self.step or f'{self.after_s:.3f} s'}"


@attrs.frozen
class Verb:
    """How a verb goes where nobody is killed: its steps, and how long they take."""

    steps: Sequence[str]
    took_s: float


class Ledger:
    """What was tried and what was found; safe to write from several threads."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.unreached: list[str] = []
        self.ends: dict[str, tuple[str, int | None, str]] = {}
        self._lock = threading.Lock()

    def note(self, crash: Crash, told: dict[str, Any], *, was_reached: bool) -> None:
        """A job has been brought to its end."""
        wrong = [*wrongs_in(crash.verb, told)]
        with self._lock:
            self.ends[told["id"]] = told["state"], told["exit code"], told["message"]
            self.counts["kills"] += 1
            self.counts["at a step" if crash.step else "at a time"] += 1
            self.counts["after the verb was through"] += not was_reached
            self.unreached += [str(crash)] if crash.step and not was_reached else []
            self.counts["input cut, and told"] += crash.verb == "stdin" and told["output"] != INPUT.encode()
            self.wrong += [f"{crash}: {each}" for each in wrong]

    def fail(self, crash: Crash, error: BaseException) -> None:
        """A trial has not come to its end."""
        with self._lock:
            self.wrong.append(f"{crash}: {error!r}")


def wrongs_in(verb: str, told: dict[str, Any]) -> Iterator[str]:
    """What is not as it must be of a job whose launcher was killed."""
    end = told["state"], told["exit code"], told["message"]
    if end != ENDS[verb]:
        yield f"ended as {end}"
    if not _is_whole_life(told["states"]):
        yield f"its states were told as {told['states']}"
    yield from _wrong_output(verb, told)


def _is_whole_life(states: Sequence[str]) -> bool:
    """Whether states are a part of a life up to its one end; messages may change while one lasts."""
    *before, end = [state for state, _ in groupby(states)]
    life = iter(("Pending", "Running", "Suspended", "Running"))
    return end in _FINAL and all(state in life for state in before)


def _wrong_output(verb: str, told: dict[str, Any]) -> Iterator[str]:
    output: bytes = told["output"]
    if verb == "submit" and output.decode() != f"{told['name']}\n":
        yield f"printed {output!r}"
    if verb == "stdin" and output != INPUT.encode():
        if not INPUT.encode().startswith(output):
            yield f"read {len(output)} bytes that are not the beginning of what was sent"
        if "standard input may not have come whole" not in told["diagnosis"]:
            yield f"read {len(output)} bytes of {len(INPUT)}, and nobody was told"
    if verb in CONTROLS and output.split() != [b"%d" % number for number in range(output.count(b"\n"))]:
        yield f"printed {output!r}"


# --- trials


def rehearse(way: Way, verb: str) -> Verb:
    """How a verb goes where nobody is killed before it is through."""
    with _running(launcher.be_killed, Order(way, verb, f"{verb}-whole")) as (process, told):
        told.recv()
        begun = time.monotonic()
        steps = told.recv()
        took_s = time.monotonic() - begun
        process.kill()
    return Verb(steps, took_s)


def carry_out(way: Way, crashes: Iterable[Crash], *, at_once: int, later_s: float) -> Ledger:
    """Kill a launcher in each way, and let another one come after it."""
    ledger = Ledger()

    def carry_out_one(numbered: tuple[int, Crash]) -> None:
        number, crash = numbered
        name = f"{crash.verb}-{number}"
        try:
            was_reached = _kill(Order(way, crash.verb, name, crash.step), crash.after_s)
            told = _ask(launcher.take_over, Order(way, crash.verb, name, later_s=later_s))
            _look_at_objects(way, name, told)
        except Exception as error:  # noqa: BLE001 -- it is one line of the ledger, and the others go on
            ledger.fail(crash, error)
        else:
            ledger.note(crash, {**told, "name": name}, was_reached=was_reached)

    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(carry_out_one, enumerate(crashes)))
    return ledger


def take_stock(way: Way, ledger: Ledger, others: int) -> None:
    """Compare the ledger with what a further launcher says of all jobs, and with what is in the cluster."""
    told = _ask(launcher.list_jobs, Order(way, "submit", ""))
    differing = {job_id: end for job_id, end in ledger.ends.items() if told.get(job_id) != end}
    assert not differing, differing
    assert len(told) == len(ledger.ends) + others


def _kill(order: Order, after_s: float | None) -> bool:
    """Start a launcher and let it be killed; whether that was before it was through."""
    with _running(launcher.be_killed, order) as (process, told):
        told.recv()
        if after_s is not None:
            time.sleep(after_s)
            process.kill()
        was_through = _says_more(told)
        process.kill()
    assert process.exitcode == -signal.SIGKILL, f"the launcher ended with {process.exitcode}"
    return not was_through


def _says_more(told: Connection) -> bool:
    """Whether a process has something to say before it ends."""
    if not told.poll(PATIENCE_S):
        raise TimeoutError("the launcher neither goes on nor ends")
    try:
        told.recv()
    except EOFError:
        return False
    return True


def _look_at_objects(way: Way, name: str, told: dict[str, Any]) -> None:
    job = way.job(name)
    assert job is not None, "its Job is gone"
    job_id, uid = job["metadata"]["name"], job["metadata"]["uid"]
    assert job_id == told["id"], f"it is {job_id}, and was told to be {told['id']}"
    owned = [
        each["metadata"]["name"]
        for each in way.services()
        if uid in [owner["uid"] for owner in each["metadata"].get("ownerReferences", ())]
    ]
    assert owned == ([job_id] if name.startswith("submit") else []), f"its Services are {owned}"
    final = annotation_of(job, FINAL_ANNOTATION)
    assert final.get("status") == told["state"], f"recorded is {final}"
    assert final.get("exitCode") == told["exit code"], f"recorded is {final}"


def _ask(target: Callable[[Order, Connection], None], order: Order) -> Any:
    with _running(target, order) as (_, told):
        return told.recv()


@contextmanager
def _running(target: Callable[[Order, Connection], None], order: Order) -> Iterator[tuple[Any, Connection]]:
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=target, args=(order, there))
    with _STARTING_OR_ENDING:
        process.start()
    there.close()
    try:
        yield process, here
        _says_more(here)  # until it has ended
    finally:
        with _STARTING_OR_ENDING:
            process.kill()
            process.join()
        here.close()
