"""``launcher-k8s demo``: a job from configuration to end, on a cluster that the command brings along."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from launcher_k8s.backend.facade import JobBackend
from launcher_k8s.cli import sample
from launcher_k8s.cli.common import groups_of, job_options, load_cluster
from launcher_k8s.cli.following import follow, submit
from launcher_k8s.cli.local import local_cluster, untold_of
from launcher_k8s.cli.story import JsonStory, Scene, Story, TextStory
from launcher_k8s.job import JobOptions
from launcher_k8s.status import JobState, JobStatus

FAILED = 1
_NAME = "launcher-k8s"


def demo(arguments: argparse.Namespace) -> int:
    """Run the sample's job under the sample's configuration or another; 0 where it finished with 0."""
    scene = _set_scene(arguments)
    story = JsonStory() if arguments.json else TextStory(scene, program=_program())
    status = asyncio.run(_play(scene, story))
    return 0 if status.state is JobState.FINISHED and status.exit_code == 0 else FAILED


def _program() -> str:
    """How this command was called: without its environment being active its name alone may not find it."""
    return sys.argv[0] if Path(sys.argv[0]).name == _NAME else _NAME


def _set_scene(arguments: argparse.Namespace) -> Scene:
    is_sample = arguments.config is None
    directory = sample.DIRECTORY if is_sample else arguments.config
    settings = load_cluster(directory, name=arguments.cluster, untold=untold_of(directory))
    user = arguments.user or sample.USER
    groups = sample.GROUPS if is_sample and arguments.groups is None else groups_of(arguments, user=user)
    options = job_options(arguments) or (_sample_options() if is_sample else {})
    return Scene(directory, settings, user, groups, sample.make_job(options))


def _sample_options() -> JobOptions:
    return {"resource_profile": sample.RESOURCE_PROFILE}


async def _play(scene: Scene, story: Story) -> JobStatus:
    story.begin(scene)
    async with (
        local_cluster(scene.settings) as settings,
        JobBackend(settings, groups=lambda _: scene.groups) as backend,
    ):
        submitted = await submit(backend, scene.job, user=scene.user)
        story.decide(submitted.plan)
        status = await follow(backend, submitted.id, story)
    story.end(status)
    return status
