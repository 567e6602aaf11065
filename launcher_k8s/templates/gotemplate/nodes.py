"""A parsed Go template: the nodes of ``text/template/parse``, which print themselves back.

``str(node)`` is what error texts quote as ``at <...>``; positions are byte offsets into the template's text.
Source: Go 1.26, text/template/parse/node.go.
"""
# names and fields follow Go's: ListNode, TextNode, CommentNode(not kept), VariableNode, CommandNode, IdentifierNode,
# DotNode, NilNode, FieldNode, ChainNode, BoolNode, NumberNode, StringNode, EndNode (unused), ElseNode (unused),
# ActionNode, PipeNode, BranchNode -> IfNode, RangeNode, WithNode; BreakNode, ContinueNode, TemplateNode.
