"""Where Go is in a template after it has computed something: errors that follow are told to be there.

Source: Go 1.26, text/template/exec.go (the calls of ``at``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launcher_k8s.templates.gotemplate.nodes import AnyNode, ChainNode, CommandNode, PipeNode
from launcher_k8s.templates.gotemplate.sites import Choice


def last_visited(node: AnyNode, choices: Mapping[AnyNode, Choice], variables: Mapping[str, Any]) -> AnyNode:
    """The node that Go has been at last when it has computed one.

    Args:
        node: What has been computed.
        choices: What is known of commands that may not compute all of their parts.
        variables: The local variables of the template's run.
    """
    match node:
        case PipeNode():
            return last_visited(node.cmds[-1], choices, variables)
        case ChainNode():
            return last_visited(node.node, choices, variables)
        case CommandNode():
            first, *args = node.args
            if not args:
                return last_visited(first, choices, variables)
            choice = choices.get(node)
            last = args[-1] if choice is None else choice.taken(node, variables)
            return last_visited(last, choices, variables)
        case _:
            return node
