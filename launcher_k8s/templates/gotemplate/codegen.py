"""Writes the compiler's Jinja2 nodes as Python, each template as one function.

Jinja2's own generator looks names up in a context, wraps loops and calls filters through the environment. A
Go template needs none of that, so it becomes plain Python: local variables, ``for`` and direct calls. Nothing
is ever formatted into the source but names made here and ``ascii`` representations; its columns are therefore
those of ``co_positions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

from jinja2 import nodes as jinja
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Environment

from launcher_k8s.templates.gotemplate.arguments import EXACT
from launcher_k8s.templates.gotemplate.building import MISSING_NAME, NIL_ERROR_NAME, Nil, local
from launcher_k8s.templates.gotemplate.compiler import Translation
from launcher_k8s.templates.gotemplate.names import (
    DATA,
    ROOT,
    alone_name,
    function_name,
    type_check_name,
    type_name,
)
from launcher_k8s.templates.gotemplate.sites import Place, SiteMap
from launcher_k8s.templates.govalues.signature import TEXT, Function

_SHORT: Final = 64
"""How long what a function makes may be without being counted, in characters or elements."""
_MARKERS: Final[Mapping[str, str]] = {"include": "None", "tpl": "TPL"}


class GoCodeGenerator(CodeGenerator):
    """Writes one template.

    Args:
        environment: Jinja2's.
        name: The template's name.
        translation: The template as Jinja2 nodes.
        missing_key: What a missing key does: ``default``, ``zero`` or ``error``.
        functions: All functions by name.
    """

    def __init__(
        self,
        environment: Environment,
        name: str,
        *,
        translation: Translation,
        missing_key: str,
        functions: Mapping[str, Function],
    ) -> None:
        super().__init__(environment, name, name, optimized=False)
        self.site_map = SiteMap(translation.choices)
        self.checks: set[str] = set()
        self.reads: set[tuple[str, ...]] = set()
        """What is read of the data: fields of fields of it, and nothing but an empty path for all of it."""
        self._fields: tuple[str, ...] = ()  # of what is being written
        self._sites = translation.sites
        self._missing_key = missing_key
        self._functions = functions
        self._column = 0

    def source(self) -> str:
        """All that has been written."""
        assert isinstance(self.stream, StringIO)
        return self.stream.getvalue()

    def write(self, x: str) -> None:
        """Write, and keep count of the column."""
        if self._new_lines:
            self._column = 4 * self._indentation
        super().write(x)
        self._column += len(x)

    def visit(self, node: jinja.Node, *args: Any, **kwargs: Any) -> Any:
        """Write a node, and note where it is if errors may come of it."""
        start, fields = self._column, self._fields
        if not isinstance(node, jinja.Getattr | jinja.InternalName):
            self._fields = ()
        result = super().visit(node, *args, **kwargs)
        self._fields = fields
        if isinstance(node, jinja.Expr):
            self._note(node, start)
        return result

    def _note(self, node: jinja.Node, start: int) -> None:
        site = self._sites.get(node)
        if site is not None:
            self.site_map.add(Place(self.code_lineno, start, self._column), site)

    def visit_Template(self, node: jinja.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Write the template's function."""
        assert frame is None
        self.writeline("def render(run, out, dot):")
        self.indent()
        self.blockvisit(node.body, Frame(jinja.EvalContext(self.environment, self.name)))
        self.outdent()

    def visit_Output(self, node: jinja.Output, frame: Frame) -> None:  # noqa: N802
        """Write text, or a value: most are text already."""
        for child in node.nodes:
            self.writeline("")
            start = self._column
            self.write("out.append(")
            if isinstance(child, jinja.TemplateData):
                self.write(ascii(child.data))
            elif isinstance(child, jinja.Const):
                self.write(ascii(child.value) if type(child.value) is str else f"text({child.value!a})")
            else:
                self._checked(child, "str", "text", frame)
            self.write(")")
            self._note(node, start)

    def visit_For(self, node: jinja.For, frame: Frame) -> None:  # noqa: N802
        """Write a plain loop."""
        self.writeline("")
        start = self._column
        self.write("for ")
        self.visit(node.target, frame)
        self.write(" in ")
        self.visit(node.iter, frame)
        self.write(":")
        self._note(node, start)
        self.indent()
        self.blockvisit(node.body, frame)
        self.outdent()

    def visit_Assign(self, node: jinja.Assign, frame: Frame) -> None:  # noqa: N802
        """Write a plain assignment."""
        assert isinstance(node.target, jinja.InternalName)
        self.newline()
        self.write(f"{node.target.name} = ")
        if node.target.name == ROOT and node.node == local(DATA):
            self.write(DATA)
        else:
            self.visit(node.node, frame)

    def visit_ExprStmt(self, node: jinja.ExprStmt, frame: Frame) -> None:  # noqa: N802
        """Write a computation for its effects alone."""
        self.writeline("")
        self.visit(node.node, frame)

    def visit_Include(self, node: jinja.Include, frame: Frame) -> None:  # noqa: N802
        """Write the call of a template into our own output."""
        assert isinstance(node.template, jinja.Tuple)
        name, argument = node.template.items
        self.writeline("")
        start = self._column
        self.write("yield (")
        self.visit(name, frame)
        self.write(", ")
        self.visit(argument, frame)
        self.write(", out)")
        self._note(node.template, start)

    def visit_And(self, node: jinja.BinExpr, frame: Frame) -> None:  # noqa: N802
        """Write ``and``."""
        self._joined(node, " and ", frame)

    def visit_Or(self, node: jinja.BinExpr, frame: Frame) -> None:  # noqa: N802
        """Write ``or``."""
        self._joined(node, " or ", frame)

    def _joined(self, node: jinja.BinExpr, word: str, frame: Frame) -> None:
        """Write operands side by side: CPython reads parentheses only so deep."""
        operands: list[jinja.Expr] = []
        left: jinja.Expr = node
        while type(left) is type(node):
            operands.append(left.right)
            left = left.left
        self.write("(")
        self.visit(left, frame)
        for operand in reversed(operands):
            self.write(word)
            self.visit(operand, frame)
        self.write(")")

    def visit_Const(self, node: jinja.Const, frame: Frame) -> None:  # noqa: ARG002, N802
        """Write a constant in ASCII."""
        self.write(ascii(node.value))

    def visit_InternalName(self, node: jinja.InternalName, frame: Frame) -> None:  # noqa: ARG002, N802
        """Write a local variable."""
        self._note_reading(node.name)
        self.write(node.name)

    def _note_reading(self, name: str) -> None:
        if name in (DATA, ROOT):
            self.reads.add(self._fields)

    def visit_Getattr(self, node: jinja.Getattr, frame: Frame) -> None:  # noqa: N802
        """Write the reading of a field."""
        self._fields = (node.attr, *self._fields)
        if self._missing_key != "default":
            is_nil = node.ctx == Nil.NIL.name
            self.write(f"{'as_nil(' if is_nil else ''}field_or_{self._missing_key}(")
            self.visit(node.node, frame)
            self.write(f", {node.attr!a}{')' if is_nil else ''})")
            return
        self.visit(node.node, frame)
        otherwise = "" if node.ctx == Nil.NIL.name else f", {MISSING_NAME}"
        self.write(f".get({node.attr!a}{otherwise})")

    def visit_Getitem(self, node: jinja.Getitem, frame: Frame) -> None:  # noqa: N802
        """Write values computed one after another."""
        self.visit(node.node, frame)
        self.write("[-1]")

    def visit_Filter(self, node: jinja.Filter, frame: Frame) -> None:  # noqa: N802
        """Write a function's call; what it makes is counted unless it is short."""
        marker = _MARKERS.get(node.name)
        function = self._functions[node.name]
        made = self.temporary_identifier() if marker is None and function.makes else ""
        if made:
            self.write(f"({made} if len({made} := ")
        name_of = alone_name if function.alone is not None and len(node.args) == 1 else function_name
        self.write(f"{name_of(node.name)}(" if marker is None else "(yield (")
        for position, argument in enumerate(node.args):
            self.write(", " if position else "")
            self.visit(argument, frame)
        self.write(")" if marker is None else f", {marker}))")
        if made:
            self.write(f") < {_SHORT} else run.made({made}))")

    def visit_Call(self, node: jinja.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: ARG002, N802
        """Write a call of one of the runtime's functions."""
        self.visit(node.node, frame)
        self.write("(")
        for position, argument in enumerate(node.args):
            self.write(", " if position else "")
            self.visit(argument, frame)
        self.write(")")

    def visit_Keyword(self, node: jinja.Keyword, frame: Frame) -> None:  # noqa: N802
        """Write a value that a variable gets on its way."""
        self.write(f"({node.key} := ")
        self.visit(node.value, frame)
        self.write(")")

    def visit_Test(self, node: jinja.Test, frame: Frame) -> None:  # noqa: N802
        """Write a value that is checked, or in which nil is replaced."""
        if node.name == "set":
            self.write(f"{self._name_of(node.node)} is not UNSET")
        elif node.name == Nil.MISSING.value and self._is_never_nil(node.node):
            self.visit(node.node, frame)
        elif node.name.startswith("exactly "):
            self.write("type(")
            self.visit(node.node, frame)
            self.write(f") is {node.name.removeprefix('exactly ')}")
        elif node.name == Nil.NIL.value:
            self._replaced(node.node, (MISSING_NAME, NIL_ERROR_NAME), "None", frame)
        elif node.name == Nil.MISSING.value:
            self._replaced(node.node, ("None",), MISSING_NAME, frame)
        else:
            how, wanted = node.name.split(" ", 1)
            check = type_check_name(how, wanted)
            self.checks.add(node.name)
            self._checked(node.node, type_name(wanted) if wanted in EXACT else "", check, frame)

    def _replaced(self, value: jinja.Expr, old: tuple[str, ...], new: str, frame: Frame) -> None:
        name = self._name_of(value)
        self.write(f"({new} if ")
        if name:
            self.write(name)
        else:
            name = self.temporary_identifier()
            self.write(f"({name} := ")
            self.visit(value, frame)
            self.write(")")
        self.write(f" is {f' or {name} is '.join(old)} else {name})")

    def _checked(self, value: jinja.Expr, wanted: str, check: str, frame: Frame) -> None:
        """Write ``value if its type is wanted else check(value)``."""
        name = self._name_of(value)
        if wanted == TEXT and self._is_text(value):
            self.visit(value, frame)
        elif not wanted:
            self.write(f"{check}(")
            self.visit(value, frame)
            self.write(")")
        elif name:
            self.write(f"({name} if type({name}) is {wanted} else {check}({name}))")
        else:
            name = self.temporary_identifier()
            self.write(f"({name} if type({name} := ")
            self.visit(value, frame)
            self.write(f") is {wanted} else {check}({name}))")

    def _is_text(self, value: jinja.Expr) -> bool:
        """Whether it is a call that gives text, whatever it is given."""
        if not isinstance(value, jinja.Filter):
            return False
        return value.name in _MARKERS or self._functions[value.name].gives == TEXT

    def _is_never_nil(self, value: jinja.Expr) -> bool:
        """Whether it is a call that gives a value, whatever it is given."""
        return isinstance(value, jinja.Filter) and not self._functions[value.name].may_give_nil

    def _name_of(self, value: jinja.Expr) -> str:
        """The local variable that a value is, to be written by its name; empty if it is none."""
        if not isinstance(value, jinja.InternalName):
            return ""
        self._note_reading(value.name)
        return value.name
