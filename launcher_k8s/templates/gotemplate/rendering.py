"""The loop that runs compiled templates.

A template that calls another one yields to this loop instead of calling it, so that templates may be inside
each other as deep as Go lets them, whatever Python's own stack allows. Source: Go 1.26, text/template/exec.go
(``walkTemplate``); Helm, pkg/engine/engine.go (``includeFun``, ``tplFun``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import GeneratorType
from typing import Any, Final

import attrs

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.gotemplate.arguments import ExecutionError
from launcher_k8s.templates.gotemplate.failures import Failure, describe, frame_of
from launcher_k8s.templates.gotemplate.hints import render_hint
from launcher_k8s.templates.gotemplate.run import Program, Run
from launcher_k8s.templates.govalues.allowance import LimitError, allowing
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import MISSING, GoError

TPL: Final = object()
"""Marks a request to render a text (``tpl``), where others have the list to write to, or None."""

_MANY: Final = 1_000
"""Pieces of output before their sum is worth a look."""

_SHORT: Final = 1_000
"""How long what a template writes may be without being counted, in characters."""

_DEEPEST_TEXTS: Final = 4_000
"""How often ``tpl`` may be inside ``tpl``; Helm's own overflows Go's stack, unless its includes end it."""

_LONGEST_MESSAGE: Final = 1 << 20
"""How long a failure may become while each template that it passes adds to it, in characters."""

Compile = Callable[[Mapping[str, Program], str], tuple[Mapping[str, Program], Program]]
"""Compiles what ``tpl`` is given: what can be called then, and the text's own program."""


class _FailedError(Exception):
    """Carries a failure out of the loop."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@attrs.define(eq=False)
class _Level:
    """A template that is being rendered.

    Args:
        program: The template.
        generator: Its run.
        out: What it writes to.
        marker: How it was called: None for ``include``, TPL, or the list that its caller writes to as well.
        name: What it was called by; the text itself for ``tpl``.
        templates: What it can call.
        depth: How many templates it is inside of by ``template``.
    """

    program: Program
    generator: GeneratorType[Any, Any, None]
    out: list[str]
    marker: Any
    name: str
    templates: Mapping[str, Program]
    depth: int


class Renderer:
    """Runs one render.

    Args:
        run: Its state.
        compile_text: Compiles what ``tpl`` is given.
    """

    def __init__(self, run: Run, compile_text: Compile) -> None:
        self._run = run
        self._compile = compile_text
        self._stack: list[_Level] = []
        self._short = min(_SHORT, run.limits.output)
        self._texts = 0

    def render(self, program: Program, data: Any) -> str:
        """Render a template to the end.

        Raises:
            TemplateRenderError: It fails, or exceeds a limit.
        """
        self._root = program.template.name
        out: list[str] = []
        try:
            with allowing(self._run.allowance):
                self._loop(program, out, data)
            return self._text(out)
        except _FailedError as error:
            raise _render_error(error.failure, "".join(out)) from error.__cause__
        except LimitError as error:  # of the whole output
            failure = Failure(f"template: {self._root}: {error}", str(error), self._root, hint=error.hint)
            raise _render_error(failure, "") from error

    def _loop(self, program: Program, out: list[str], data: Any) -> None:
        stack = self._stack
        answer = self._begin(program, out, _no_value(data), out, program.template.name)
        while stack:
            request = None
            try:
                request = stack[-1].generator.send(answer)
            except StopIteration:
                pass
            except Exception as error:
                level = stack.pop()
                raise self._failed(error, level.program, level.marker, level.name) from error
            try:
                answer = self._leave() if request is None else self._called(*request)
            except (GoError, ExecutionError, LimitError) as error:
                raise self._refused(error) from error

    def _called(self, name: str, dot: Any, marker: Any) -> str | None:
        """Answer a template's call of another one."""
        run = self._run
        run.count_call()
        if marker is TPL:
            return self._render_text(name, dot)
        program = run.templates.get(name)
        if marker is not None:
            assert program is not None  # the template has asked already
            return self._begin(program, marker, dot, marker, name, run.depth + 1)
        if program is None:
            raise GoError(f"template: no template {quote(name)} associated with template {quote(self._root)}")
        if program.calls:
            self._count_include(name)
        return self._begin(program, [], _no_value(dot), None, name)

    def _count_include(self, name: str) -> None:
        includes = self._run.includes
        count = includes.get(name, 0)
        if count > self._run.limits.includes:
            raise GoError(
                f"rendering template has a nested reference name: {name}: unable to execute template"
            )
        includes[name] = count + 1

    def _render_text(self, text: str, dot: Any) -> str | None:
        before = self._run.templates
        self._run.count_text(text)
        self._texts += 1
        if self._texts > _DEEPEST_TEXTS:
            raise LimitError(
                f"more than {_DEEPEST_TEXTS} texts as templates inside each other",
                "look for a text given to tpl that leads to itself",
            )
        try:
            templates, program = self._compile(before, text)
        except TemplateSyntaxError as error:
            raise GoError(f"cannot parse template {quote(text)}: {error.message}") from error
        self._run.templates = templates
        answer = self._begin(program, [], _no_value(dot), TPL, text)
        if answer is not None:  # it has ended already
            self._run.templates = before
            self._texts -= 1
        return answer

    def _begin(
        self, program: Program, out: list[str], dot: Any, marker: Any, name: str, depth: int = 0
    ) -> str | None:
        """Render a template that calls no other, or let the loop do it."""
        run = self._run
        if program.functions:
            run.count_functions(program.functions)
        if program.calls:
            generator = program.function(run, out, dot)
            self._stack.append(_Level(program, generator, out, marker, name, run.templates, depth))
            run.depth = depth
            return None
        try:
            program.function(run, out, dot)
        except Exception as error:
            raise self._failed(error, program, marker, name) from error
        return self._answer(out, marker)

    def _leave(self) -> str | None:
        """Go back to the template that called the one that has ended."""
        stack, run = self._stack, self._run
        ended = stack.pop()
        if stack:
            top = stack[-1]
            run.templates, run.depth = top.templates, top.depth
        if ended.marker is None:
            run.includes[ended.name] -= 1
            return self._text(ended.out)
        if ended.marker is TPL:
            self._texts -= 1
        return self._answer(ended.out, ended.marker)

    def _answer(self, out: list[str], marker: Any) -> str | None:
        if marker is None:
            return self._text(out)
        return self._text(out).replace("<no value>", "") if marker is TPL else None

    def _text(self, out: list[str]) -> str:
        if len(out) > _MANY:
            self._run.check_output(out)
        text = "".join(out)
        if len(text) > self._short:
            self._run.check_output([text])
            self._run.made(text)
        return text

    def _failed(self, error: Exception, program: Program, marker: Any, name: str) -> _FailedError:
        """The failure of a template that is on the stack no more."""
        found = frame_of(program, error.__traceback__)
        if found is None:
            raise error
        return self._passed_on(describe(program, *found, error), marker, name)

    def _refused(self, error: Exception) -> _FailedError:
        """The failure of a call that the topmost template has made."""
        level = self._stack.pop()
        return self._passed_on(_told(level, error), level.marker, level.name)

    def _passed_on(self, failure: Failure, marker: Any, name: str) -> _FailedError:
        """A failure as the outermost template tells it."""
        while self._stack:
            level = self._stack.pop()
            if len(failure.message) < _LONGEST_MESSAGE and (marker is None or marker is TPL):
                inner = failure.message
                if marker is TPL:
                    inner = f"error during tpl function execution for {quote(name)}: {inner}"
                failure = _told(level, GoError(inner))._replace(hint=failure.hint)
            marker, name = level.marker, level.name
        return _FailedError(failure)


def _told(level: _Level, error: Exception) -> Failure:
    """An error of the call that a template is waiting for."""
    frame = level.generator.gi_frame
    assert frame is not None  # it is suspended
    return describe(level.program, frame, frame.f_lasti, error)


def _no_value(data: Any) -> Any:
    return MISSING if data is None else data


def _render_error(failure: Failure, partial: str) -> TemplateRenderError:
    error = TemplateRenderError(
        failure.message,
        template=failure.template,
        line=failure.line,
        column=failure.column,
        source=failure.source,
        cause=failure.cause,
        hint=failure.hint or render_hint(failure.cause),
    )
    error.partial = partial
    return error
