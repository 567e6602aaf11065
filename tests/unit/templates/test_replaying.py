from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import pytest

from launcher_k8s.templates.effects import CommandResult
from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.replaying import Replay


@attrs.define
class Counting:
    """Answers each question with how many were asked."""

    asked: int = 0

    def _next(self) -> int:
        self.asked += 1
        return self.asked

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        return CommandResult(0, "", f"{self._next()} {' '.join(argv)}\n", "")

    def groups_of(self, user: str) -> Sequence[str]:
        return [f"{user}{self._next()}"]

    def environment(self, name: str) -> str:
        return f"{name}{self._next()}"

    def addresses_of(self, host: str) -> Sequence[str]:
        return [f"{host}{self._next()}"]

    def now(self) -> datetime:
        return datetime(2026, 1, self._next(), tzinfo=UTC)

    def random_bytes(self, count: int) -> bytes:
        return bytes([self._next()]) * count


def test_the_same_questions_get_the_same_answers_in_order() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        first = [replay.random_bytes(1), replay.random_bytes(1), replay.environment("A"), replay.now()]
    with replay.replaying():
        assert [
            replay.random_bytes(1),
            replay.random_bytes(1),
            replay.environment("A"),
            replay.now(),
        ] == first


def test_every_second_render_gets_all_answers() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        first = replay.addresses_of("db")
    for _ in range(2):
        with replay.replaying():
            assert replay.addresses_of("db") == first


def test_nothing_is_asked_of_the_host_anew() -> None:
    effects = Counting()
    replay = Replay(effects)
    with replay.recording({}):
        pass
    with replay.replaying(), pytest.raises(GoError, match="nothing new may be asked"):
        replay.now()
    assert effects.asked == 0


def test_a_question_in_other_words_gets_the_answer_to_the_first_of_its_kind() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        replay.environment("A")
        replay.environment("B")
    with replay.replaying():
        assert [replay.environment("B"), replay.environment("X")] == ["B2", "A1"]


def test_what_a_command_repeats_of_its_arguments_is_the_other_render_s() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        replay.run_command(["echo", "a: b", ""])
    with replay.replaying():
        assert replay.run_command(["echo", "ax b", "more"]).stdout == "1 echo ax b \n"


def test_groups_that_are_known_are_asked_of_nobody() -> None:
    effects = Counting()
    replay = Replay(effects)
    with replay.recording({"a:": ["x"]}):
        assert replay.groups_of("a:") == ["x"]
    with replay.replaying():
        assert replay.groups_of("ax") == ["x"]
    assert effects.asked == 0


def test_without_a_recording_everything_is_passed_on() -> None:
    effects = Counting()
    Replay(effects).random_bytes(2)
    assert effects.asked == 1


def test_a_warning_is_kept_once() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        replay.warn("old")
        replay.warn("old")
    assert replay.warnings == ("old",)


def test_warnings_are_those_of_the_last_recording() -> None:
    replay = Replay(Counting())
    with replay.recording({}):
        replay.warn("old")
    with replay.recording({}):
        assert replay.warnings == ()
