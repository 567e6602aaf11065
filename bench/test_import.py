"""`import launcher_k8s` beside `import kubernetes_asyncio`, alternating, in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 9
LIMIT = 0.35


def _seconds(statement: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - begun


def test_importing_costs_a_fraction_of_the_client_library() -> None:
    ours, theirs, bare = [], [], []
    for _ in range(ROUNDS):
        bare.append(_seconds("pass"))
        ours.append(_seconds("import launcher_k8s"))
        theirs.append(_seconds("import kubernetes_asyncio"))
    ratio = (min(ours) - min(bare)) / (min(theirs) - min(bare))
    costs = f"{min(ours) - min(bare):.4f} s beside {min(theirs) - min(bare):.4f} s"
    print(f"\nimport: {costs}, ratio {ratio:.3f} (limit {LIMIT})")
    assert ratio <= LIMIT
