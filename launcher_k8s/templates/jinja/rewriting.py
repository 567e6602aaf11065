"""What is changed in a parsed Jinja2 template before it is compiled, so that all that it does is counted.

Loops, comparisons, slices and the joining of texts pass filters of the sandbox's own; what macros, blocks and
assignments write is marked as written for the document. What is for HTML is refused, as are filters and tests
that there are not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from jinja2 import nodes
from jinja2.exceptions import TemplateAssertionError
from jinja2.visitor import NodeTransformer

from launcher_k8s.templates.jinja.values import INTEGERS
from launcher_k8s.wording import did_you_mean

EACH: Final = "#each"
JOINED: Final = "#joined"
PRINTED: Final = "#printed"
WEIGHED: Final = "#weighed"
WRITTEN: Final = "#written"


class Rewriter(NodeTransformer):
    """Changes one template.

    Args:
        name: Its name.
        filters: The filters that there are.
        tests: The tests that there are.
    """

    def __init__(self, name: str | None, *, filters: Collection[str], tests: Collection[str]) -> None:
        self._name = name
        self._filters = filters
        self._tests = tests

    def visit_Template(self, node: nodes.Template) -> nodes.Template:  # noqa: N802
        """Count the text of a template that stands in none of its parts."""
        self.generic_visit(node)
        node.body = _counted(node.body, node.lineno)
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        """Count a loop's rounds before it begins, and its text in each of them."""
        self.generic_visit(node)
        node.iter = _passed(node.iter, EACH)
        node.body = _counted(node.body, node.lineno)
        return node

    def _visit_body(self, node: Any) -> Any:
        self.generic_visit(node)
        node.body = _counted(node.body, node.lineno)
        return node

    visit_Macro = visit_CallBlock = visit_Block = _visit_body  # noqa: N815

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.AssignBlock:  # noqa: N802
        """Mark what is assigned as written for the document."""
        self._visit_body(node)
        node.filter = nodes.Filter(node.filter, WRITTEN, [], [], None, None, lineno=node.lineno)
        return node

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> nodes.FilterBlock:  # noqa: N802
        """See that a block's filter gives text."""
        self._visit_body(node)
        node.filter = nodes.Filter(node.filter, WRITTEN, [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Join values as texts in our own way."""
        self.generic_visit(node)
        first, *rest = node.nodes
        return nodes.Filter(first, JOINED, rest, [], None, None, lineno=node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802
        """Count what is compared."""
        self.generic_visit(node)
        node.expr = _weighed(node.expr)
        for operand in node.ops:
            operand.expr = _weighed(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:  # noqa: N802
        """Count what is sliced."""
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _weighed(node.node)
        return node

    def visit_Const(self, node: nodes.Const) -> nodes.Const:  # noqa: N802
        """Refuse integers of more than 64 bits."""
        if type(node.value) is int and node.value not in INTEGERS:
            self._refuse("a number has more than 64 bits", node)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Filter:  # noqa: N802
        """Refuse a filter that there is not."""
        if node.name not in self._filters:
            self._refuse_name("filter", node.name, self._filters, node)
        self.generic_visit(node)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Test:  # noqa: N802
        """Refuse a test that there is not."""
        if node.name not in self._tests:
            self._refuse_name("test", node.name, self._tests, node)
        self.generic_visit(node)
        return node

    def _visit_html(self, node: nodes.Node) -> nodes.Node:
        self._refuse("autoescape is for HTML: values are printed as JSON here", node)
        return node

    visit_ScopedEvalContextModifier = visit_EvalContextModifier = _visit_html  # noqa: N815

    def _refuse_name(self, what: str, name: str, known: Collection[str], node: nodes.Node) -> None:
        meant = did_you_mean(name, sorted(each for each in known if not each.startswith("#")))
        self._refuse(f"there is no {what} {name!r}{f': {meant}' if meant else ''}", node)

    def _refuse(self, message: str, node: nodes.Node) -> None:
        raise TemplateAssertionError(message, node.lineno or 1, self._name)


def _passed(value: nodes.Node, name: str) -> nodes.Expr:
    assert isinstance(value, nodes.Expr)
    return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)


def _weighed(value: nodes.Expr) -> nodes.Expr:
    return value if isinstance(value, nodes.Const) else _passed(value, WEIGHED)


def _counted(body: list[nodes.Node], line: int) -> list[nodes.Node]:
    """A body that counts its own text whenever it begins; parts of it that do so count theirs."""
    own = sum(len(text.data) for node in body for text in _all(node, nodes.TemplateData))
    for node in body:
        for call in _all(node, nodes.Filter):
            if call.name == PRINTED:
                assert isinstance(call.node, nodes.Const)
                own -= call.node.value
    if not own:
        return body
    count = _passed(nodes.Const(own, lineno=line), PRINTED)
    return [nodes.ExprStmt(count, lineno=line), *body]


def _all(node: nodes.Node, kind: Any) -> list[Any]:
    found = list(node.find_all(kind))
    return [node, *found] if isinstance(node, kind) else found
