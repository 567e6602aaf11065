from __future__ import annotations

import pytest

from launcher_k8s.host.effects import HostEffects
from launcher_k8s.templates.govalues.values import GoError


def test_all_commands_run_by_default() -> None:
    assert HostEffects().run_command(["echo", "x"]).stdout == "x\n"


def test_a_command_that_is_not_allowed_is_refused_with_those_that_are() -> None:
    effects = HostEffects(commands=frozenset({"id", "echo"}))
    assert effects.run_command(["echo", "x"]).exit_code == 0
    with pytest.raises(GoError, match=r"^running sh is not allowed; allowed commands: echo, id$"):
        effects.run_command(["sh"])


def test_the_strict_preset_runs_nothing_and_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPLATE_SECRET", "s3cret")
    effects = HostEffects.strict()
    assert effects.environment("TEMPLATE_SECRET") == ""
    with pytest.raises(GoError, match="allowed commands: none"):
        effects.run_command(["echo"])
    with pytest.raises(GoError, match="resolving the name localhost is not allowed"):
        effects.addresses_of("localhost")


def test_the_strict_preset_runs_the_commands_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPLATE_SECRET", "s3cret")
    effects = HostEffects.strict(commands=["sh"])
    assert effects.run_command(["sh", "-c", "echo [$TEMPLATE_SECRET]"]).stdout == "[]\n"


def test_a_template_reads_the_environment() -> None:
    effects = HostEffects(variables={"A": "b"})
    assert (effects.environment("A"), effects.environment("B")) == ("b", "")


def test_a_user_whom_nobody_knows_is_a_failure() -> None:
    effects = HostEffects(groups={"ann": ("staff",), "eve": ()}.__getitem__)
    assert effects.groups_of("ann") == ("staff",)
    with pytest.raises(GoError, match=r"^exit status 1$"):
        effects.groups_of("eve")


def test_a_name_has_its_addresses() -> None:
    assert HostEffects().addresses_of("127.0.0.1") == ("127.0.0.1",)


def test_the_time_has_a_zone_and_random_bytes_their_number() -> None:
    effects = HostEffects()
    assert effects.now().tzinfo is not None
    assert len(effects.random_bytes(12)) == 12
