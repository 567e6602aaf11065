"""The proof of a conversion: for sample jobs and for everybody whom a section could be for, the same objects.

What is expected is what the overrides make of the job as the given template renders it; what is found is what
the converted templates render. Both are compared as JSON values, place by place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice, zip_longest
from typing import Any, Protocol

import attrs

from launcher_k8s import pointer
from launcher_k8s.conversion.choices import Choice
from launcher_k8s.conversion.writing import JOB_FILE, Conversion
from launcher_k8s.errors import LauncherError
from launcher_k8s.job import Job
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.settings import Override, SubjectKind

Manifest = dict[str, Any]
_MOST_PER_JOB = 20
_NOTHING = object()


@attrs.frozen
class Person:
    """Somebody whose jobs are compared."""

    user: str
    groups: tuple[str, ...] = ()


class Renderer(Protocol):
    """Renders a template directory for a job, as the Launcher would for a user in some groups."""

    def __call__(self, templates: Mapping[str, str], job: Job, person: Person, /) -> Manifest:
        """The Job object that ``job.tpl`` gives.

        Raises:
            LauncherError: The template fails.
        """
        ...


@attrs.frozen
class Difference:
    """A place where the templates give something else than the overrides.

    Args:
        job: The name of the sample job.
        person: Whose job it was.
        pointer: The place, as a JSON pointer; empty for the whole object.
        expected: What the overrides give there; None where nothing.
        found: What the templates give there; None where nothing.
    """

    job: str
    person: Person
    pointer: str
    expected: Any
    found: Any


def people_of(choices: Sequence[Choice]) -> tuple[Person, ...]:
    """People for whom every section comes to be the last that matches, alone and after all the others."""
    users = dict.fromkeys(choice.name for choice in choices if choice.kind is SubjectKind.USER)
    groups = tuple(dict.fromkeys(choice.name for choice in choices if choice.kind is SubjectKind.GROUP))
    outsider = next(name for name in _names() if name not in users)
    memberships = [(), *((group,) for group in groups)]
    memberships += [groups[:count] for count in range(2, len(groups) + 1)]
    people = [Person(outsider, membership) for membership in memberships]
    people += [Person(user, membership) for user in users for membership in ((), groups)]
    return tuple(dict.fromkeys(people))


def prove(
    conversion: Conversion, jobs: Iterable[Job], render: Renderer, *, people: Iterable[Person] | None = None
) -> tuple[Difference, ...]:
    """Compare what the templates give with what the overrides gave.

    Args:
        conversion: The templates.
        jobs: Sample jobs: with mounts of their own, ports, service accounts, and whatever else there is.
        render: Renders templates.
        people: For whom; by default one for each way in which sections can apply.

    Returns:
        Every difference, at most 20 for a job; none if the conversion is proved for these jobs.

    Raises:
        LauncherError: The given template itself fails for a job, so that there is nothing to compare.
    """
    everybody = people_of(conversion.choices) if people is None else tuple(people)
    return tuple(
        difference
        for job in jobs
        for person in everybody
        for difference in _compare(conversion, job, person, render)
    )


def overrides_for(choices: Iterable[Choice], person: Person) -> tuple[Override, ...]:
    """The overrides of the last section that matches somebody."""
    last: tuple[Override, ...] = ()
    for choice in choices:
        if _concerns(choice, person):
            last = choice.overrides
    return last


def _concerns(choice: Choice, person: Person) -> bool:
    match choice.kind:
        case SubjectKind.EVERYONE:
            return True
        case SubjectKind.GROUP:
            return choice.name in person.groups
        case SubjectKind.USER:
            return choice.name == person.user


def _compare(conversion: Conversion, job: Job, person: Person, render: Renderer) -> Iterator[Difference]:
    base = render({JOB_FILE: conversion.base}, job, person)
    expected = _attempt(lambda: apply_overrides(base, overrides_for(conversion.choices, person))[0])
    found = _attempt(lambda: render(conversion.templates, job, person))
    if isinstance(expected, LauncherError) and isinstance(found, LauncherError):
        return
    if isinstance(expected, LauncherError) or isinstance(found, LauncherError):
        yield Difference(job.name, person, "", _shown(expected), _shown(found))
        return
    for place, wanted, got in islice(_differences(expected, found, ()), _MOST_PER_JOB):
        yield Difference(job.name, person, pointer.format(place), wanted, got)


def _attempt(act: Callable[[], Manifest]) -> Manifest | LauncherError:
    try:
        return act()
    except LauncherError as error:
        return error


def _shown(result: Manifest | LauncherError) -> Any:
    return str(result) if isinstance(result, LauncherError) else result


def _differences(
    expected: Any, found: Any, place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Each place where two JSON values differ, with what is there; 1 and 1.0 are the same."""
    pairs: Iterable[tuple[str, Any, Any]]
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = dict.fromkeys((*expected, *found))
        pairs = ((key, expected.get(key, _NOTHING), found.get(key, _NOTHING)) for key in keys)
    elif isinstance(expected, list) and isinstance(found, list):
        items = zip_longest(expected, found, fillvalue=_NOTHING)
        pairs = ((str(index), *pair) for index, pair in enumerate(items))
    else:
        if isinstance(expected, bool) is not isinstance(found, bool) or expected != found:
            yield place, _value(expected), _value(found)
        return
    for key, wanted, got in pairs:
        yield from _differences(wanted, got, (*place, key))


def _value(value: Any) -> Any:
    return None if value is _NOTHING else value


def _names() -> Iterator[str]:
    """Names for somebody who has no section of his own."""
    yield "somebody"
    yield from (f"somebody{number}" for number in count(2))
