"""The command ``launcher-k8s``: thin commands over the library; no rule of the Launcher stands here.

Exit codes: 0 done, 1 refused or failed (what was wrong is said on standard error), 2 wrong usage;
``run`` ends with the job's own exit code, 125 where the job has none.
"""

from launcher_k8s.cli.main import main

__all__ = ["main"]
