"""The program that renders with real Go: built once per version of its sources, kept in the user's cache.

Nothing else of Go is needed than the `go` command and, for the first build, a module proxy.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster.gomodule import go
from tests.cluster.locks import exclusive
from tests.cluster.places import cache_root

SOURCES = Path(__file__).parent / "realgo"
ENVIRONMENT = {"TZ": "UTC", "ORACLE_TEST": "oracle-value"}
"""All that templates may see of the environment, on both sides, but for where commands are."""
COMMANDS = ("groups",)
"""The commands that a request may really run: ``yes``, which random data holds too, would never end."""


def build() -> Path:
    """Return the program, built now unless the cache has it.

    Raises:
        UnavailableError: no go command, or it failed.
    """
    program = cache_root() / "differential" / _version() / "differential"
    if not program.is_file():
        with exclusive(program.parent.with_suffix(".lock")):
            if not program.is_file():
                _build(program)
    return program


def _version() -> str:
    """What the program is made of, the compiler included."""
    content = [path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.is_file()]
    content.append(go("env", "GOVERSION", "GOARCH", cwd=SOURCES).encode())
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:16]


def _build(program: Path) -> None:
    """Build beside the final folder and rename, so that it is never half there."""
    work = Path(tempfile.mkdtemp(prefix="build.", dir=program.parent.parent))
    try:
        flags = ("-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w")
        go("build", *flags, "-o", str(work / program.name), ".", cwd=SOURCES)
        shutil.rmtree(program.parent, ignore_errors=True)
        work.rename(program.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


class Program:
    """A running program that answers one request after another."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the program has ended at {request}"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def running(*command: str) -> Iterator[Program]:
    """Run a program that reads requests and writes answers, until the block ends."""
    pipe = subprocess.PIPE
    with tempfile.TemporaryDirectory() as folder:
        for name in COMMANDS:
            found = shutil.which(name, path=os.defpath)
            if found is not None:
                (Path(folder) / name).symlink_to(found)
        environment = ENVIRONMENT | {"PATH": folder}
        process = subprocess.Popen([*command], stdin=pipe, stdout=pipe, env=environment)
        try:
            yield Program(process)
        finally:
            process.communicate()
