"""Docutils nodes for tables and prose: what the directives are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from docutils import nodes

_CODE = re.compile(r"`+([^`]+)`+")


def table(columns: Sequence[str], rows: Iterable[Sequence[nodes.Node]], widths: Sequence[int]) -> nodes.table:
    """A table; a cell is a paragraph or any other block."""
    group = nodes.tgroup(cols=len(columns))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head, body = nodes.thead(), nodes.tbody()
    head += _row([prose(column) for column in columns])
    body += [_row(row) for row in rows]
    group += [head, body]
    whole = nodes.table(classes=["colwidths-given"])
    whole += group
    return whole


def prose(text: str) -> nodes.paragraph:
    """A paragraph; what stands between backquotes is code."""
    paragraph = nodes.paragraph()
    for index, part in enumerate(_CODE.split(text)):
        if part:
            paragraph += nodes.literal(text=part) if index % 2 else nodes.Text(part)
    return paragraph


def code(text: str) -> nodes.paragraph:
    """A paragraph of nothing but code; empty without any."""
    paragraph = nodes.paragraph()
    if text:
        paragraph += nodes.literal(text=text)
    return paragraph


def listing(text: str, language: str = "text") -> nodes.literal_block:
    """A block of code."""
    block = nodes.literal_block(text, text)
    block["language"] = language
    return block


def _row(cells: Sequence[nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        entry = nodes.entry()
        entry += cell
        row += entry
    return row
