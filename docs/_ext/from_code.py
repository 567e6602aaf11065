"""The directives: options, the shape of objects, rows, errors, and what commands print.

Each is a loop over the table that the library itself works with. A page that names something which is not
there, a command that ends otherwise than its page says, and a public name that no page describes are
warnings, and a warning is an error of the build.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import attrs
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import launcher_k8s
import launcher_k8s.testing
from _ext.nodes import code, listing, prose, table
from launcher_k8s import errors, rows
from launcher_k8s import settings as settings_module
from launcher_k8s.cli import main
from launcher_k8s.manifest import RECOVERED_FIELDS
from launcher_k8s.options import Option, ValueKind
from launcher_k8s.origin import Sourced
from launcher_k8s.quantity import format_decimal
from launcher_k8s.shape.fact import OLDEST, Fact, format_path
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS

_log = logging.getLogger(__name__)

_DESCRIBED = (
    settings_module.ClusterSettings,
    settings_module.UserProfile,
    settings_module.ConnectLauncher,
)


class OptionsTable(SphinxDirective):
    """Every key of a file, from the fields that it sets: `{options} ClusterSettings`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        described = getattr(settings_module, self.arguments[0])
        lines = [
            [
                code(option.key),
                prose(_kind(option)),
                _default_of(option, field.default),
                prose(option.doc),
                prose(option.source),
            ]
            for field in attrs.fields(described)
            if (option := field.metadata.get("option"))
        ]
        columns = ("key", "value", "default", "meaning", "described in")
        return [table(columns, lines, (22, 17, 17, 30, 14))]


def _kind(option: Option) -> str:
    unit = f" ({option.unit})" if option.unit else ""
    least = f", at least {option.minimum}" if option.minimum else ""
    return option.kind.value.replace('"pointer":"file"', '`"pointer":"file"`') + unit + least


def _default_of(option: Option, default: Any) -> nodes.paragraph:
    return prose(option.unset) if option.unset else code(_default(default))


def _default(default: Any) -> str:
    if default is attrs.NOTHING:
        return "(required)"
    value = default.value if isinstance(default, Sourced) else default
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else format_decimal(value)


class ValueKinds(SphinxDirective):
    """What can be written as a value of each kind: `{value-kinds}`."""

    def run(self) -> list[nodes.Node]:
        lines = [
            [prose(kind.name.lower()), prose(kind.value), code(", ".join(_keys_of(kind)))]
            for kind in ValueKind
        ]
        return [table(("kind", "write", "keys"), lines, (15, 35, 50))]


def _keys_of(kind: ValueKind) -> Iterator[str]:
    for described in _DESCRIBED:
        for field in attrs.fields(described):
            option = field.metadata.get("option")
            if option is not None and option.kind is kind:
                yield option.key


class ShapeTable(SphinxDirective):
    """Every fact of an object's shape: `{shape} job` or `{shape} service`."""

    required_arguments = 1
    _tables: ClassVar = {"job": JOB_FACTS, "service": SERVICE_FACTS}

    def run(self) -> list[nodes.Node]:
        lines = [
            [
                code(format_path(fact.path)),
                code(fact.code),
                code(", ".join(fact.tells)),
                prose(_since(fact)),
                prose(_escape(fact.why)),
            ]
            for fact in self._tables[self.arguments[0]]
        ]
        columns = ("place", "code", "read back as", "since", "why it matters")
        return [table(columns, lines, (30, 15, 18, 7, 30))]


def _since(fact: Fact) -> str:
    number = "" if fact.since == OLDEST else ".".join(map(str, fact.since))
    return f"{number} (identifies)".strip() if fact.identifies else number


def _escape(text: str) -> str:
    return text.replace("`", "'")


class RecoveredFields(SphinxDirective):
    """The fields of a job that its Kubernetes Job tells: `{recovered-fields}`."""

    def run(self) -> list[nodes.Node]:
        return [prose(", ".join(f"`{field}`" for field in sorted(RECOVERED_FIELDS)) + ".")]


class RowFields(SphinxDirective):
    """The fields of a row, from its docstring: `{row-fields} JobRow`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        row = getattr(rows, self.arguments[0])
        described = dict(_arguments_of(row))
        if list(described) != list(row.__struct_fields__):
            _log.warning("the docstring of %s does not have its fields", row.__name__)
        lines = [[code(name), prose(text[:1].upper() + text[1:])] for name, text in described.items()]
        return [table(("field", "holds"), lines, (20, 80))]


def _arguments_of(described: type) -> Iterator[tuple[str, str]]:
    _, _, arguments = inspect.cleandoc(described.__doc__ or "").partition("Args:\n")
    for name, text in re.findall(r"^ {4}(\w+): ((?:.*\n?)(?: {8}.*\n?)*)", arguments, re.MULTILINE):
        yield name, " ".join(text.split())


class ErrorTable(SphinxDirective):
    """Every error with its parent and the Launcher's code: `{errors}`."""

    def run(self) -> list[nodes.Node]:
        lines = [
            [
                prose("\N{EM SPACE}" * depth + f"`{error.__name__}`"),
                prose(f"{error.code.value} {error.code.name.lower().replace('_', ' ')}"),
                prose(_first_line(error)),
            ]
            for error, depth in _tree(errors.LauncherError, 0)
        ]
        return [table(("error", "code", "raised when"), lines, (32, 20, 48))]


def _tree(error: type[errors.LauncherError], depth: int) -> Iterator[tuple[type[errors.LauncherError], int]]:
    yield error, depth
    for child in error.__subclasses__():
        yield from _tree(child, depth + 1)


def _first_line(described: type) -> str:
    return inspect.cleandoc(described.__doc__ or "").partition("\n\n")[0].replace("\n", " ")


class Command(SphinxDirective):
    """A command of `launcher-k8s`, run in this directory when the pages are built, and what it prints.

    Standard output, and with `:stderr:` standard error too; with `:exit-code:` it ends otherwise than with 0.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        "stderr": directives.flag,
        "exit-code": int,
        "language": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        output, ignored = io.StringIO(), io.StringIO()
        errors_to = output if "stderr" in self.options else ignored
        with (
            contextlib.chdir(Path(self.env.srcdir)),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors_to),
        ):
            exit_code = main(shlex.split(self.arguments[0]))
        if exit_code != self.options.get("exit-code", 0):
            _log.warning(
                "launcher-k8s %s ended with %s: %s", self.arguments[0], exit_code, ignored.getvalue()
            )
        command = listing(f"launcher-k8s {self.arguments[0]}", "sh")
        return [command, listing(output.getvalue().rstrip(), self.options.get("language", "text"))]


def check_public_names(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every public name that no page describes."""
    described = env.domaindata["py"]["objects"]
    for module in (launcher_k8s, launcher_k8s.testing):
        for name in module.__all__:
            if not name.startswith("__") and f"{module.__name__}.{name}" not in described:
                _log.warning("the public name %s.%s stands on no page", module.__name__, name)


def read_all_again(
    _app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]
) -> set[str]:
    """A change of the code changes pages whose own text has not changed."""
    return env.found_docs


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directives."""
    for name, directive in {
        "options": OptionsTable,
        "value-kinds": ValueKinds,
        "shape": ShapeTable,
        "recovered-fields": RecoveredFields,
        "row-fields": RowFields,
        "errors": ErrorTable,
        "launcher-k8s": Command,
    }.items():
        app.add_directive(name, directive)
    app.connect("env-get-outdated", read_all_again)
    app.connect("env-check-consistency", check_public_names)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
