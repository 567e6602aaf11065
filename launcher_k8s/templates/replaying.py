"""Effects that remember their answers, so that a job can be rendered again without asking the host.

The job may have other texts then, and ask with them: what it is answered is what the first render was, in the
same order, with the new texts where the answer repeats those that were asked with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import attrs

from launcher_k8s.templates.effects import CommandResult, Effects
from launcher_k8s.templates.govalues.values import GoError

T = TypeVar("T")


class _Answer(NamedTuple):
    """What was asked, and answered."""

    arguments: tuple[Any, ...]
    answer: Any


@attrs.define
class _Answers:
    """What was answered in one render, by the kind of question; and what a second one has not taken yet."""

    groups: Mapping[str, Sequence[str]]
    given: dict[str, list[_Answer]] = attrs.field(factory=dict)
    left: dict[str, list[_Answer]] | None = None
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
        answers.left = {name: list(given) for name, given in answers.given.items()}
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
        return self._ask(self._groups_of, user)

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

    def _groups_of(self, user: str) -> Sequence[str]:
        answers = self._answers.get()
        known = answers.groups.get(user) if answers is not None else None
        return self._effects.groups_of(user) if known is None else known

    def _ask(self, act: Callable[..., T], *arguments: Any) -> T:
        answers = self._answers.get()
        if answers is None:
            return act(*arguments)
        if answers.left is not None:
            again: T = _take(answers.left.get(act.__name__, []), arguments)
            return again
        answer = act(*arguments)
        answers.given.setdefault(act.__name__, []).append(_Answer(arguments, answer))
        return answer


def _take(left: list[_Answer], arguments: tuple[Any, ...]) -> Any:
    """The answer to the same question, or to the first of its kind that is left."""
    if not left:
        raise GoError("nothing new may be asked in a second render")
    same = (index for index, given in enumerate(left) if given.arguments == arguments)
    asked, answer = left.pop(next(same, 0))
    return _repeated(answer, asked[0], arguments[0]) if isinstance(answer, CommandResult) else answer


def _repeated(result: CommandResult, argv: Sequence[str], other: Sequence[str]) -> CommandResult:
    """What a command would have printed had it been given other arguments, as far as it printed those."""
    stdout, stderr = result.stdout, result.stderr
    for before, after in zip(argv, other, strict=False):
        if before and before != after:
            stdout, stderr = stdout.replace(before, after), stderr.replace(before, after)
    return attrs.evolve(result, stdout=stdout, stderr=stderr)
