"""How long to wait before trying again: a policy as a value.

Rule: jittered, capped, growing waits; what the server asked for (``Retry-After``) is obeyed
(kubernetes facts, "The API": watch).
"""

from __future__ import annotations

import attrs

_MOST_DOUBLINGS = 60


@attrs.frozen
class Backoff:
    """Waits that double from ``base_s`` up to ``cap_s`` seconds.

    ``jitter`` is the share of a wait that chance may take away, so that clients who failed together do
    not come back together.
    """

    base_s: float = 0.5
    cap_s: float = 30.0
    jitter: float = 0.5

    def delay_s(self, attempt: int, *, chance: float, retry_after_s: float | None = None) -> float:
        """Seconds to wait after a failure.

        Args:
            attempt: Number of failures in a row before this one; 0 for the first.
            chance: A random number in [0, 1).
            retry_after_s: What the server asked for. It is a minimum: nobody comes back earlier, and
                chance adds to it instead of taking away.
        """
        grown = min(self.cap_s, self.base_s * 2.0 ** min(attempt, _MOST_DOUBLINGS))
        if retry_after_s is not None:
            return retry_after_s + self.base_s * self.jitter * chance
        return grown * (1.0 - self.jitter * chance)
