"""The command ``launcher-k8s``: thin commands over the library; no rule of the Launcher stands here.

Exit codes: 0 done, 1 refused or failed (what was wrong is said on standard error), 2 wrong usage, 130
interrupted and 143 terminated; ``run`` ends with the job's own exit code, 125 where the job has none.

Nothing at all is imported before :func:`main` is called: an interrupt is no traceback even while the rest is.
"""

from __future__ import annotations

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The words after the program's name; those of this process if None.

    Returns:
        The exit code.
    """
    try:
        from launcher_k8s.cli.command import run_command

        return run_command(argv)
    except KeyboardInterrupt:
        return INTERRUPTED
