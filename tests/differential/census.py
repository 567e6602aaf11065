"""What occurred in a campaign: node kinds and functions of the templates, kinds of errors of Go's answers.

A kind of error is one place in Go's sources that makes errors (text/template: parse/lex.go, parse/parse.go,
exec.go, funcs.go). Those that no data of a plugin's can reach are not asked for: channels and iterators, Go's
own internal errors, functions as values, pointers to pointers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import attrs

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.gotemplate import nodes
from launcher_k8s.templates.gotemplate.calls import ENGINE_FUNCTIONS
from launcher_k8s.templates.gotemplate.nodes import IdentifierNode
from launcher_k8s.templates.gotemplate.parser import parse
from launcher_k8s.templates.gotemplate.walking import all_nodes

NODES: Final = tuple(
    sorted(
        name
        for name in vars(nodes)
        if name.endswith("Node") and name not in {"AnyNode", "Node", "BranchNode"}
    )
)
_ERRORS: Final = r"""
unclosed comment
comment ends before closing delimiter
unclosed left paren
unclosed action
expected :=
unexpected right paren
unrecognized character in action: U+
bad character U+
unterminated character constant
bad number syntax
unterminated quoted string
unterminated raw quoted string
multiple definition of template
unexpected EOF
unexpected .* in input
unexpected .* in define clause
unexpected .* in template clause
unexpected .* in block clause
unexpected .* in if
unexpected .* in range
unexpected .* in with
unexpected .* in end
unexpected .* in else
unexpected .* in operand
unexpected .* in command
unexpected .* in parenthesized pipeline
unexpected .* in {{break}}
unexpected .* in {{continue}}
{{break}} outside {{range}}
{{continue}} outside {{range}}
range can only initialize variables
too many declarations in
missing value for
non executable command in pipeline stage
expected end; found
unexpected . after term
function "\w+" not defined
undefined variable
malformed character constant
illegal number syntax
invalid syntax
can't use .* to iterate over more than one variable
range can't iterate over
template ".*" not defined
no template ".*" associated with template
can't give argument to non-function
nil is not a command
\w+ overflows int
nil data; no entry for key
nil pointer evaluating
is an unexported field of struct type
has arguments but cannot be invoked as function
is not a method but has arguments
map has no entry for key
can't evaluate field
wrong number of args for \S+: want at least
wrong number of args for \S+: want \d+ got
invalid value; expected
wrong type for value; expected
cannot assign nil to
expected bool; found
expected string; found
expected integer; found
expected unsigned integer; found
expected float; found
can't handle .* for arg of type
cannot index slice/array with nil
cannot index slice/array with type
index out of range
index of untyped nil
can't index item of type
value is nil; should be of type
value has type \S+; should be
len of nil pointer
len of type
call of nil
non-function
incompatible types for comparison
non-comparable type
invalid type for comparison
missing argument for comparison
error calling
error during tpl function execution
cannot parse template
nested reference name
"""
KINDS: Final = tuple(line for line in _ERRORS.splitlines() if line)
_PATTERNS: Final = tuple(
    (kind, re.compile(re.sub(r"([+{}()])", r"\\\1", kind) if "\\" not in kind else kind, re.DOTALL))
    for kind in KINDS
)
_NAMES: Final = frozenset({*launcher_functions(), *ENGINE_FUNCTIONS})


@attrs.define
class Census:
    """Counts of what occurred."""

    nodes: Counter[str] = attrs.field(factory=Counter)
    functions: Counter[str] = attrs.field(factory=Counter)
    errors: Counter[str] = attrs.field(factory=Counter)
    stages: Counter[str] = attrs.field(factory=Counter)

    @property
    def requests(self) -> int:
        """How many answers were counted."""
        return self.stages.total()

    @property
    def share_of_errors(self) -> float:
        """How many of the answers are errors, from 0 to 1."""
        return 1 - self.stages["out"] / max(self.requests, 1)

    @property
    def never(self) -> list[str]:
        """What did not occur."""
        found = self.nodes.keys() | self.functions.keys() | self.errors.keys()
        return [name for name in (*NODES, *sorted(_NAMES), *KINDS) if name not in found]

    def count(self, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Count a request and Go's answer to it."""
        self.stages[answer.get("stage", "out")] += 1
        for text in (request["template"], *request.get("templates", {}).values()):
            self._count_text(text, request.get("delims") or ("{{", "}}"))
        message = answer.get("err", "")
        self.errors.update(kind for kind, pattern in _PATTERNS if message and pattern.search(message))

    def _count_text(self, text: str, delimiters: tuple[str, str]) -> None:
        try:
            parsed = parse("x", text, functions=_NAMES, left=delimiters[0], right=delimiters[1])
        except TemplateSyntaxError:
            return
        for template in parsed.values():
            for node in all_nodes(template.root):
                self.nodes[type(node).__name__] += 1
                if isinstance(node, IdentifierNode):
                    self.functions[node.ident] += 1

    def report(self) -> str:
        """All counts as text."""
        stages = ", ".join(f"{name} {count}" for name, count in self.stages.most_common())
        parts = [f"{self.requests} requests ({stages}), {self.share_of_errors:.1%} errors"]
        for title, counter in (("nodes", self.nodes), ("functions", self.functions), ("errors", self.errors)):
            counts = ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
            parts.append(f"{title} ({len(counter)}): {counts}")
        parts.append(f"never: {', '.join(self.never) or 'none'}")
        return "\n".join(parts)
