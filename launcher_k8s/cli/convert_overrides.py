"""``launcher-k8s convert-overrides``: the overrides of a configuration as a directory of templates.

What the templates give is compared with what the overrides gave by rendering both. No template engine is
in this version to do so: the command says that nothing was compared, and ends as with a finding.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from launcher_k8s.cli.common import cluster_of, print_json, say, show
from launcher_k8s.config import ReadFailure
from launcher_k8s.conversion import Conversion, convert
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.files import read_text
from launcher_k8s.present import Table

UNPROVED = 1
_UNPROVED = (
    "not proved: that these templates give the same objects as the overrides was not checked, because this "
    "version cannot render templates yet. Compare some jobs by hand before use-templating=1 is set."
)


def convert_overrides(arguments: argparse.Namespace) -> int:
    """Write the templates and tell whom each section is for; never 0 while nothing proves them."""
    conversion = convert(cluster_of(arguments), _read_template(arguments.base))
    written = _write(conversion, Path(arguments.outdir))
    if arguments.json:
        print_json(
            {"files": list(map(str, written)), "sections": _sections(conversion).records(), "isProved": False}
        )
    else:
        show("\n".join(map(str, written)))
        say(_sections(conversion).text())
    say(f"launcher-k8s: {_UNPROVED}")
    return UNPROVED


def _read_template(path: str) -> str:
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"the job template {path} is not UTF-8: {error.reason}") from error
    if isinstance(text, ReadFailure):
        message = f"the job template {path} cannot be read: {text.reason}"
        raise ConfigurationError(message, hint="give the job.tpl to begin with")
    return text


def _write(conversion: Conversion, directory: Path) -> list[Path]:
    """Write the files into a directory that holds nothing else yet: templates in use are not replaced."""
    paths = [directory / name for name in conversion.templates]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigurationError(f"{directory} is not empty", hint="name a directory that is new")
        for path, text in zip(paths, conversion.templates.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or directory} cannot be written: {error.strerror or error}"
        ) from error
    return paths


def _sections(conversion: Conversion) -> Table:
    rows = tuple(
        (
            f"[{choice.title}]",
            ", ".join(override.pointer for override in choice.overrides),
            str(choice.origin),
        )
        for choice in conversion.choices
    )
    return Table(
        "What is set; of the sections that match, the last counts", ("section", "sets", "from"), rows
    )
