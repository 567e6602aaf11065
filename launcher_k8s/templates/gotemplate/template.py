"""A parsed template: its name, its text and its nodes, and where in the text a node stands.

Source: Go 1.26, text/template/parse/parse.go (``Tree``, ``IsEmptyTree``, ``ErrorContext``).
"""

from __future__ import annotations

from typing import Final

import attrs

from launcher_k8s.templates.gotemplate.nodes import ListNode, TextNode
from launcher_k8s.templates.govalues.values import byte_length

# unicode.IsSpace, by which bytes.TrimSpace goes: str.strip() would take U+001C to U+001F too.
_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


@attrs.frozen(eq=False)
class Template:
    """One parsed template: a file, or what a ``define`` or ``block`` in it defines.

    Args:
        name: By which templates call it.
        parse_name: The file's name, which errors tell.
        text: The file's text.
        root: What it consists of.
    """

    name: str
    parse_name: str
    text: str = attrs.field(repr=False)
    root: ListNode = attrs.field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing but space: then it defines nothing anew."""
        return all(isinstance(node, TextNode) and not node.text.strip(_SPACE) for node in self.root.nodes)

    def locate(self, pos: int) -> tuple[int, int]:
        """A position's line from 1 and byte column from 0, as Go's execution errors tell them."""
        start = self.text.rfind("\n", 0, pos) + 1
        return self.text.count("\n", 0, pos) + 1, byte_length(self.text[start:pos])
