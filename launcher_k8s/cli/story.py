"""How the demo is told: for people on standard output as it happens, or as one JSON object a line."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Protocol

import attrs

from launcher_k8s.cause import Diagnosis
from launcher_k8s.cli.common import print_json, show
from launcher_k8s.cli.following import JsonNarrator, Narrator, PlainNarrator, sentences
from launcher_k8s.cli.local import NOTICE, default_directory, replaced
from launcher_k8s.job import Job
from launcher_k8s.plan import JobPlan
from launcher_k8s.present import Table, decisions_table
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobStatus


@attrs.frozen
class Scene:
    """Whose job runs, and under which configuration.

    Args:
        directory: The configuration's.
        settings: What it says.
        user: Whose job it is.
        groups: The user's.
        job: What runs.
    """

    directory: str
    settings: ClusterSettings
    user: str
    groups: tuple[str, ...]
    job: Job


class Story(Narrator, Protocol):
    """How the demo is told."""

    def begin(self, scene: Scene) -> None:
        """Whose job it is, and what must be known of the cluster."""

    def decide(self, plan: JobPlan) -> None:
        """What was decided for the job, which is submitted."""

    def end(self, status: JobStatus) -> None:
        """How it ended."""


class JsonStory(JsonNarrator):
    """One JSON object a line."""

    def begin(self, scene: Scene) -> None:
        """What there is before anything is decided."""
        print_json(
            {
                "notice": NOTICE,
                "config": scene.directory,
                "replaced": list(replaced(scene.settings)),
                "user": scene.user,
                "groups": scene.groups,
                "job": scene.job,
            }
        )

    def decide(self, plan: JobPlan) -> None:
        """Every decision with its origin."""
        print_json({"jobId": plan.job_id, "decisions": decisions_table(plan.decisions).records()})

    def end(self, status: JobStatus) -> None:
        """The exit code."""
        print_json({"exitCode": status.exit_code})


class TextStory(PlainNarrator):
    """Everything on standard output; the configuration's files go by their names alone.

    Args:
        scene: Whose job it is; its directory is told once.
        program: What to type to have this command.
    """

    def __init__(self, scene: Scene, *, program: str) -> None:
        super().__init__()
        self._prefix = scene.directory.rstrip("/") + "/"
        self._next = shlex.join([program, *_words_of(scene)])

    def begin(self, scene: Scene) -> None:
        """What there is before anything is decided."""
        show("A demonstration, on a cluster that lives in this command and ends with it.\n")
        show(f"configuration  {scene.directory}")
        for place in replaced(scene.settings):
            show(f"               {self._shorten(place)} is without effect here")
        show(f"user           {scene.user}{', in ' if scene.groups else ''}{', '.join(scene.groups)}")
        show(f"job            {scene.job.name}; {NOTICE}\n")

    def decide(self, plan: JobPlan) -> None:
        """Every decision with its origin."""
        decisions = decisions_table(plan.decisions, title="What the job gets, and where that is said")
        show(f"{self._shorten(_without_reasons(decisions).text())}\n\nSubmitted as {plan.job_id}:")

    def status(self, status: JobStatus, diagnosis: Diagnosis | None) -> None:
        """One line, with the time at which it is told; below it why, and what to do."""
        show(f"{datetime.now().astimezone():%H:%M:%S.%f}"[:-3] + f"  {status.description}")
        for sentence in sentences(diagnosis) if diagnosis else ():
            show(f"              {sentence}")

    def end(self, status: JobStatus) -> None:
        """How it ended, and what to try next."""
        show(f"\nJob {status.id}: {status.description}; {_times(status)}. It is gone, and so is the cluster.")
        show(f"Try one of your own:  {self._next}")

    def _shorten(self, text: str) -> str:
        return text.replace(self._prefix, "")


def _words_of(scene: Scene) -> list[str]:
    """What runs another command in the same scene."""
    config = [] if scene.directory == default_directory() else ["--config", scene.directory]
    groups = [word for group in scene.groups for word in ("--group", group)]
    return ["run", "--local", *config, "--user", scene.user, *groups, "--", "echo", "hello"]


def _without_reasons(decisions: Table) -> Table:
    return Table(decisions.title, decisions.columns[:-1], tuple(row[:-1] for row in decisions.rows))


def _times(status: JobStatus) -> str:
    named = {
        "submitted": status.submission_time,
        "started": status.start_time,
        "ended": status.end_time,
    }
    return ", ".join(f"{what} {when.astimezone():%H:%M:%S}" for what, when in named.items() if when)
