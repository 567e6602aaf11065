"""Overrides of what the Launcher's jobs rely on, as far as it is wrong for every job.

The table of the Launcher's shape says what must stand where (domain, section 4). Of several overrides that
set a place the last one counts, as when they are applied. What depends on the job is told in its plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from launcher_k8s import pointer
from launcher_k8s.config.checks.overrides import FIELD
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.sources import Sources
from launcher_k8s.settings import ClusterSettings, Override
from launcher_k8s.shape.fact import Fact, format_path, look
from launcher_k8s.shape.table import JOB_FACTS
from launcher_k8s.wording import enumerate_words, quote


def _facts_by_place() -> Mapping[tuple[str, ...], tuple[Fact, ...]]:
    """The facts that setting a value at a place decides: those of the place and of all below it."""
    places: dict[tuple[str, ...], list[Fact]] = {}
    for fact in JOB_FACTS:
        tokens = tuple(map(str, fact.path))
        for depth in range(1, len(tokens) + 1):
            places.setdefault(tokens[:depth], []).append(fact)
    return MappingProxyType({place: tuple(facts) for place, facts in places.items()})


_FACTS = _facts_by_place()


def check_contract(cluster: ClusterSettings, sources: Sources, findings: Findings) -> None:
    """Report each override that breaks something; with templating on they are ignored."""
    sections = () if cluster.use_templating else cluster.profiles
    for overrides in (section.values[FIELD].value for section in sections if FIELD in section.values):
        for override, broken in _broken(overrides):
            _report(override, broken, sources, findings)


def _report(override: Override, broken: Mapping[Fact, str], sources: Sources, findings: Findings) -> None:
    first = sorted(broken, key=lambda fact: fact.identifies is None)
    listed = enumerate_words(first, show=lambda fact: f"{format_path(fact.path)} {broken[fact]} ({fact.why})")
    message = f"the override {quote(override.pointer)} departs from what jobs rely on: {listed}"
    is_refused = first[0].identifies is not None
    hint = "no job could be submitted with it" if is_refused else "leave it out, or set less by it"
    where = sources.at(override.origin, override.pointer)
    findings.report("overridden-contract", where, message, hint)


def _broken(overrides: Sequence[Override]) -> Iterator[tuple[Override, Mapping[Fact, str]]]:
    """The overrides that break something, each with the facts and what is wrong with them."""
    decided: dict[Fact, tuple[int, str]] = {}
    for number, override in enumerate(overrides):
        tokens = pointer.parse(override.pointer)
        for fact in _FACTS.get(tokens, ()):
            found = look(override.value, fact.path[len(tokens) :])
            decided[fact] = number, fact.problem(found)
    broken: dict[int, dict[Fact, str]] = {}
    for fact, (number, problem) in decided.items():
        if problem:
            broken.setdefault(number, {})[fact] = problem
    for number, problems in sorted(broken.items()):
        yield overrides[number], problems
