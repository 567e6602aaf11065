"""What a template names, found by walking through its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from launcher_k8s.templates.gotemplate.nodes import (
    ActionNode,
    AnyNode,
    BranchNode,
    ChainNode,
    CommandNode,
    IdentifierNode,
    IfNode,
    ListNode,
    PipeNode,
    RangeNode,
    TemplateNode,
    VariableNode,
    WithNode,
)


def all_nodes(node: AnyNode) -> Iterator[AnyNode]:
    """A node and all nodes in it; of a pipeline's variables only those that it reads."""
    yield node
    for inner in _inside(node):
        if inner is not None:
            yield from all_nodes(inner)


def variables_read(root: ListNode) -> frozenset[str]:
    """The names of the variables that a template reads."""
    return frozenset(node.ident[0] for node in all_nodes(root) if isinstance(node, VariableNode))


def calls_in(root: AnyNode) -> int:
    """How many calls of functions a part makes at most, those in the rounds of its ranges aside."""
    if isinstance(root, IdentifierNode):
        return 1
    inside = (root.pipe, root.else_list) if isinstance(root, RangeNode) else _inside(root)
    return sum(calls_in(node) for node in inside if node is not None)


def _branch(node: BranchNode) -> tuple[AnyNode | None, ...]:
    return node.pipe, node.list, node.else_list


_INSIDE: Final[Mapping[type, Callable[..., tuple[AnyNode | None, ...]]]] = {
    ListNode: lambda node: node.nodes,
    ActionNode: lambda node: (node.pipe,),
    IfNode: _branch,
    RangeNode: _branch,
    WithNode: _branch,
    TemplateNode: lambda node: (node.pipe,),
    PipeNode: lambda node: node.cmds,
    CommandNode: lambda node: node.args,
    ChainNode: lambda node: (node.node,),
}


def _inside(node: AnyNode) -> tuple[AnyNode | None, ...]:
    inside = _INSIDE.get(type(node))
    return () if inside is None else inside(node)
