"""What a render may use up before it is stopped, counted so that the same template always fares alike."""

from __future__ import annotations

import attrs


@attrs.frozen
class Limits:
    """How much one render may do.

    Args:
        iterations: Rounds of all ranges together.
        output: Characters, those of included templates counted again where they are printed.
        calls: Calls of other templates (``include``, ``template``, ``tpl``).
        functions: Calls of functions that rounds of ranges and called templates may make: what each makes may
            be kept, and is not counted where it is short.
        depth: Templates inside each other by ``template``; Go's own limit is 100,000.
        includes: How often one name may be included inside itself, as Helm counts.
        texts: Characters of all different texts given to ``tpl``, each counted as 1,000 at least: to compile
            one takes its time.
        made: Characters of all texts that functions make, small ones aside; elements of lists count as more,
            see :mod:`~launcher_k8s.templates.govalues.allowance`.
    """

    iterations: int = 1_000_000
    output: int = 32 << 20
    calls: int = 200_000
    functions: int = 500_000
    depth: int = 100_000
    includes: int = 1_000
    texts: int = 1 << 20
    made: int = 512 << 20
