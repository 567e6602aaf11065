"""The lives that the jobs of a soak lead: what each asks for, what is done to it, what must be told of it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import attrs

from launcher_k8s import Job, JobState, Operation, ProfileSection
from launcher_k8s.settings import Override
from tests.cluster.fakes import RUNS, FakeNodes

PREPARING_S = 3  # a node with much to do tells of a container after seconds

_ENDS = (JobState.PENDING, JobState.RUNNING, JobState.FINISHED)
_SUSPENDED = (JobState.PENDING, JobState.RUNNING, JobState.SUSPENDED, JobState.RUNNING, JobState.FINISHED)
_LONG = "sleep 1000"
_SIGNALLED = (143, 137)


class Where(Enum):
    """Whose jobs go where: a user's profile decides."""

    FAKE = "fake"  # ends as soon as it runs
    FAKE_FOR_SECONDS = "slow-fake"
    REAL = "real"
    REAL_LATER = "late-real"  # after another container, for which its node needs no API server
    NOWHERE = "nowhere"  # no node has what it asks for


@attrs.frozen
class Life:
    """What becomes of a job.

    Args:
        where: On which nodes it runs.
        script: What it does; a fake one does nothing.
        states: Those that must be told of it, in this order.
        exit_codes: Those it may end with; none of them a number if it never ran. Where the API server is away
            when a job is to be signalled, its node ends it, and by another signal.
        operations: What is done to it, each once the state is told that stands before it.
    """

    where: Where
    script: str
    states: tuple[JobState, ...]
    exit_codes: tuple[int | None, ...]
    operations: tuple[tuple[JobState, Operation], ...] = ()

    def job(self, number: int) -> Job:
        """What is submitted, for a user of the same name as its place."""
        return Job.shell(self.script, name=f"soak {number}")


FAKES = (
    Life(Where.FAKE, "true", _ENDS, (0,)),
    Life(Where.FAKE_FOR_SECONDS, "true", _ENDS, (0,)),
    Life(Where.NOWHERE, "true", (JobState.PENDING, JobState.CANCELED), (None,),
         ((JobState.PENDING, Operation.CANCEL),)),
)  # fmt: skip
REALS = (
    Life(Where.REAL_LATER, "exit 4", _ENDS, (4,)),
    Life(Where.REAL, "sleep 3; exit 7", _ENDS, (7,)),
    Life(Where.REAL, _LONG, _ENDS, _SIGNALLED, ((JobState.RUNNING, Operation.STOP),)),
    Life(Where.REAL, _LONG, (*_ENDS[:2], JobState.KILLED), _SIGNALLED, ((JobState.RUNNING, Operation.KILL),)),
    Life(Where.REAL, _LONG, _SUSPENDED, _SIGNALLED,
         ((JobState.RUNNING, Operation.SUSPEND), (JobState.SUSPENDED, Operation.RESUME),
          (JobState.RUNNING, Operation.STOP))),
)  # fmt: skip


def profiles(image: str, nodes: FakeNodes) -> tuple[ProfileSection, ...]:
    """A profile for each place."""
    seconds = {f"/spec/template/metadata/annotations/{RUNS.replace('/', '~1')}": "3s"}
    nowhere = {"/spec/template/spec/nodeSelector": {"soak.test/nowhere": "true"}}
    # Setting up a network for each would take longer than all the rest.
    real = {"/spec/template/spec/hostNetwork": True}
    before = {"name": "before", "image": image, "command": ["sleep", str(PREPARING_S)]}
    sections = {
        Where.FAKE: nodes.overrides,
        Where.FAKE_FOR_SECONDS: nodes.overrides | seconds,
        Where.NOWHERE: nowhere,
        Where.REAL: real,
        Where.REAL_LATER: real | {"/spec/template/spec/initContainers": [before]},
    }
    return (
        ProfileSection.everyone(default_container_image=image),
        *(ProfileSection.user(where.value, job_json_overrides=_overrides(values))
          for where, values in sections.items()),
    )  # fmt: skip


def _overrides(values: dict[str, Any]) -> tuple[Override, ...]:
    common = {"/spec/template/spec/automountServiceAccountToken": False}
    return tuple(Override(pointer, value) for pointer, value in (common | values).items())
