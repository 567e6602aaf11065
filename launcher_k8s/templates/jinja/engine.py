"""The engine of native Jinja2 templates: compiles sets of them and renders them, in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, Final

from jinja2 import TemplateError as JinjaError

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.gotemplate.data import copy_data
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.jinja.binding import callees
from launcher_k8s.templates.jinja.failures import render_error, syntax_error
from launcher_k8s.templates.jinja.limits import Limits
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.sandbox import Loader, Sandbox

_FILES_KEPT: Final = 256
"""How many texts an engine keeps compiled."""


class Engine:
    """Compiles Jinja2 templates.

    Args:
        functions: What templates may call, by name.
        effects: What functions may reach beyond their arguments.
        limits: What one render may use up.
    """

    def __init__(
        self, functions: Mapping[str, Function], effects: Effects, *, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.sandbox = Sandbox(callees(functions, effects))
        self.compile_file = lru_cache(maxsize=_FILES_KEPT)(self._compile_file)

    def compile(self, texts: Mapping[str, str]) -> Compiled:
        """Compile files that can include each other.

        Args:
            texts: The files' texts by their names.

        Raises:
            TemplateSyntaxError: One of them is not right.
        """
        return Compiled(self, texts, {name: self.compile_file(name, text) for name, text in texts.items()})

    def _compile_file(self, name: str, text: str) -> CodeType:
        try:
            return self.sandbox.compile(text, name, name)
        # All but the first are how CPython, or its reader of numbers, says that a text is beyond reason.
        except (JinjaError, SyntaxError, RecursionError, MemoryError, ValueError, OverflowError) as error:
            raise syntax_error(error, name, text) from error


class Compiled:
    """Files that are compiled, ready to render any number of times, from any thread.

    Args:
        engine: What has compiled them.
        texts: Their texts by name.
        codes: What has been made of them.
    """

    def __init__(self, engine: Engine, texts: Mapping[str, str], codes: Mapping[str, CodeType]) -> None:
        self._engine = engine
        self._texts = dict(texts)
        self._loader = Loader(codes)

    @property
    def names(self) -> frozenset[str]:
        """The names of all templates."""
        return frozenset(self._texts)

    def render(self, name: str, data: Mapping[str, Any]) -> str:
        """Render a template.

        Args:
            name: Its name.
            data: The variables: maps, lists, text, numbers, booleans and None; copied, so that the template
                changes nothing of them.

        Raises:
            TypeError: The data holds something else.
            ValueError: The data is nested too deep.
            TemplateRenderError: The template fails; ``partial`` is what it had written.
            KeyError: There is no such template.
        """
        if name not in self._texts:
            raise KeyError(name)
        variables = copy_data(dict(data))
        sandbox = self._engine.sandbox.for_render(self._loader, Meter(self._engine.limits), variables)
        written: list[str] = []
        try:
            template = sandbox.get_template(name)
            for piece in template.root_render_func(template.new_context()):
                written.append(piece)  # noqa: PERF402 - what is written until it fails is kept
        except Exception as error:
            failure = render_error(error, name, self._texts, variables)
            failure.partial = "".join(written)
            raise failure from error
        finally:
            assert sandbox.cache is not None
            sandbox.cache.clear()  # templates know the environment, and that knows them
        return "".join(written)
