"""What a job may hold in what it fills freely: text that a process can be given, values that JSON can say.

Names that follow a form of their own (images of the profile, secrets, variables, nodes, ports) are checked
where they are decided. Source: domain, section 5, "Job object"; what can be said is
:mod:`launcher_k8s.wire.limits`.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.attributes import reader_of
from launcher_k8s.decisions import Trail
from launcher_k8s.job import Job
from launcher_k8s.origin import JOB
from launcher_k8s.wire import wire_name
from launcher_k8s.wire.limits import TOO_DEEP, content_problem, find_problems
from launcher_k8s.wording import quote

_FREE: Final = (
    "name",
    "user",
    "group",
    "command",
    "exe",
    "args",
    "stdin",
    "working_directory",
    "host",
    "environment",
    "tags",
    "container",
    "init_containers",
    "mounts",
    "metadata",
)
_NAMES: Final = tuple(map(wire_name, _FREE))
_read: Final = reader_of(_FREE)


def check_contents(job: Job, *, user: str, trail: Trail) -> None:
    """Refuse a NUL, half a character, a number that not everybody can read, and nesting without end.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of each such value by its path in the job, never of what stands there.

    Raises:
        InvalidJobError: The job is nested so deeply that nothing else of it can be decided.
    """
    free = {name: value for name, value in zip(_NAMES, _read(job), strict=True) if value}
    is_too_deep = False
    for path, problem in find_problems(free, content_problem):
        is_too_deep = problem is TOO_DEEP  # the last of all
        what = path.removeprefix(".") or "job"
        message = f"the job of user {quote(user)}, {what}: {problem}"
        trail.refuse(what, message, origin=JOB, hint="take it out")
    if is_too_deep:
        trail.raise_refusals()
