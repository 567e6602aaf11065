"""Many inputs, each made from a seed and its number alone; what was hit is counted."""

from __future__ import annotations

import functools
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

import attrs

from launcher_k8s.codes import CODES, SCHEMA_CODES
from launcher_k8s.diagnostics import Diagnostic
from tests.fuzz.corpus import valid_drafts
from tests.fuzz.draft import Draft, kind_of
from tests.fuzz.entries import mutate_entries
from tests.fuzz.judge import HangError, hangs_told, judge
from tests.fuzz.surroundings import mutate_surroundings
from tests.fuzz.texts import mutate_text

CHUNK = 5_000
_SEEDS = 1 << 32


@attrs.define
class Tally:
    """What inputs hit: the number of inputs by code, by severity, and by code and kind of file."""

    inputs: int = 0
    characters: int = 0
    valid: int = 0
    clean: int = 0
    cpu_s: float = 0.0
    codes: Counter[str] = attrs.field(factory=Counter)
    severities: Counter[str] = attrs.field(factory=Counter)
    places: Counter[tuple[str, str]] = attrs.field(factory=Counter)

    def count(self, draft: Draft, diagnostics: Sequence[Diagnostic]) -> None:
        """Count one input."""
        severities = {diagnostic.severity.value for diagnostic in diagnostics}
        self.inputs += 1
        self.characters += draft.size
        self.valid += "error" not in severities
        self.clean += not diagnostics
        self.severities.update(severities)
        self.codes.update({diagnostic.code for diagnostic in diagnostics})
        self.places.update(
            {(diagnostic.code, kind_of(diagnostic.location.file)) for diagnostic in diagnostics}
        )

    def add(self, other: Tally) -> None:
        """Count what another has counted."""
        for field in attrs.fields(Tally):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def never_hit(self) -> list[str]:
        """The codes of the readers that no input provoked."""
        return [code for code in CODES if code not in SCHEMA_CODES and not self.codes[code]]


class InputError(Exception):
    """An input that a reader did not stand: how it is made again, and what happened."""


def make_input(seed: int, number: int) -> Draft:
    """The input with a number, from 0."""
    random = Random(seed * _SEEDS + number)
    draft = random.choice(_drafts(seed)).copy()
    while True:
        random.choices(_KINDS, _WEIGHTS)[0](draft, random)
        if random.random() < 0.5 or not draft.texts():
            return draft


def run(
    inputs: int, *, seed: int, processes: int = 1, told: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Judge that many inputs.

    Args:
        inputs: How many, from number 0.
        seed: What all of them follow from.
        processes: How many processes share them; 1 is this one.
        told: Given the tally after each chunk of inputs.

    Raises:
        InputError: An input was not stood.
    """
    tally = Tally()
    chunks = [range(begin, min(begin + CHUNK, inputs)) for begin in range(0, inputs, CHUNK)]
    for part in _run_chunks(functools.partial(run_chunk, seed), chunks, processes):
        tally.add(part)
        told(tally)
    return tally


def _run_chunks(call: Callable[[range], Tally], chunks: Sequence[range], processes: int) -> Iterable[Tally]:
    if processes == 1:
        yield from map(call, chunks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(call, chunks)


def run_chunk(seed: int, numbers: range) -> Tally:
    """Judge the inputs with these numbers."""
    tally, begun = Tally(), time.process_time()
    for number in numbers:
        draft = make_input(seed, number)
        try:
            with hangs_told():
                diagnostics = judge(draft)
        except (Exception, HangError) as error:  # noqa: BLE001 - any at all is what is searched for
            how = f"python -m tests.fuzz --seed {seed} --only {number}"
            raise InputError(f"{how}\n{''.join(traceback.format_exception(error))}") from None
        tally.count(draft, diagnostics)
    tally.cpu_s = time.process_time() - begun
    return tally


@functools.lru_cache(maxsize=1)
def _drafts(seed: int) -> list[Draft]:
    return valid_drafts(seed)


def _mutate_characters(draft: Draft, random: Random) -> None:
    path = random.choice(draft.texts())
    text = draft.files[path]
    assert isinstance(text, str)
    draft.files[path] = mutate_text(text, random)


_KINDS = (_mutate_characters, mutate_entries, mutate_surroundings)
_WEIGHTS = (0.4, 0.45, 0.15)


def default_processes() -> int:
    """A process for each core."""
    return os.cpu_count() or 1
