"""What a render of a Jinja2 template may use up, counted so that the same template always fares alike."""

from __future__ import annotations

import attrs


@attrs.frozen
class Limits:
    """How much one render may do.

    Args:
        elements: Rounds of all loops, and elements of the lists and maps that functions, filters and
            comparisons are given or give, together.
        output: Characters that are printed, those of macros and blocks counted again where they are printed.
        handled: Characters of the texts that functions, filters and operators are given or give.
        depth: Templates, macros, blocks and recursive loops inside each other. Python's own stack would bear
            some more, but how many more depends on who renders.
        inclusions: Templates that are included, imported or extended.
    """

    elements: int = 1_000_000
    output: int = 32 << 20
    handled: int = 256 << 20
    depth: int = 40
    inclusions: int = 10_000
