"""Why something did not happen, in the words of the runtime of a real node (checked with runc 1.1, 1.36)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

START: Final = "StartError"
"""The container was made and its program could not be started: it has terminated, with exit code 128."""
CREATE: Final = "CreateContainerError"
"""The container could not be made: it waits, and a kubelet tries again."""
GONE: Final = "NotRunning"
"""There is no such pod, or the container has ended."""


class Refused(Exception):  # noqa: N818 -- a refusal, answered to the other side; no error of the keeper
    """A wish that cannot be granted."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason, text)
        self.reason, self.text = reason, text


def tell(problem: OSError) -> str:
    """A system error's text as Go writes it: `no such file or directory`."""
    text = problem.strerror or str(problem)
    return text[:1].lower() + text[1:]
