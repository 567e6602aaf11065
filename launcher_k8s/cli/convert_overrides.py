"""``launcher-k8s convert-overrides``: the overrides of a configuration as a directory of templates, proved.

What the templates give is compared with what the overrides give, by rendering both for sample jobs and for
everybody whom a section could be for.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import attrs

from launcher_k8s.cli.common import cluster_of, print_json, say, show
from launcher_k8s.config import ReadFailure
from launcher_k8s.conversion import (
    Conversion,
    Difference,
    SetRenderer,
    convert,
    people_of,
    prove,
    sample_jobs,
)
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.files import read_text
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.present import Table
from launcher_k8s.templates.defaults import JOB_FILE, default_templates, is_jinja

UNPROVED = 1


def convert_overrides(arguments: argparse.Namespace) -> int:
    """Write the templates, and tell whom each section is for; 0 only if they give equal objects."""
    base = default_templates()[JOB_FILE]
    if arguments.base is not None:
        base = _read_template(arguments.base)
    conversion = convert(cluster_of(arguments), base)
    jobs = sample_jobs()
    differences = prove(conversion, jobs, SetRenderer(HostEffects()))
    written = _write(conversion, Path(arguments.outdir))
    if arguments.json:
        print_json(
            {
                "files": list(map(str, written)),
                "sections": _sections(conversion).records(),
                "isProved": not differences,
                "differences": [attrs.asdict(difference) for difference in differences],
            }
        )
    else:
        show("\n".join(map(str, written)))
        say(_sections(conversion).text())
    say(f"launcher-k8s: {_verdict(conversion, differences, len(jobs))}")
    return UNPROVED if differences else 0


def _verdict(conversion: Conversion, differences: tuple[Difference, ...], jobs: int) -> str:
    if not differences:
        people = len(people_of(conversion.choices))
        return (
            f"proved: {jobs} sample jobs for each of {people} people get the same objects as by the overrides"
        )
    told = "; ".join(
        f"job {each.job!r} of {each.person.user}: {each.pointer or 'the whole job'}"
        for each in differences[:5]
    )
    return f"not proved: {len(differences)} differences from what the overrides give: {told}"


def _read_template(path: str) -> str:
    if is_jinja(path):
        message = f"the job template {path} is in Jinja2, and overrides become one in Go's language"
        raise ConfigurationError(message, hint="leave --base away, or give a job.tpl to begin with")
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
