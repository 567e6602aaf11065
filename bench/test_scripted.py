"""Ten thousand jobs through real planning and their whole life, on the scripted cluster.

CPU time counts, so that a busy machine does not; the garbage collector's is part of it. The jobs are alone in
a process, as in a program that embeds the library: what a test runner holds would be collected along.
"""

from __future__ import annotations

import subprocess
import sys

LIMIT_S = 8.0


def test_ten_thousand_jobs_from_submit_to_their_end() -> None:
    command = [sys.executable, "-m", "bench.scripted_alone"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    cpu_s = float(done.stdout)
    print(f"\n{done.stderr.strip()}, CPU {cpu_s:.1f} s")
    assert cpu_s < LIMIT_S
