"""Where Go's execution is in a template after it has computed something: errors that follow are told to be there.

Source: Go 1.26, text/template/exec.go (the calls of ``at``).
"""

from __future__ import annotations

from launcher_k8s.templates.gotemplate.nodes import AnyNode, ChainNode, CommandNode, PipeNode


def last_visited(node: AnyNode) -> AnyNode:
    """The node that Go has been at last when it has computed one."""
    match node:
        case PipeNode():
            return last_visited(node.cmds[-1])
        case ChainNode():
            return last_visited(node.node)
        case CommandNode():
            first, *args = node.args
            return last_visited(args[-1] if args else first)
        case _:
            return node
