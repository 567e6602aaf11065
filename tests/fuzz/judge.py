"""What must hold of every input: nothing but diagnostics comes out, each fit to be shown, soon enough."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType

from launcher_k8s.codes import CODES
from launcher_k8s.config import parse_settings
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.report import diagnostic_record, diagnostics_text
from tests.fuzz.draft import Draft, decode, encode
from tests.memory_files import DIRECTORY

# Of this process' CPU: ten times what the slowest need, and far from what quadratic time would take.
MOST_S = 1.0
MOST_S_PER_CHARACTER = 20e-6
_HANG_S = 30.0

_JSON_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MASKED = "***"


class FaultError(Exception):
    """A reader did what it never may."""


class HangError(BaseException):
    """A reader does not come to an end; no reader may catch it."""


def judge(draft: Draft) -> tuple[Diagnostic, ...]:
    """Read a directory and look at all that comes out.

    Raises:
        FaultError: What comes out is not fit to be shown, or took too long.
        HangError: It is still not read.
    """
    begun = time.process_time()
    settings, diagnostics = parse_settings(DIRECTORY, draft.read, **draft.options)
    if time.process_time() - begun > _allowed_s(draft):
        _check_time(draft)
    has_error = any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    if (settings is None) is not has_error:
        raise FaultError(f"settings: {settings is not None}, errors: {has_error}")
    for diagnostic in diagnostics:
        _check_diagnostic(diagnostic, draft)
    _check_report(diagnostics)
    return diagnostics


@contextmanager
def hangs_told() -> Iterator[None]:
    """What takes endless CPU ends in a HangError; in the main thread only."""

    def tell(_: int, __: FrameType | None) -> None:
        raise HangError(f"not read after {_HANG_S} s of CPU")

    before = signal.signal(signal.SIGVTALRM, tell)
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _allowed_s(draft: Draft) -> float:
    return MOST_S + MOST_S_PER_CHARACTER * draft.size


def _check_time(draft: Draft) -> None:
    """A collection of garbage, or a machine under load, may have been in the way once: not three times."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        parse_settings(DIRECTORY, draft.read, **draft.options)
        taken.append(time.process_time() - begun)
    if min(taken) > _allowed_s(draft):
        raise FaultError(f"{min(taken):.2f} s of CPU for {draft.size} characters")


def _check_diagnostic(diagnostic: Diagnostic, draft: Draft) -> None:
    if diagnostic.code not in CODES:
        raise FaultError(f"an unknown code: {diagnostic!r}")
    expected = CODES[diagnostic.code].severity
    if diagnostic.severity is not expected and diagnostic.code not in ("unknown-key", "more-problems"):
        raise FaultError(f"{diagnostic!r} has another severity than its code")
    if not diagnostic.message and not diagnostic.hint:
        raise FaultError(f"{diagnostic!r} says nothing")
    check_place(diagnostic.location, draft)


def _check_report(diagnostics: Sequence[Diagnostic]) -> None:
    """Told as text and as JSON, a finding does nothing to a terminal, and can be written to a file."""
    text = diagnostics_text(diagnostics)
    if control := _CONTROL.search(text):
        raise FaultError(f"{control[0]!r} in {text[max(0, control.start() - 200) : control.end() + 20]!r}")
    try:
        text.encode()
        json.dumps([diagnostic_record(each) for each in diagnostics], ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FaultError(f"cannot be written: {text!a}") from error


def check_place(location: Location, draft: Draft) -> None:
    """A place is inside its file, and what is shown of it stands there."""
    text = draft.files.get(location.file.removeprefix(f"{DIRECTORY}/"))
    if not isinstance(text, str):
        if location.line or location.column or location.source:
            raise FaultError(f"{location!r} is in a file that was not read")
        return
    if location.line < 0 or location.column < 0 or (location.column and not location.line):
        raise FaultError(f"{location!r} is no place")
    if not location.line:
        return
    # A file named as JSON may be read as another kind, where a setting says so: then only LF ends its lines.
    ways = (True, False) if location.file.endswith(".json") else (False,)
    problems = [_place_problem(location, split(text, is_json)) for is_json in ways]
    if all(problems):
        raise FaultError(f"{location!r} {problems[0]}")


def _place_problem(location: Location, lines: Sequence[str]) -> str:
    """What is wrong with a place in a file of these lines, if anything."""
    if location.line > len(lines):
        return f"is below the last line, {len(lines)}"
    line = lines[location.line - 1]
    if max(1, location.column) + max(0, location.length - 1) > len(line) + 1:
        return f"is beyond the end of {line[:200]!r}"
    return "" if _is_shown(location.source, line) else f"does not show {line[:200]!r}"


@lru_cache(maxsize=64)
def split(text: str, is_json: bool) -> list[str]:
    """The lines of a file as its readers count them, without a byte order mark; bad bytes replaced."""
    text = _NOT_UTF8.sub("\N{REPLACEMENT CHARACTER}", decode(encode(text)).removeprefix("\ufeff"))
    return _JSON_LINE_END.split(text) if is_json else text.split("\n")


def _is_shown(source: str, line: str) -> bool:
    """Whether a text is part of a line; of one that hides a secret, what stands before that."""
    return source.partition(_MASKED)[0].removesuffix("=") in line
