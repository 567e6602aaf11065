"""``python -m launcher_k8s.cli``: the command where no script is installed."""

import sys

from launcher_k8s.cli import main

if __name__ == "__main__":
    sys.exit(main())
