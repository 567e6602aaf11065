from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from launcher_k8s.conversion import Conversion, Difference, Person, convert, prove
from launcher_k8s.conversion.proof import overrides_for
from launcher_k8s.errors import LauncherError
from launcher_k8s.job import Job
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection

JOBS = [Job.shell("true", name="a"), Job.shell("true", name="b")]
MANIFEST = {"kind": "Job", "spec": {"list": [{"n": 1}], "flag": True}}
CLUSTER = ClusterSettings(
    profiles=(
        ProfileSection.everyone(job_json_overrides=(Override("/spec/list/-", 2),)),
        ProfileSection.user("jo", job_json_overrides=(Override("/spec/flag/x", 2),)),
    )
)
CONVERSION = convert(CLUSTER, "# Version: 2.5.0\n")
SOMEBODY, JO = Person("somebody"), Person("jo")

Change = Callable[[Any], object]


class Engine:
    """Renders what the templates of a conversion should give, and then does something to it.

    It stands for a template engine: what is tested is that a departure is found, not that there is none.
    """

    def __init__(self, conversion: Conversion, spoil: Change = lambda _: None) -> None:
        self._conversion = conversion
        self._spoil = spoil
        self.rendered: list[tuple[str, Person]] = []

    def __call__(self, templates: Mapping[str, str], job: Job, person: Person, /) -> dict[str, Any]:
        if templates == {"job.tpl": self._conversion.base}:
            return MANIFEST
        assert templates == self._conversion.templates
        self.rendered.append((job.name, person))
        made, _ = apply_overrides(MANIFEST, overrides_for(self._conversion.choices, person))
        self._spoil(made)
        return made


def differences(spoil: Change) -> list[tuple[str, Any, Any]]:
    found = prove(CONVERSION, JOBS[:1], Engine(CONVERSION, spoil), people=[SOMEBODY])
    assert {(each.job, each.person) for each in found} <= {("a", SOMEBODY)}
    return [(each.pointer, each.expected, each.found) for each in found]


def test_every_job_is_rendered_for_everybody() -> None:
    engine = Engine(CONVERSION)
    assert prove(CONVERSION, JOBS, engine) == ()
    # The override of jo fails, with the templates as without: that is the same.
    assert engine.rendered == [(job, person) for job in "ab" for person in (SOMEBODY, JO)]


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda made: made["spec"].pop("flag"), [("/spec/flag", True, None)]),
        (lambda made: made["spec"].update({"a/b": 1}), [("/spec/a~1b", None, 1)]),
        (lambda made: made["spec"]["list"].pop(), [("/spec/list/1", 2, None)]),
        (lambda made: made["spec"].update(list={}), [("/spec/list", [{"n": 1}, 2], {})]),
        (lambda made: made["spec"]["list"][0].update(n=1.0), []),
        (lambda made: made["spec"]["list"][0].update(n=True), [("/spec/list/0/n", 1, True)]),
        (lambda made: made["spec"].update(flag="true"), [("/spec/flag", True, "true")]),
    ],
)
def test_each_difference_is_told_by_its_place(spoil: Change, found: list[tuple[str, Any, Any]]) -> None:
    assert differences(spoil) == found


def test_of_many_differences_the_first_are_told() -> None:
    assert len(differences(lambda made: made.update({str(number): number for number in range(100)}))) == 20


def test_a_template_that_fails_where_the_override_does_not_is_a_difference() -> None:
    def fail(_: object) -> None:
        raise LauncherError("job.tpl:3: no")

    ((place, expected, found),) = differences(fail)
    assert (place, expected["spec"]["list"], found) == ("", [{"n": 1}, 2], "job.tpl:3: no")


def test_a_template_that_gives_something_where_the_override_fails_is_a_difference() -> None:
    def render(_: Mapping[str, str], __: Job, ___: Person, /) -> dict[str, Any]:
        return MANIFEST

    (found,) = prove(CONVERSION, JOBS[:1], render, people=[JO])
    assert isinstance(found, Difference)
    assert (found.pointer, found.found) == ("", MANIFEST)
    assert "/spec/flag/x" in found.expected


def test_a_given_template_that_fails_leaves_nothing_to_compare() -> None:
    def render(_: Mapping[str, str], __: Job, ___: Person, /) -> dict[str, Any]:
        raise LauncherError("job.tpl:1: no")

    with pytest.raises(LauncherError, match=r"job\.tpl:1"):
        prove(CONVERSION, JOBS, render)
