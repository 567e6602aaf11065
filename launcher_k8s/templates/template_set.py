"""A directory of templates, as texts: what makes the objects of a job where templating is on.

``job.tpl`` makes the Job and ``service.tpl`` the Service, or ``job.yaml.j2`` and ``service.yaml.j2``, in
Jinja2; a file that is absent is the library's own. All files named ``*.tpl`` share one name space, by which
they include each other (domain, section 4), and so do all files named ``*.j2``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import attrs

from launcher_k8s.brevity import brief, brief_words
from launcher_k8s.errors import TemplateError, TemplateRenderError, TemplateSyntaxError
from launcher_k8s.manifest import lost_identification
from launcher_k8s.shape.fact import Data, Version
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND
from launcher_k8s.templates.defaults import (
    JOB_FILES,
    SERVICE_FILES,
    SUFFIXES,
    chosen,
    default_templates,
)
from launcher_k8s.templates.documents import Document, DocumentError, read_document
from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.languages import Compiled, Languages
from launcher_k8s.templates.no_effects import NoEffects
from launcher_k8s.templates.replaying import Replay
from launcher_k8s.templates.structure import Attempt, changed_by_values
from launcher_k8s.templates.versions import read_version
from launcher_k8s.wording import quote

_NO_GROUPS: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
_PAIRS: Final[Mapping[str, tuple[str, str]]] = {JOB_KIND: JOB_FILES, SERVICE_KIND: SERVICE_FILES}
_QUOTE: Final = "pipe it to quote or toYaml where the template prints it"
_LOOK: Final = "launcher-k8s validate-templates shows the text, and which line of the template wrote it"


@attrs.frozen
class Rendering:
    """What a template made of a job.

    Args:
        name: The template.
        text: What it printed.
        document: The same, as Kubernetes reads it.
        warnings: What works here, and perhaps not with the vendor's plugin.
    """

    __repr__ = brief

    name: str
    text: str = attrs.field(repr=False)  # holds what the job's environment does
    document: Document = attrs.field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def value(self) -> dict[str, Any]:
        """The object, as JSON types."""
        return self.document.value


class TemplateSet:
    """Templates that can be rendered; made once, used by any number of threads.

    Args:
        files: The texts by file name. Other files than ``*.tpl`` and ``*.j2`` are passed over.
        effects: What a render may reach beyond the job; nothing, if None.

    Raises:
        TemplateError: A file is not right, its version is not supported, or two files make the same object;
            the first one that is.
    """

    def __init__(self, files: Mapping[str, str], *, effects: Effects | None = None) -> None:
        self.files: Mapping[str, str] = dict(files)
        """The texts as they were given."""
        self.effects: Effects = effects or NoEffects()
        self.used: Mapping[str, str] = _used(files)
        """The templates that are rendered: those given, and the library's own for what is absent."""
        # Tests prove that no value changes the structure of our own: nobody needs to see that for each job.
        self._is_ours = self.used in (default_templates(), default_templates(jinja=True))
        self._replay = Replay(self.effects)
        languages = Languages(self._replay)
        if errors := _problems(self.used, languages):
            raise errors[0]
        self.job_file: str = chosen(self.used, JOB_FILES)
        """The file that makes the Job."""
        self.service_file: str = chosen(self.used, SERVICE_FILES)
        """The file that makes the Service."""
        roots = (self.job_file, self.service_file)
        self.versions: Mapping[str, Version] = {name: read_version(name, self.used[name]) for name in roots}
        """The versions of the two files that make the objects."""
        self._languages = languages
        self._compiled: Compiled = languages.compile(self.used)

    def __repr__(self) -> str:
        return brief_words(self, f"of {', '.join(self.used)}")

    @property
    def job_version(self) -> Version:
        """The version of the template that makes the Job."""
        return self.versions[self.job_file]

    @property
    def names(self) -> frozenset[str]:
        """The names by which templates in Go's language may call each other: files and definitions."""
        return self._compiled.names

    @property
    def service_version(self) -> Version:
        """The version of the template that makes the Service."""
        return self.versions[self.service_file]

    def job(self, data: Data, *, groups: Mapping[str, Sequence[str]] = _NO_GROUPS) -> Rendering:
        """The Job of a job, as its template makes it.

        Args:
            data: The job's data, for this template's version.
            groups: The groups of users that are known already: nobody is asked for them.

        Raises:
            TemplateRenderError: The template fails, or what it makes may not be submitted: it is not one
                YAML mapping, it is not known as the Launcher's, or a value of the job has changed its
                structure.
        """
        return self._checked(self.job_file, data, groups)

    def service(self, data: Data, *, groups: Mapping[str, Sequence[str]] = _NO_GROUPS) -> Rendering:
        """The Service of a job, as its template makes it.

        Args:
            data: The job's data.
            groups: The groups of users that are known already.

        Raises:
            TemplateRenderError: As for :meth:`job`.
        """
        return self._checked(self.service_file, data, groups)

    def render(self, name: str, data: Data) -> str:
        """What a template prints for a job.

        Args:
            name: The file.
            data: The job's data.

        Raises:
            TemplateRenderError: The template fails.
        """
        return self._compiled.render(name, data)

    def render_marked(self, files: Mapping[str, str], name: str, data: Data) -> str:
        """What a template prints for a job, if the files were others.

        Args:
            files: All files, whatever their versions.
            name: The file to render.
            data: The job's data.

        Raises:
            TemplateError: The template fails.
        """
        return self._languages.compile(files).render(name, data)

    def read(self, name: str, data: Data, *, offsets: bool = True) -> Rendering:
        """What a template prints for a job, as a document, which may be anything.

        Args:
            name: The file.
            data: The job's data.
            offsets: Whether it must be known where in the text each value begins.

        Raises:
            TemplateRenderError: The template fails, or its text is not one YAML mapping.
        """
        text = self.render(name, data)
        try:
            return Rendering(name, text, read_document(text, offsets=offsets))
        except DocumentError as error:
            raise _unreadable(name, text, error) from error

    def _checked(self, name: str, data: Data, groups: Mapping[str, Sequence[str]]) -> Rendering:
        data = self._compiled.reads(name, data)  # the rest need not be copied, nor made harmless
        with self._replay.recording(groups):
            made = self.read(name, data, offsets=False)
        _refuse_kind(name, made.value)
        if not self._is_ours:
            self._refuse_changed(name, data, made)
        return Rendering(made.name, made.text, made.document, self._replay.warnings)

    def _refuse_changed(self, name: str, data: Data, made: Rendering) -> None:
        attempt = Attempt(made.text, made.value)
        wrong = changed_by_values(data, attempt, lambda other: self._again(name, other), _value_or_none)
        if wrong:
            raise _error(name, f"{name}: {wrong}", _QUOTE)

    def _again(self, name: str, data: Data) -> str | None:
        """The text for other data, with nothing asked of the host anew; None where that is not possible."""
        with self._replay.replaying():
            try:
                return self.render(name, data)
            except TemplateError:
                return None


def problems(files: Mapping[str, str]) -> tuple[TemplateError, ...]:
    """Everything that keeps templates from being used, of each file at most one: none if all is well.

    Args:
        files: The texts by file name.
    """
    return _problems(_used(files), _parsing())


@cache
def _parsing() -> Languages:
    """Compiles what is not rendered; it keeps what it has compiled."""
    return Languages(NoEffects())


def _problems(files: Mapping[str, str], languages: Languages) -> tuple[TemplateError, ...]:
    found: list[TemplateError] = list(_rivals(files))
    for name, text in files.items():
        try:
            if any(name in pair for pair in _PAIRS.values()):
                read_version(name, text)
            languages.check(name, text)
        except TemplateError as error:
            found.append(error)
    return tuple(found)


def _rivals(files: Mapping[str, str]) -> Iterator[TemplateError]:
    """Two files for one object: whichever were used, the other would be passed over in silence."""
    for kind, (go, native) in _PAIRS.items():
        if go in files and native in files:
            cause = f"{go} and {native} both make the {kind}"
            hint = "keep one of them"
            if files[go] == default_templates()[go]:
                hint = f"remove {go}, which is the library's own as it was written there"
            source = files[native].split("\n", 1)[0]
            message = f"template: {native}:1: {cause}"
            yield TemplateSyntaxError(message, template=native, line=1, source=source, cause=cause, hint=hint)


def _used(files: Mapping[str, str]) -> dict[str, str]:
    # A byte order mark is none of the text: it would be printed, and stand before the version.
    given = {name: text.removeprefix("\ufeff") for name, text in files.items() if name.endswith(SUFFIXES)}
    ours = default_templates()
    absent = {go: ours[go] for go, native in _PAIRS.values() if native not in given}
    return dict(sorted({**absent, **given}.items()))


def _value_or_none(text: str) -> dict[str, Any] | None:
    try:
        return read_document(text, offsets=False).value
    except DocumentError:
        return None


def _refuse_kind(name: str, found: Mapping[str, Any]) -> None:
    if name in JOB_FILES:
        lost = lost_identification(found)
        if lost:
            what = "; ".join(f"{finding.path} {finding.message}" for finding in lost)
            hint = "; ".join(dict.fromkeys(finding.hint for finding in lost))
            raise _error(name, f"{name} makes no Job that is known as the Launcher's: {what}", hint)
    elif found.get("kind") != SERVICE_KIND:
        hint = "it holds a job template, probably; another file makes the Job"
        raise _error(name, f"{name} makes no Service but kind: {found.get('kind')}", hint)
    elif not isinstance(found.get("metadata"), dict):
        raise _error(name, f"{name} makes a Service without metadata", "give it its name and labels")


def _unreadable(name: str, text: str, error: DocumentError) -> TemplateRenderError:
    line = text.count("\n", 0, error.offset) + 1
    source = text.split("\n")[line - 1]
    where = f"line {line} of it, {quote(source.strip())}"
    found = _error(name, f"what {name} renders is not one YAML mapping ({where}): {error}", _LOOK)
    found.partial = text
    return found


def _error(name: str, message: str, hint: str) -> TemplateRenderError:
    return TemplateRenderError(message, template=name, hint=hint)
