"""`python -m tests.fuzz`: a campaign, or one input of it to look at."""

from __future__ import annotations

import argparse
import sys
import time

from launcher_k8s.codes import CODES, SCHEMA_CODES
from tests.fuzz.campaign import InputError, Tally, default_processes, make_input, run
from tests.fuzz.judge import judge


def main() -> int:
    """Run what the command line asks for; 1 where an input was not stood, or a code never hit."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=default_processes())
    parser.add_argument("--only", type=int, metavar="NUMBER", help="show the files of one input, and read it")
    asked = parser.parse_args()
    if asked.only is not None:
        return _show(asked.seed, asked.only)
    begun = time.monotonic()
    try:
        tally = run(asked.inputs, seed=asked.seed, processes=asked.processes, told=_tell)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    print(report(tally))
    print(f"{tally.inputs / (time.monotonic() - begun):,.0f} inputs/s in {asked.processes} processes")
    return 1 if tally.never_hit else 0


def report(tally: Tally) -> str:
    """The tally as a table, a line for each code."""
    kinds = sorted({kind for _, kind in tally.places})
    lines = [f"{'code':30}{'severity':10}{'inputs':>9}  by kind of file"]
    for code, info in CODES.items():
        if code in SCHEMA_CODES:
            continue
        places = ", ".join(f"{kind} {tally.places[code, kind]}" for kind in kinds if tally.places[code, kind])
        lines.append(f"{code:30}{info.severity.value:10}{tally.codes[code]:>9}  {places or 'NEVER HIT'}")
    shares = ", ".join(
        f"{count / tally.inputs:.1%} with {name}s" for name, count in tally.severities.most_common()
    )
    still, silent = tally.valid / tally.inputs, tally.clean / tally.inputs
    lines += [
        f"{tally.inputs} inputs of {tally.characters / tally.inputs:.0f} characters, {shares}",
        f"{still:.1%} still valid, {silent:.1%} with nothing to say",
        f"{tally.cpu_s:.1f} s of CPU: {tally.inputs / tally.cpu_s:,.0f} inputs per second of CPU",
        f"codes never hit: {', '.join(tally.never_hit) or 'none'}",
    ]
    return "\n".join(lines)


def _tell(tally: Tally) -> None:
    if sys.stderr.isatty():
        print(f"\r{tally.inputs}", end="", file=sys.stderr)


def _show(seed: int, number: int) -> int:
    draft = make_input(seed, number)
    for path, text in draft.files.items():
        shown = repr(text) if len(text) < 2000 else f"{text[:2000]!r}... ({len(text)})"
        print(f"{path}: {shown}")
    print({name: value for name, value in draft.options.items() if name != "accounts"}, draft.groups)
    for diagnostic in judge(draft):
        print(f"{diagnostic.code}: {diagnostic}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
