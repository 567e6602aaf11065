"""``generate-templates``, ``validate-templates`` and ``diff-templates``, as the plugin's own flags do.

Each works on the directory of templates of a configured cluster, or on one that is named (domain, section 4).
"""

from __future__ import annotations

import argparse
import os
import pwd
from pathlib import Path

import attrs

from launcher_k8s.cli.common import WrongUsageError, print_json, say, show
from launcher_k8s.diagnostics import Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.files import read_file, read_settings
from launcher_k8s.host.effects import HostEffects
from launcher_k8s.report import count_severities, diagnostic_record, diagnostics_text
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings
from launcher_k8s.template_files import read_directory, write_absent
from launcher_k8s.templates import differences, validation

FOUND = 1


def generate_templates(arguments: argparse.Namespace) -> int:
    """Write the library's own templates where there are none, and tell their paths."""
    written = write_absent(_cluster(arguments), jinja=arguments.jinja)
    if arguments.json:
        print_json({"files": list(written)})
    else:
        show("".join(f"{path}\n" for path in written), end="")
    if not written:
        say("launcher-k8s: nothing was written: all templates are there")
    return 0


def validate_templates(arguments: argparse.Namespace) -> int:
    """Tell everything that is wrong with the templates; 0 only if nothing is."""
    user = arguments.user or _invoking_user()
    found = validation.validate_templates(_files(arguments), user=user, effects=HostEffects())
    if arguments.json:
        print_json(
            {
                "counts": count_severities(found.diagnostics),
                "diagnostics": [diagnostic_record(each) for each in found.diagnostics],
                "samples": [attrs.asdict(each) for each in found.samples] if arguments.verbose else [],
            }
        )
    else:
        _print(found, verbose=arguments.verbose)
    return 0 if found.is_clean else FOUND


def diff_templates(arguments: argparse.Namespace) -> int:
    """Show how the templates differ from the library's own; 1 if they do, else 0."""
    found = [each for each in differences.diff_templates(_files(arguments)) if each.hunks]
    if arguments.json:
        print_json({"differences": [attrs.asdict(each) for each in found]})
    else:
        show("".join(each.text for each in found), end="")
    return FOUND if found else 0


def _print(found: validation.Validation, *, verbose: bool) -> None:
    if verbose:
        for sample in found.samples:
            show(f"# --- {sample.name}, for {sample.what}\n{sample.text}")
    show(diagnostics_text(found.diagnostics))


def _files(arguments: argparse.Namespace) -> dict[str, str]:
    directory = _cluster(arguments).scratch_directory
    texts, problems = read_directory(directory, read_file)
    if problems:
        raise ConfigurationError(f"the templates in {directory} cannot be read", diagnostics=problems)
    if not texts and arguments.scratch_path is not None and not Path(directory).is_dir():
        raise WrongUsageError(
            ConfigurationError(
                f"the directory {directory} is not there",
                hint="correct --scratch-path, or write templates there: generate-templates",
            )
        )
    if not texts:
        lack = "has no templates" if Path(directory).is_dir() else "is not there"
        say(f"launcher-k8s: {directory} {lack}: the library's own are used")
    return texts


def _cluster(arguments: argparse.Namespace) -> ClusterSettings:
    """The cluster whose templates are meant; read without them, as they may be broken."""
    if arguments.scratch_path is not None:
        return ClusterSettings(scratch_path=arguments.scratch_path)
    directory = arguments.config or DEFAULT_DIRECTORY
    settings, diagnostics = read_settings(directory, read=read_file)
    if settings is None:
        errors = tuple(each for each in diagnostics if each.severity is Severity.ERROR)
        raise ConfigurationError(
            f"the configuration in {directory} does not say where templates are",
            diagnostics=errors,
            hint="correct it, or name the directory: --scratch-path",
        )
    return settings.cluster(arguments.cluster)


def _invoking_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
