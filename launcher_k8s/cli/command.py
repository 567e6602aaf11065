"""From the words of a command line to an exit code: picks the command, and shows what went wrong.

A command's module is loaded when it is chosen: ``explain`` and ``plan`` need no HTTP library.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from launcher_k8s.cli import INTERRUPTED
from launcher_k8s.cli.common import WrongUsageError, print_error, say, show
from launcher_k8s.cli.descriptors import open_missing_streams
from launcher_k8s.cli.parser import RUN_FAILED, as_command, build_parser
from launcher_k8s.cli.termination import TERMINATED, termination_interrupts
from launcher_k8s.errors import LauncherError

FAILED = 1
WRONG_USAGE = 2
_log = logging.getLogger("launcher_k8s")


def run_command(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The words after the program's name; those of this process if None.

    Returns:
        The exit code; 0 after help, 2 where the usage is wrong, and both are printed.
    """
    open_missing_streams()
    with termination_interrupts() as termination:
        try:
            code = _run(argv)
        except KeyboardInterrupt:
            code = INTERRUPTED
    return TERMINATED if termination.is_told and code == INTERRUPTED else code


def _run(argv: Sequence[str] | None) -> int:
    _print_anything()
    # argparse passes over what it cannot print: it writes into memory, and we print that.
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            arguments = _parse(argv)
    except SystemExit as end:
        code = int(end.code or 0)
        return _telling(lambda: _print_usage(out, err, code), failed=code or FAILED)
    failed = RUN_FAILED if arguments.command == "run" else FAILED
    return _telling(lambda: _carry_out(arguments, failed), failed=failed)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = build_parser()
    arguments = parser.parse_args(as_command(sys.argv[1:] if argv is None else argv))
    if arguments.command == "explain" and arguments.job is not None and arguments.has_job_flags(arguments):
        parser.error("a job is described by a file or by flags, not by both")
    if arguments.command == "plan" and arguments.kubeconfig is not None and not arguments.dry_run:
        parser.error("--kubeconfig is for --dry-run: nothing else of plan asks a cluster")
    return arguments


def _print_usage(out: io.StringIO, err: io.StringIO, code: int) -> int:
    show(out.getvalue(), end="")
    say(err.getvalue(), end="")
    return code


def _telling(act: Callable[[], int], *, failed: int) -> int:
    """The exit code of what is done, or ``failed`` where nothing can be printed any more."""
    try:
        return act()
    except BrokenPipeError:
        _give_up()
    except OSError as error:
        _give_up(f"launcher-k8s: input or output failed: {error.strerror or error}\n")
    return failed


def _carry_out(arguments: argparse.Namespace, failed: int) -> int:
    with _warnings_shown():
        try:
            return _verb(arguments.command)(arguments)
        except WrongUsageError as wrong:
            print_error(wrong.error, as_json=arguments.json)
            return WRONG_USAGE
        except LauncherError as error:
            print_error(error, as_json=arguments.json)
            return failed


def _print_anything() -> None:
    """A character that the terminal's encoding lacks, or half a character, is shown by its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _give_up(last_words: str = "") -> None:
    """Print no more, but last words on standard error where that still works."""
    _discard(sys.stdout)
    try:
        sys.stderr.write(last_words)
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    # Python flushes its streams once more at its end: give them somewhere to go.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _verb(command: str) -> Callable[[argparse.Namespace], int]:
    match command:
        case "run":
            from launcher_k8s.cli.run import run

            return run
        case "explain":
            from launcher_k8s.cli.explain import explain

            return explain
        case "check-config":
            from launcher_k8s.cli.check_config import check_config

            return check_config
        case "check" | "diagnose":
            from launcher_k8s.cli.check import check
            from launcher_k8s.cli.diagnose import diagnose

            return {"check": check, "diagnose": diagnose}[command]
        case "rbac":
            from launcher_k8s.cli.rbac import rbac

            return rbac
        case "convert-overrides":
            from launcher_k8s.cli.convert_overrides import convert_overrides

            return convert_overrides
        case "generate-templates" | "validate-templates" | "diff-templates":
            from launcher_k8s.cli import templates

            return {
                "generate-templates": templates.generate_templates,
                "validate-templates": templates.validate_templates,
                "diff-templates": templates.diff_templates,
            }[command]
        case "stop" | "kill" | "suspend" | "resume" | "cancel":
            from launcher_k8s.cli.control import control

            return control
        case "demo":
            from launcher_k8s.cli.demo import demo

            return demo
        case _:
            from launcher_k8s.cli.plan import plan

            return plan


@contextmanager
def _warnings_shown() -> Iterator[None]:
    """Show what the library logs as a warning, such as a user whom the host does not know."""
    handler = _ToStandardError(logging.WARNING)
    _log.addHandler(handler)
    try:
        yield
    finally:
        _log.removeHandler(handler)


class _ToStandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(f"launcher-k8s: {record.getMessage()}")
