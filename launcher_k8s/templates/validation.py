"""What is wrong with templates: everything that the Launcher's contract asks of what they render.

They are rendered for sample jobs; what comes out is held against the contract, and each finding names the
line of the template and the path in the object (domain, section 4, "A rendered Job should hold").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import TemplateError, TemplateRenderError
from launcher_k8s.finding import Finding
from launcher_k8s.shape.fact import Path, Version, format_path
from launcher_k8s.templates.contract import data_for
from launcher_k8s.templates.defaults import is_jinja
from launcher_k8s.templates.documents import DocumentError
from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.jinja_lints import lint_jinja
from launcher_k8s.templates.judging import judge
from launcher_k8s.templates.lints import lint, there_is_no
from launcher_k8s.templates.samples import sample_data
from launcher_k8s.templates.source_map import SourceMap, map_sources
from launcher_k8s.templates.template_set import Rendering, TemplateSet, problems
from launcher_k8s.templates.versions import OLDEST_FULL, format_version

_NOT_YAML: Final = "quote texts, and indent what stands below a key; --verbose shows what is rendered"
_NO_TEMPLATE: Final = re.compile(r'no template "([^"]+)"')
_FAILS: Final = "a job like this may be submitted: ask for the field with if, with or default"
_MOST_TOLD: Final = 300
"""Characters of a cause's beginning, and of its end."""
_GUIDE: Final = "see the guide on the language of templates"
_JINJA_GUIDE: Final = "see Jinja2's guide on its language, and ours on what is different here"
SYNTAX: Final = "template-syntax"
VERSION: Final = "template-version"


@attrs.frozen
class Sample:
    """What a template printed for a sample job.

    Args:
        what: What job it was.
        name: The template.
        text: What it printed; until it failed, if it did.
    """

    __repr__ = brief

    what: str
    name: str
    text: str


@attrs.frozen
class Validation:
    """What was found in templates.

    Args:
        diagnostics: All findings, in the order of files and lines.
        samples: What they printed for the sample jobs.
    """

    __repr__ = brief

    diagnostics: tuple[Diagnostic, ...]
    samples: tuple[Sample, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.diagnostics


def validate_templates(
    files: Mapping[str, str], *, user: str = "jsmith", effects: Effects | None = None
) -> Validation:
    """Look for everything that is wrong with templates.

    Args:
        files: The texts by file name; for ``job.tpl`` and ``service.tpl`` the library's own where absent.
        user: Whose job the samples are: templates may ask for that user's groups.
        effects: What a render may reach beyond the job; nothing, if None.
    """
    try:
        templates = TemplateSet(files, effects=effects)
    except TemplateError:
        return Validation(_in_order([*broken(files), *_linted(files, ())]), ())
    return _Validator(templates).run(user)


def broken(files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """What keeps templates from being used: one that cannot be parsed, or whose version is not supported.

    Args:
        files: The texts by file name.
    """
    return tuple(map(_broken, problems(files)))


class _Validator:
    def __init__(self, templates: TemplateSet) -> None:
        self._set = templates
        self._found: list[Diagnostic] = []
        self._samples: list[Sample] = []

    def run(self, user: str) -> Validation:
        self._found += _linted(self._set.used, self._set.names)
        for name, version in self._set.versions.items():
            self._found += _of_version(name, version, self._set.used[name])
        for what, data in sample_data(user):
            self._try(self._set.job_file, what, data)
            if data["servicePortsJson"] != "[]":
                self._try(self._set.service_file, what, data)
        return Validation(_in_order(self._found), tuple(self._samples))

    def _try(self, name: str, what: str, data: Mapping[str, Any]) -> None:
        version = self._set.versions[name]
        given = data_for(data, version, cpu_ratio=0.5, memory_ratio=0.5)
        try:
            rendering = self._set.read(name, given)
        except TemplateRenderError as error:
            self._samples.append(Sample(what, name, error.partial))
            self._found.append(self._failed(error, what, name, given))
            return
        self._samples.append(Sample(what, name, rendering.text))
        findings = list(judge(rendering.document, name, given, version))
        if findings:
            sources = self._sources(name, rendering.text, given)
            self._found += (self._placed(finding, rendering, sources) for finding in findings)

    def _sources(self, name: str, text: str, data: Mapping[str, Any]) -> SourceMap:
        def render(files: Mapping[str, str]) -> str:
            return self._set.render_marked(files, name, data)

        return map_sources(self._set.used, name, text, render)

    def _placed(self, finding: Finding, rendering: Rendering, sources: SourceMap) -> Diagnostic:
        offset = _offset(finding.place, rendering.document.offsets)
        place = self._locate(sources, offset, rendering.name, key=format_path(finding.place))
        return Diagnostic(finding.code, finding.severity, place, finding.message, finding.hint)

    def _failed(
        self, error: TemplateRenderError, what: str, name: str, data: Mapping[str, Any]
    ) -> Diagnostic:
        place = Location(error.template, error.line, max(0, error.column + 1), source=error.source)
        if isinstance(error.__cause__, DocumentError):
            sources = self._sources(name, error.partial, data)
            place = self._locate(sources, error.__cause__.offset, name)
            message = f"what is rendered is not one YAML mapping: {error.__cause__} ({what})"
            return Diagnostic("not-yaml", Severity.ERROR, place, message, _NOT_YAML)
        hint = error.hint or self._meant(error.cause) or _FAILS
        return Diagnostic("render-error", Severity.ERROR, place, f"{_brief(error.cause)} ({what})", hint)

    def _meant(self, cause: str) -> str:
        """What to do about a name that no template has; empty where that is not the cause."""
        called = _NO_TEMPLATE.search(cause)
        return there_is_no(called[1], self._set.names) if called else ""

    def _locate(self, sources: SourceMap, offset: int, name: str, *, key: str = "") -> Location:
        """The template's line that wrote what is at an offset; its first line where that is not known."""
        file, line = sources.find(offset)
        file, line = (file, line) if line else (name, 1)
        return Location(file, line, key=key, source=self._set.used[file].split("\n")[line - 1])


def _brief(cause: str) -> str:
    """A cause without its middle, where inclusions inside each other each tell their place."""
    return cause if len(cause) <= 2 * _MOST_TOLD else f"{cause[:_MOST_TOLD]} ... {cause[-_MOST_TOLD:]}"


def _linted(files: Mapping[str, str], names: Collection[str]) -> Iterator[Diagnostic]:
    """What looks wrong in the sources, by the language of each."""
    yield from lint({name: text for name, text in files.items() if not is_jinja(name)}, names)
    yield from lint_jinja({name: text for name, text in files.items() if is_jinja(name)})


def _offset(place: Path, offsets: Mapping[Path, int]) -> int:
    """Where in the text a place is, or what is nearest above it; -1 for nowhere."""
    while place and place not in offsets:
        place = place[:-1]
    return offsets.get(place, -1)


def _of_version(name: str, version: Version, text: str) -> Iterator[Diagnostic]:
    if version < OLDEST_FULL:
        yield Diagnostic(
            "old-version",
            Severity.WARNING,
            Location(name, 1, source=text.split("\n", 1)[0]),
            f"version {format_version(version)} knows neither metadata, requests nor service accounts",
            "upgrade to version 2.5.0",
        )


def _broken(error: TemplateError) -> Diagnostic:
    is_version = error.column < 0 and "version" in error.cause
    hint = error.hint or (_JINJA_GUIDE if is_jinja(error.template) else _GUIDE)
    place = Location(error.template, error.line, max(0, error.column + 1), source=error.source)
    return Diagnostic(VERSION if is_version else SYNTAX, Severity.ERROR, place, error.cause, hint)


def _in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings by file and line; one that several samples show is told once."""
    once = {(each.code, each.location.file, each.location.line, each.location.key): each for each in found}
    return tuple(sorted(once.values(), key=lambda each: (each.location.file, each.location.line)))
