"""The engine: compiles sets of Go templates and renders them.

Source: Go 1.26, text/template/template.go (``Parse``, ``AddParseTree``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from types import CodeType, FunctionType
from typing import Any, Final

from jinja2 import Environment
from jinja2 import nodes as jinja

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.gotemplate import operations
from launcher_k8s.templates.gotemplate.arguments import EXACT, checker
from launcher_k8s.templates.gotemplate.calls import ENGINE_FUNCTIONS
from launcher_k8s.templates.gotemplate.codegen import GoCodeGenerator
from launcher_k8s.templates.gotemplate.compiler import translate
from launcher_k8s.templates.gotemplate.data import copy_data
from launcher_k8s.templates.gotemplate.hints import syntax_hint
from launcher_k8s.templates.gotemplate.limits import Limits
from launcher_k8s.templates.gotemplate.names import alone_name, function_name, type_check_name
from launcher_k8s.templates.gotemplate.parser import parse
from launcher_k8s.templates.gotemplate.rendering import TPL, Renderer
from launcher_k8s.templates.gotemplate.run import Program, Run
from launcher_k8s.templates.gotemplate.template import Template
from launcher_k8s.templates.gotemplate.walking import calls_in
from launcher_k8s.templates.govalues.signature import Function
from launcher_k8s.templates.govalues.values import MISSING, NIL_ERROR

_MISSING_KEYS: Final = {"default": "default", "invalid": "default", "zero": "zero", "error": "error"}
UNSET: Final = object()
"""What a variable holds whose declaration has been passed over."""
_OPERATIONS: Final = (
    operations.text,
    operations.fail,
    operations.elements,
    operations.pairs,
    operations.defined,
    operations.call_value,
    operations.boxed,
    operations.find_method,
    operations.method_argument,
    operations.method_constant,
    operations.call_method,
    operations.as_nil,
    operations.field_or_zero,
    operations.field_or_error,
)
_STRAY: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that stand for no byte, so that Go would not know what they are."""
_FILES_KEPT: Final = 256
"""How many texts an engine keeps compiled, those given to ``tpl`` among them."""
_GENERATOR: Final = 0x20  # inspect.CO_GENERATOR


class Engine:
    """Compiles Go templates.

    Args:
        functions: What templates may call, by name; ``and``, ``or``, ``not`` and ``call`` are always there.
        effects: What functions may reach beyond their arguments.
        missing: What a missing key does: ``default`` (or ``invalid``), ``zero`` or ``error``.
        limits: What one render may use up.
        left: What opens an action.
        right: What closes it.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        effects: Effects | None = None,
        *,
        missing: str = "default",
        limits: Limits | None = None,
        left: str = "{{",
        right: str = "}}",
    ) -> None:
        self.limits = limits or Limits()
        self._functions = {**ENGINE_FUNCTIONS, **functions}
        self._missing = _MISSING_KEYS[missing]
        self._delimiters = (left, right)
        self._environment = Environment(autoescape=False)  # noqa: S701 - the templates make YAML, not HTML
        self._names = self._namespace(effects)
        self.compile_file = lru_cache(maxsize=_FILES_KEPT)(self._compile_file)

    def compile(self, texts: Mapping[str, str]) -> Compiled:
        """Compile files that can call each other.

        Args:
            texts: The files' texts by their names, in the order in which they define.

        Raises:
            TemplateSyntaxError: One of them is not right.
        """
        programs: dict[str, Program] = {}
        for name, text in texts.items():
            define(programs, self.compile_file(name, _STRAY.sub("\ufffd", text)))
        return Compiled(self, programs)

    def _compile_file(self, name: str, text: str) -> Mapping[str, Program]:
        """Compile one file: its own template and all that it defines, by name."""
        left, right = self._delimiters
        try:
            parsed = parse(name, text, functions=self._functions, left=left, right=right)
            return {template.name: self._program(template) for template in parsed.values()}
        except TemplateSyntaxError as error:
            error.hint = error.hint or syntax_hint(error.cause, text, self._functions)
            raise
        except (SyntaxError, RecursionError, MemoryError) as error:  # all are how CPython says "too deep"
            cause = "something in it is nested too deep"
            hint = "split it into several templates with define and template"
            message = f"template: {name}: {cause}"
            raise TemplateSyntaxError(message, template=name, cause=cause, hint=hint) from error

    def _namespace(self, effects: Effects | None) -> dict[str, Any]:
        """All that generated code can name: no builtins, so it reaches nothing else."""
        names: dict[str, Any] = {
            "__builtins__": {},
            "type": type,
            "len": len,
            "MISSING": MISSING,
            "NIL_ERROR": NIL_ERROR,
            "TPL": TPL,
            "UNSET": UNSET,
        }
        names.update({kind.__name__: kind for kind in EXACT.values()})
        names.update({operation.__name__: operation for operation in _OPERATIONS})
        for name, function in self._functions.items():
            call = partial(function.call, effects) if function.needs_effects else function.call
            names[function_name(name)] = call
            if function.alone is not None:
                names[alone_name(name)] = function.alone
        return names

    def _program(self, template: Template) -> Program:
        translation = translate(template, self._functions)
        generator = GoCodeGenerator(
            self._environment,
            template.name,
            translation=translation,
            missing_key=self._missing,
            functions=self._functions,
        )
        generator.visit(jinja.Template(translation.body))
        code = compile(generator.source(), "<template>", "exec")
        names = {**self._names, **translation.constants}
        for check in generator.checks:
            how, wanted = check.split(" ", 1)
            names[type_check_name(how, wanted)] = checker(wanted, piped=how == "piped")
        (render,) = [part for part in code.co_consts if isinstance(part, CodeType)]
        function = FunctionType(render, names)
        calls = bool(function.__code__.co_flags & _GENERATOR)
        return Program(
            template, function, calls, calls_in(template.root), generator.site_map, frozenset(generator.reads)
        )


def define(programs: dict[str, Program], more: Mapping[str, Program]) -> None:
    """Add a file's templates: a later definition replaces an earlier one, unless it is blank."""
    for name, program in more.items():
        if name not in programs or not program.template.is_empty:
            programs[name] = program


class Compiled:
    """Files that are compiled, ready to render any number of times, from any thread.

    Args:
        engine: What has compiled them.
        programs: The templates by name.
    """

    def __init__(self, engine: Engine, programs: Mapping[str, Program]) -> None:
        self._engine = engine
        self._programs = programs

    @property
    def names(self) -> frozenset[str]:
        """The names of all templates: files and definitions."""
        return frozenset(self._programs)

    def reads(self, name: str) -> frozenset[tuple[str, ...]]:
        """What a template can read of its data: fields of fields of it; an empty path is all of it.

        What it hands over to other templates, they may read wholly.

        Raises:
            KeyError: There is no such template.
        """
        return self._programs[name].reads

    def render(self, name: str, data: Any) -> str:
        """Render a template.

        Args:
            name: Its name: a file's, or that of a definition.
            data: What ``.`` is: maps, lists, text, numbers, booleans and None; copied, so that the template
                changes nothing of it.

        Raises:
            TypeError: The data holds something else.
            ValueError: The data is nested too deep.
            TemplateRenderError: The template fails; ``partial`` is what it had written.
            KeyError: There is no such template.
        """
        program = self._programs[name]

        def compile_text(templates: Mapping[str, Program], text: str) -> tuple[dict[str, Program], Program]:
            more = self._engine.compile_file(name, text)
            together = dict(templates)
            define(together, more)
            return together, more[name]

        run = Run(self._programs, self._engine.limits)
        return Renderer(run, compile_text).render(program, copy_data(data))
