"""How far a wait has come: as a value, and as one line of a terminal. No clock and no terminal is touched.

:meth:`~launcher_k8s.JobBackend.wait` gives the values, :mod:`launcher_k8s.host.terminal` writes the line.
"""

from __future__ import annotations

from datetime import datetime
from unicodedata import east_asian_width

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.status import JobState, JobStatus
from launcher_k8s.wording import visible

_WIDE = ("W", "F")


@attrs.frozen
class Progress:
    """What has become of a job that is waited for; ``str()`` gives one line.

    Args:
        status: How the job is now.
        waited_s: Seconds since the wait began, by the backend's clock.
        is_last: Whether the wait ends with this one.
    """

    __repr__ = brief

    status: JobStatus
    waited_s: float = 0.0
    is_last: bool = False

    @property
    def job_id(self) -> str:
        """The job."""
        return self.status.id

    @property
    def state(self) -> JobState:
        """Its state."""
        return self.status.state

    @property
    def message(self) -> str:
        """Why it is in that state; empty where there is nothing to say."""
        return self.status.status_message

    @property
    def since(self) -> datetime | None:
        """Since when it is in that state, by the cluster's clock; None where the cluster does not tell."""
        return self.status.since

    def __str__(self) -> str:
        return visible(str(self.status))


class StatusLine:
    """What to write so that a terminal shows how jobs get on.

    On a terminal the line is written over until its job is no longer waited for; elsewhere each news is a
    line of its own. The same is not told twice.
    """

    def __init__(self) -> None:
        self._shown = ""  # what stands in the terminal's last line
        self._told: dict[str, str] = {}

    def tell(self, progress: Progress, *, columns: int | None) -> str:
        """What shows the news.

        Args:
            progress: The news.
            columns: The terminal's width; None where no line can be written over.
        """
        text = str(progress)
        if columns is None:
            is_news = self._told.get(progress.job_id) != text
            self._told[progress.job_id] = text
            return f"{text}\n" if is_news else ""
        if progress.is_last:
            return f"\r{self._blank()}\r{text}\n"
        before = self._blank()
        self._shown = cut(text, columns - 1)
        return f"\r{before}\r{self._shown}"

    def end(self) -> str:
        """What leaves the line as it stands, so that something else can be written below."""
        ending = "\n" if self._shown else ""
        self._shown = ""
        return ending

    def _blank(self) -> str:
        shown, self._shown = self._shown, ""
        return " " * width(shown)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in _WIDE else 1 for character in text)


def cut(text: str, columns: int) -> str:
    """As much of a text as fits."""
    if width(text) <= columns:
        return text
    kept = text[: max(columns - len("..."), 0)]
    while width(kept) > columns - len("...") and kept:
        kept = kept[:-1]
    return kept + "..."[: max(columns, 0)]
