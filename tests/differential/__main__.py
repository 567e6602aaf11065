"""`python -m tests.differential`: reads requests and writes answers, a line of JSON each, with our engine.

With `--compare N` it makes N random requests, asks real Go as well, and tells what occurred and what differs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.differential.answering import answer_line


def main() -> int:
    """Do what the command line asks for; 1 where something differs or never occurred."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--compare", type=int, default=0, metavar="N", help="make N requests, and ask Go too")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one request of a seed")
    asked = parser.parse_args()
    os.environ.setdefault("TZ", "UTC")
    time.tzset()
    if asked.compare or asked.only is not None:
        return _compare(asked)
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(answer_line(line) + "\n")
            sys.stdout.flush()
    return 0


def _compare(asked: argparse.Namespace) -> int:
    from tests.differential.campaign import compare

    numbers = range(asked.compare) if asked.only is None else [asked.only]
    campaign = compare(asked.seed, numbers, verbose=asked.only is not None)
    print(campaign.report())
    return 1 if campaign.differences or campaign.census.never else 0


if __name__ == "__main__":
    sys.exit(main())
