"""Renders the templates of a conversion for the proof, by the library's own engine; and the jobs for it.

A sample states mounts, ports, secrets and metadata of its own, so that what is added to lists has something
to be added to; another states next to nothing, so that it has nothing (domain, section 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

from launcher_k8s.conversion.proof import Manifest, Person
from launcher_k8s.decisions import Trail
from launcher_k8s.job import ExposedPort, Job, Mount, MountSource
from launcher_k8s.manifest import job_data
from launcher_k8s.rules.mounts import plan_mounts
from launcher_k8s.templates.effects import Effects

if TYPE_CHECKING:  # Jinja2 and all functions are loaded with the first template
    from launcher_k8s.templates.template_set import TemplateSet

_ID = "convert-overrides-abcd2345"


def sample_jobs() -> tuple[Job, ...]:
    """Jobs to compare: one that states much, one that states next to nothing."""
    mounts = (
        Mount("/data", MountSource("host", {"path": "/srv/data"}), read_only=True),
        Mount("/home", MountSource("nfs", {"host": "nfs.example.org", "path": "/home"})),
    )
    much = Job.shell(
        "make all",
        name="States much",
        image="r:4",
        cpus=2,
        mem_mb=512,
        env={"A": "1", "B": "yes"},
        mounts=mounts,
        ports=[8787, ExposedPort(8080, "TCP", 30080)],
        secrets=["database:password:DB_PASSWORD"],
        service_account="analysis",
        placement_constraints=["example.org/zone:east"],
        tags=["first"],
        metadata={"job": {"annotations": {"a.org/b": "c"}}, "pod": {"labels": {"a.org/d": "e"}}},
        instance_id="launcher-1",
        run_as_user_id=1000,
    )
    return much, Job.exec(["/bin/true"], name="bare", image="r:4")


class SetRenderer:
    """Renders templates as the Launcher would for somebody, each set compiled once.

    Args:
        effects: What templates may reach beyond the job; nothing, if None. Groups are the person's own.
    """

    def __init__(self, effects: Effects | None = None) -> None:
        self._effects = effects
        self._compiled = lru_cache(maxsize=4)(self._compile)

    def __call__(self, templates: Mapping[str, str], job: Job, person: Person, /) -> Manifest:
        """The Job that ``job.tpl`` makes.

        Raises:
            TemplateError: A template is not right, fails, or makes what may not be submitted.
        """
        from launcher_k8s.templates.contract import data_for

        chosen = self._compiled(tuple(templates.items()))
        mounts = plan_mounts(job, user=person.user, trail=Trail())
        data = job_data(
            attrs.evolve(job, id=_ID, user=person.user),
            volumes=mounts.volumes,
            volume_mounts=mounts.volume_mounts,
        )
        given = data_for(data, chosen.job_version)
        return chosen.job(given, groups={person.user: person.groups}).value

    def _compile(self, files: tuple[tuple[str, str], ...]) -> TemplateSet:
        from launcher_k8s.templates.template_set import TemplateSet

        return TemplateSet(dict(files), effects=self._effects)
