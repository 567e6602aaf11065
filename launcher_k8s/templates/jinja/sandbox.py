"""Jinja2's sandbox, with nothing in it but plain values and what is made for templates.

Where Jinja2's own sandbox forbids what is known to be dangerous, this one allows what is known to be
harmless: attributes are those of a short list, only macros, blocks, loops and our functions can be called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from types import CodeType
from typing import Any, Final

from jinja2 import BaseLoader, Template, TemplateNotFound, nodes, pass_context
from jinja2.environment import Environment
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from launcher_k8s.templates.jinja import operators, rewriting
from launcher_k8s.templates.jinja.absent import Absent
from launcher_k8s.templates.jinja.access import look_up
from launcher_k8s.templates.jinja.binding import GO_PREFIX, as_filter
from launcher_k8s.templates.jinja.callee import Callee, CallError
from launcher_k8s.templates.jinja.filters import jinja_filters, jinja_tests, meter_of
from launcher_k8s.templates.jinja.limits import Limits
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.printing import clean, json_text, text_of
from launcher_k8s.templates.jinja.rewriting import Rewriter
from launcher_k8s.templates.jinja.values import Raw, plain
from launcher_k8s.templates.jinja.words import word_for

_PASSED_ALONG: Final = ("_loop_vars", "_block_vars")
"""What Jinja2's compiler gives to everything that is called in a loop or block."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of native templates.

    Args:
        functions: What templates call by name.
    """

    intercepted_binops = operators.BINARY
    intercepted_unops = operators.UNARY
    meter: Meter = Meter(Limits(0, 0, 0, 0, 0))
    """What the render has left; nothing while there is none."""

    def __init__(self, functions: Mapping[str, Callee]) -> None:
        super().__init__(
            undefined=Absent,
            finalize=_print,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            optimized=False,  # nothing is to run while a template is compiled
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        go = {name: as_filter(callee) for name, callee in functions.items()}
        filters: dict[str, Any] = {
            **{GO_PREFIX + name: act for name, act in go.items()},
            **go,
            **jinja_filters(),
            **_OWN_FILTERS,
        }
        self.filters.clear()
        self.filters.update(filters)
        self.tests.clear()
        self.tests.update(jinja_tests())
        own = (Callee("range", _range), Callee("namespace", _holder))
        self.globals = {**functions, **{callee.name: callee for callee in own}}

    def for_render(self, loader: BaseLoader, meter: Meter, variables: Mapping[str, Any]) -> Sandbox:
        """The same environment for one render, which leaves nothing behind.

        Args:
            loader: The templates.
            meter: What the render may use.
            variables: What templates can name besides functions.
        """
        found = self.overlay(loader=loader, cache_size=-1)
        assert isinstance(found, Sandbox)
        found.meter = meter
        found.globals = {**self.globals, **variables}
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        Rewriter(name, filters=self.filters, tests=self.tests).visit(tree)
        return tree.set_environment(self)  # type: ignore[return-value]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What stands behind a dot."""
        return self._looked_up(obj, attribute, is_attribute=True)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """What stands in brackets."""
        return self._looked_up(obj, argument, is_attribute=False)

    def _looked_up(self, obj: Any, name: Any, *, is_attribute: bool) -> Any:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001 - Jinja2's own way to say so
        found = look_up(obj, name, is_attribute=is_attribute)
        return Absent(obj=obj, name=name) if found is missing else found

    def is_safe_callable(self, obj: Any) -> bool:
        """What may be called besides functions of ours."""
        return isinstance(obj, Macro | BlockReference | LoopContext)

    # The names of Jinja2's own, which no argument by name can have.
    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063
        """Call a function of ours, or what a template has defined: what that writes is for the document."""
        if isinstance(__obj, Callee):
            for name in _PASSED_ALONG:
                kwargs.pop(name, None)
            return __obj.answer(__self.meter, *args, **kwargs)
        if isinstance(__obj, Undefined):
            __obj._fail_with_undefined_error()  # noqa: SLF001
        if not __self.is_safe_callable(__obj):
            raise CallError(f"{word_for(__obj)} cannot be called")
        if isinstance(__obj, LoopContext):
            args = tuple(_each(__context, arg) for arg in args)
        with __self.meter.inside():
            return Raw(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, _context: Context, operator: str, left: Any, right: Any) -> Any:
        """What an operator gives."""
        return operators.compute(operator, left, right, self.meter)

    def call_unop(self, _context: Context, operator: str, arg: Any) -> Any:
        """What a sign before a value gives."""
        return operators.negated(operator, arg, self.meter)


class Loader(BaseLoader):
    """The templates of a set, compiled, and no others.

    Args:
        codes: They, by name.
    """

    def __init__(self, codes: Mapping[str, CodeType]) -> None:
        self._codes = codes

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja2's name
    ) -> Template:
        """A template, which counts when it is rendered."""
        if name not in self._codes:
            raise TemplateNotFound(name)
        template = environment.template_class.from_code(environment, self._codes[name], globals or {})
        root = template.root_render_func

        def counted(context: Context) -> Iterator[str]:
            meter = meter_of(context)
            meter.include()
            with meter.inside():
                yield from root(context)

        template.root_render_func = counted
        return template


@pass_context
def _print(context: Context, value: Any) -> str:
    meter = meter_of(context)
    text = clean(value) if type(value) is Raw else json_text(plain(value, meter))
    meter.printed(len(text))
    return text


@pass_context
def _each(context: Context, value: Any) -> Any:
    """What a loop goes over, all counted before its first round."""
    value = plain(value, meter_of(context))
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, list):
        meter_of(context).elements(len(value))
        return value
    raise CallError(f"a loop cannot go over {word_for(value)}")


@pass_context
def _weighed(context: Context, value: Any) -> Any:
    return plain(value, meter_of(context))


@pass_context
def _joined(context: Context, *values: Any) -> str:
    meter = meter_of(context)
    text = "".join([text_of(plain(value, meter)) for value in values])
    meter.characters(len(text))
    return text


@pass_context
def _counted(context: Context, count: int) -> None:
    meter_of(context).printed(count)


@pass_context
def _written(context: Context, value: Any) -> Raw:
    return Raw(text_of(value if type(value) is Raw else plain(value, meter_of(context))))


def _range(meter: Meter, *bounds: Any) -> list[int]:
    try:
        numbers = range(*(plain(bound, meter) for bound in bounds))
    except (TypeError, ValueError) as error:
        raise CallError(f"range: {error}", name="range") from None
    # A range of any length knows how long it is, which len() does not say of all of them.
    meter.elements(abs(numbers.stop - numbers.start) // abs(numbers.step))
    return list(numbers)


def _holder(meter: Meter, *args: Any, **kwargs: Any) -> Namespace:
    given = [plain(arg, meter) for arg in args]
    if len(given) > 1 or not all(isinstance(arg, dict) for arg in given):
        raise CallError("namespace takes a map, or values by name", name="namespace")
    return Namespace(*given, **kwargs)


_OWN_FILTERS: Final[Mapping[str, Any]] = {
    rewriting.EACH: _each,
    rewriting.JOINED: _joined,
    rewriting.PRINTED: _counted,
    rewriting.WEIGHED: _weighed,
    rewriting.WRITTEN: _written,
}
