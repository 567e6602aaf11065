"""Random requests to real Go and to our engine, each in a process of its own, and what they differ in."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from tests.differential.cases import request
from tests.differential.census import Census
from tests.differential.program import build, running

OURS: Final = (sys.executable, "-m", "tests.differential")
_KEY_OR_CERTIFICATE: Final = re.compile(r"(-----BEGIN [A-Z ]+-----).*?-----END", re.DOTALL)
PROGRESS: Final = 1_000
"""After how many requests a campaign tells how far it is."""


@attrs.frozen
class Difference:
    """A request that the two do not answer alike."""

    request: dict[str, Any]
    go: dict[str, Any]
    ours: dict[str, Any]

    def __str__(self) -> str:
        asked = {key: value for key, value in self.request.items() if key not in {"id", "exec", "groups"}}
        go, ours = _comparable(self.go), _comparable(self.ours)
        keys = [key for key in go | ours if go.get(key) != ours.get(key)]
        lines = [f"request {self.request['id']}: {json.dumps(asked, ensure_ascii=False)}"]
        lines += [f"  {key}: Go {self.go.get(key)!r}\n  {key}: we {self.ours.get(key)!r}" for key in keys]
        return "\n".join(lines)


@attrs.define
class Campaign:
    """What a campaign found."""

    seed: int
    census: Census = attrs.field(factory=Census)
    differences: list[Difference] = attrs.field(factory=list)

    def report(self) -> str:
        """The counts of all."""
        return f"{self.census.report()}\n{self.progress()}"

    def progress(self) -> str:
        """How far it is, in one line."""
        return f"{self.census.requests} requests, {len(self.differences)} differences (seed {self.seed})"


def compare(seed: int, numbers: Iterable[int], *, verbose: bool = False) -> Campaign:
    """Send the requests of a seed to both, and print each difference as it is found.

    Args:
        seed: Which sequence of requests.
        numbers: Which of it.
        verbose: Print each request and both answers.

    Raises:
        UnavailableError: real Go is not here.
    """
    campaign = Campaign(seed)
    with running(str(build())) as go, running(*OURS) as ours:
        for number in numbers:
            asked = request(seed, number)
            theirs, mine = go.ask(asked), ours.ask(asked)
            campaign.census.count(asked, theirs)
            if _comparable(theirs) != _comparable(mine):
                campaign.differences.append(Difference(asked, theirs, mine))
                print(campaign.differences[-1], flush=True)
            if campaign.census.requests % PROGRESS == 0:
                print(campaign.progress(), flush=True)
            if verbose:
                print(asked["template"], *asked["templates"].values(), theirs, mine, sep="\n--\n")
    return campaign


def _comparable(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without what is random: a template may print the keys that it makes."""
    return {
        key: _KEY_OR_CERTIFICATE.sub(r"\1", value) if isinstance(value, str) else value
        for key, value in answer.items()
    }
