from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from launcher_k8s.backend.planning import MOST_AT_ONCE, MOST_USERS, Planner
from launcher_k8s.errors import BackendClosedError
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan
from launcher_k8s.settings import ClusterSettings, ProfileSection
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE, default_templates
from launcher_k8s.templates.effects import CommandResult
from tests.unasked_effects import UnaskedEffects

JOB = Job.shell("x", name="x", image="r:4")
COST = '      annotations:\n        cost: {{ exec "cost" | toString | quote }}\n        {{- range'
TEMPLATES = {JOB_FILE: default_templates()[JOB_FILE].replace("      annotations:\n        {{- range", COST)}
SETTINGS = ClusterSettings(
    api_url="https://k8s.example.org", auth_token="t", use_templating=True, templates=TEMPLATES
)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@attrs.define
class Slow(UnaskedEffects):
    """Effects whose commands wait until they are let go."""

    go_on: threading.Event = attrs.field(factory=threading.Event)
    running: list[str] = attrs.field(factory=list)
    full: threading.Event = attrs.field(factory=threading.Event)

    def run_command(self, argv: Sequence[str]) -> CommandResult:
        self.running.append(threading.current_thread().name)
        if len(self.running) == MOST_AT_ONCE:
            self.full.set()
        assert self.go_on.wait(10)
        return CommandResult(0, "", "4711", "")


async def full_of_waiting(planner: Planner, effects: Slow) -> list[asyncio.Task[JobPlan]]:
    """One plan more than there are threads, each waiting for a command."""
    waiting = [
        asyncio.create_task(planner.plan(JOB, SETTINGS, user="me", groups=()))
        for _ in range(MOST_AT_ONCE + 1)
    ]
    assert await asyncio.to_thread(effects.full.wait, 10)
    return waiting


@pytest.mark.parametrize(
    "change", [{"use_templating": False}, {"templates": {}}, {"templates": default_templates()}]
)
async def test_commands_that_wait_let_jobs_go_on_whose_templates_run_none(change: dict[str, Any]) -> None:
    effects = Slow()
    planner = Planner(effects)
    waiting = await full_of_waiting(planner, effects)
    plan = await planner.plan(JOB, attrs.evolve(SETTINGS, **change), user="me", groups=())
    assert (plan.user, len(effects.running)) == ("me", MOST_AT_ONCE)
    effects.go_on.set()
    plans = await asyncio.gather(*waiting)
    notes = [plan.manifest["spec"]["template"]["metadata"]["annotations"]["cost"] for plan in plans]
    assert notes == ["4711"] * (MOST_AT_ONCE + 1)
    planner.leave()


IMAGES = attrs.evolve(
    SETTINGS,
    use_templating=False,
    profiles=(
        ProfileSection.everyone(default_container_image="r:4"),
        ProfileSection.group("lab", default_container_image="r:5"),
        ProfileSection.user("jane", default_container_image="r:6"),
    ),
)


async def test_everybody_is_planned_for_as_the_settings_and_their_groups_say_now() -> None:
    planner = Planner(None)

    async def image(user: str, *groups: str, settings: ClusterSettings = IMAGES) -> str:
        plan = await planner.plan(Job.shell("x"), settings, user=user, groups=groups)
        assert plan.user == user
        return plan.job.container.image

    asked = [("me", ()), ("me", ("lab",)), ("jane", ("lab",)), ("joe", ("lab",)), ("me", ())]
    assert [await image(user, *groups) for user, groups in asked] == ["r:4", "r:5", "r:6", "r:5", "r:4"]
    changed = attrs.evolve(IMAGES, profiles=(ProfileSection.everyone(default_container_image="r:7"),))
    assert [await image("me", settings=settings) for settings in (changed, IMAGES)] == ["r:7", "r:4"]


async def test_only_so_many_users_are_remembered() -> None:
    planner = Planner(None)
    for number in range(MOST_USERS + 2):
        plan = await planner.plan(JOB, IMAGES, user=f"user-{number}", groups=())
        assert plan.user == f"user-{number}"
    assert len(planner._terms) <= MOST_USERS


async def test_settings_that_were_replaced_are_not_kept() -> None:
    planner = Planner(None)
    older = attrs.evolve(IMAGES)
    seen = weakref.ref(older)
    await planner.plan(JOB, older, user="me", groups=())
    await planner.plan(JOB, IMAGES, user="another", groups=())
    del older
    gc.collect()
    assert seen() is None


async def test_leaving_waits_for_no_command_and_says_so_to_who_does() -> None:
    effects = Slow()
    planner = Planner(effects)
    waiting = await full_of_waiting(planner, effects)
    planner.leave()
    for ended in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(ended, BackendClosedError)
    effects.go_on.set()


async def test_a_caller_that_is_cancelled_is_told_of_that() -> None:
    effects = Slow()
    planner = Planner(effects)
    caller, *others = await full_of_waiting(planner, effects)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    effects.go_on.set()
    await asyncio.gather(*others)
    planner.leave()


async def test_absent_templates_are_written_on_entering(tmp_path: Path) -> None:
    settings = attrs.evolve(SETTINGS, scratch_path=str(tmp_path), directory="/etc/rstudio", templates={})
    planner = Planner(None)
    await planner.enter(settings)
    assert names_in(tmp_path) == [JOB_FILE, SERVICE_FILE]


@pytest.mark.parametrize("change", [{"use_templating": False}, {"directory": None}])
async def test_nothing_is_written_where_templating_is_off_or_code_has_set_it(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    settings = attrs.evolve(SETTINGS, scratch_path=str(tmp_path), directory="/etc/rstudio")
    await Planner(None).enter(attrs.evolve(settings, **change))
    assert names_in(tmp_path) == []


async def test_that_nothing_can_be_written_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    scratch = str(tmp_path / "file" / "scratch")
    await Planner(None).enter(attrs.evolve(SETTINGS, scratch_path=scratch, directory="/etc/rstudio"))
    assert "the library's own templates are used" in caplog.text
