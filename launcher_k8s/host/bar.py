"""The progress of waits on a bar of tqdm's, which is a widget in a notebook; needs the extra ``tqdm``."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from launcher_k8s.errors import NotSupportedError
from launcher_k8s.progress import Progress, cut

EXTRA: Final = "tqdm"
_LONGEST_NEWS: Final = 60


class TqdmProgress:
    """Shows on one bar how many jobs are no longer waited for, and the latest news of any.

    Give :meth:`JobBackend.wait <launcher_k8s.JobBackend.wait>` the same one as ``progress`` for every job.
    The bar is closed with the last of them, or by leaving the block where it is used as a context manager.

    Args:
        jobs: How many jobs are waited for.

    Raises:
        NotSupportedError: The extra ``tqdm`` is not installed.
    """

    def __init__(self, jobs: int = 1) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise NotSupportedError(
                "tqdm, which draws the bar, is not installed",
                hint=f'install it: pip install "launcher-k8s[{EXTRA}]"',
            ) from error
        self._ended: set[str] = set()
        self._bar = tqdm(total=jobs, unit="job")

    def __call__(self, progress: Progress) -> None:
        """Show the news."""
        self._bar.set_postfix_str(cut(str(progress), _LONGEST_NEWS))
        if progress.is_last and progress.job_id not in self._ended:
            self._ended.add(progress.job_id)
            self._bar.update()
        if len(self._ended) >= self._bar.total:
            self.close()

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()
