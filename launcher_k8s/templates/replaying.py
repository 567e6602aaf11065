"""Effects that remember their answers, so that a job can be rendered again without asking the host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar

import attrs

from launcher_k8s.templates.effects import CommandResult, Effects
from launcher_k8s.templates.govalues.values import GoError

T = TypeVar("T")


@attrs.define
class _Answers:
    """What was answered in one render, in order; and how much of it a second one has taken."""

    groups: Mapping[str, Sequence[str]]
    given: dict[tuple[Any, ...], list[Any]] = attrs.field(factory=dict)
    taken: Counter[tuple[Any, ...]] | None = None
    warnings: dict[str, None] = attrs.field(factory=dict)


class Replay:
    """Passes on what is asked; remembers it while recording, and refuses what is new while replaying.

    Args:
        effects: Who answers.
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        # Renders go on at the same time, in threads.
        self._answers: ContextVar[_Answers | None] = ContextVar("answers", default=None)

    @contextmanager
    def recording(self, groups: Mapping[str, Sequence[str]]) -> Iterator[None]:
        """Remember all answers, for a replay that follows in the same context.

        Args:
            groups: The groups of users that are known already.
        """
        self._answers.set(_Answers(groups))
        yield

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Give the answers that are remembered, and no others."""
        answers = self._answers.get()
        assert answers is not None  # recorded before
        answers.taken = Counter()
        yield

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was said to the template's author in what is recorded."""
        answers = self._answers.get()
        return tuple(answers.warnings) if answers is not None else ()

    def warn(self, message: str) -> None:
        """Take a warning for the template's author."""
        answers = self._answers.get()
        if answers is not None:
            answers.warnings[message] = None

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        """Run a command."""
        return self._ask(self._effects.run_command, tuple(argv))

    def groups_of(self, user: str) -> Sequence[str]:
        """A user's groups."""
        answers = self._answers.get()
        if answers is not None and user in answers.groups:
            return answers.groups[user]
        return self._ask(self._effects.groups_of, user)

    def environment(self, name: str) -> str:
        """An environment variable."""
        return self._ask(self._effects.environment, name)

    def addresses_of(self, host: str) -> Sequence[str]:
        """A host name's addresses."""
        return self._ask(self._effects.addresses_of, host)

    def now(self) -> datetime:
        """The time."""
        return self._ask(self._effects.now)

    def random_bytes(self, count: int) -> bytes:
        """Random bytes."""
        return self._ask(self._effects.random_bytes, count)

    def _ask(self, act: Callable[..., T], *arguments: Any) -> T:
        answers = self._answers.get()
        if answers is None:
            return act(*arguments)
        question = (act.__name__, *arguments)
        given = answers.given.setdefault(question, [])
        if answers.taken is None:
            given.append(act(*arguments))
            answer: T = given[-1]
            return answer
        if answers.taken[question] == len(given):
            raise GoError("nothing new may be asked in a second render")
        answers.taken[question] += 1
        again: T = given[answers.taken[question] - 1]
        return again
