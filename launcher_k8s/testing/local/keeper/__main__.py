"""Starts the keeper: `python -I -S THIS_FILE SOCKET PARENT_PID DIRECTORY MODES`.

The socket is an inherited file descriptor's number, the directory the one to make the keeper's own in, and
MODES a list of `isolation` modes parted by commas, tried in that order.
"""

from __future__ import annotations

import os
import sys
import types

PACKAGE = "launcher_k8s.testing.local.keeper"


def name_packages() -> None:
    """Let `import launcher_k8s.testing.local.keeper.x` find x without running the packages above it.

    The keeper knows the standard library only; the package's face would load what it has no use for.
    """
    folder = os.path.dirname(os.path.abspath(__file__))
    name = PACKAGE
    while name:
        package = types.ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
        folder, name = os.path.dirname(folder), name.rpartition(".")[0]


def main() -> None:
    """Read the arguments, become isolated, serve until told to close or the parent is gone."""
    name_packages()
    from launcher_k8s.testing.local.keeper import entry

    link, parent, directory, modes = sys.argv[1:]
    entry.run(int(link), parent=int(parent), directory=directory, modes=modes.split(","))


if __name__ == "__main__":
    main()
