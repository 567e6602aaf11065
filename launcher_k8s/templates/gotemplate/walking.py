"""What a template names, found by walking through its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

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

_Inside: TypeAlias = Callable[..., tuple[AnyNode | None, ...]]


def all_nodes(root: AnyNode) -> Iterator[AnyNode]:
    """A node and all nodes in it, in no order; of a pipeline's variables only those that it reads."""
    return _walk(root, _inside)


def variables_read(root: ListNode) -> frozenset[str]:
    """The names of the variables that a template reads."""
    return frozenset(node.ident[0] for node in all_nodes(root) if isinstance(node, VariableNode))


def calls_in(root: AnyNode) -> int:
    """How many calls of functions a part makes at most, those in the rounds of its ranges aside."""
    return sum(isinstance(node, IdentifierNode) for node in _walk(root, _outside_rounds))


def _walk(root: AnyNode, inside: _Inside) -> Iterator[AnyNode]:
    left = [root]  # templates may be nested deeper than calls can
    while left:
        node = left.pop()
        yield node
        left.extend(each for each in inside(node) if each is not None)


def _outside_rounds(node: AnyNode) -> tuple[AnyNode | None, ...]:
    return (node.pipe, node.else_list) if isinstance(node, RangeNode) else _inside(node)


def _branch(node: BranchNode) -> tuple[AnyNode | None, ...]:
    return node.pipe, node.list, node.else_list


_INSIDE: Final[Mapping[type, _Inside]] = {
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
