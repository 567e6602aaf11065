"""The two languages of templates side by side: a file's name says which one it is in.

Each has an environment of its own, and files call those in their own language only: nothing that one does can
be seen in the other. Jinja2's is made with the first file that is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from launcher_k8s.templates.defaults import is_jinja
from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.gotemplate import engine as go
from launcher_k8s.templates.jinja import engine as jinja

_JOB: Final = "Job"
_OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {"container": ("runAsUserId", "runAsGroupId")}
_OPTIONAL_OF_PORTS: Final = "publishedPort"


class Languages:
    """Compiles templates of both languages.

    Args:
        effects: What a render may reach beyond the job.
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._go = go.Engine(launcher_functions(), effects)

    @cached_property
    def _jinja(self) -> jinja.Engine:
        return jinja.Engine(launcher_functions(), self._effects)

    def check(self, name: str, text: str) -> None:
        """See that a file can be compiled.

        Raises:
            TemplateSyntaxError: It cannot.
        """
        (self._jinja if is_jinja(name) else self._go).compile_file(name, text)

    def compile(self, files: Mapping[str, str]) -> Compiled:
        """Compile files of both languages.

        Raises:
            TemplateSyntaxError: One of them is not right.
        """
        native = {name: text for name, text in files.items() if is_jinja(name)}
        others = {name: text for name, text in files.items() if not is_jinja(name)}
        return Compiled(self._go.compile(others), self._jinja.compile(native) if native else None)


class Compiled:
    """Templates that are compiled.

    Args:
        others: Those in Go's language.
        native: Those in Jinja2, if there are any.
    """

    def __init__(self, others: go.Compiled, native: jinja.Compiled | None) -> None:
        self._go = others
        self._jinja = native

    @property
    def names(self) -> frozenset[str]:
        """The names by which templates in Go's language may call each other."""
        return self._go.names

    def reads(self, name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The part of a job's data that a template can read.

        Args:
            name: The file.
            data: The job's data.
        """
        if is_jinja(name):
            return data
        reads = self._go.reads(name)
        if any(path[1:] == () and path[:1] in ((), (_JOB,)) for path in reads):
            return data
        return {path[1]: data[path[1]] for path in reads if path[0] == _JOB and path[1] in data}

    def render(self, name: str, data: Mapping[str, Any]) -> str:
        """Render a template.

        Args:
            name: The file.
            data: The job's data.

        Raises:
            TemplateRenderError: It fails.
        """
        if not is_jinja(name):
            return self._go.render(name, {_JOB: data})
        assert self._jinja is not None  # it has been compiled
        return self._jinja.render(name, {_JOB: complete(data)})


def complete(data: Mapping[str, Any]) -> dict[str, Any]:
    """A job's data with none for what is unset: Jinja2 would take that for a slip of the pen.

    Args:
        data: The job's data.
    """
    made = dict(data)
    for field, names in _OPTIONAL.items():
        if isinstance(held := data.get(field), dict):
            made[field] = dict.fromkeys(names) | held
    made["exposedPorts"] = [{_OPTIONAL_OF_PORTS: None, **port} for port in data.get("exposedPorts", ())]
    return made
