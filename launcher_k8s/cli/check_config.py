"""``launcher-k8s check-config``: everything found in a configuration directory, and what its users get."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from launcher_k8s.checkup import check_directory
from launcher_k8s.cli.common import WrongUsageError, print_json, show, version_named
from launcher_k8s.errors import ConfigurationError


def check_config(arguments: argparse.Namespace) -> int:
    """Print what was found, on standard output; 0 where there is neither an error nor a warning."""
    with version_named(), _cluster_named():
        checkup = check_directory(
            arguments.config,
            strict=not arguments.lenient,
            cluster=arguments.cluster,
            kubernetes=arguments.kubernetes,
            ask_host=not arguments.elsewhere,
        )
    if arguments.json:
        print_json(checkup.records())
    else:
        show(checkup.text())
    return 0 if checkup.is_clean else 1


@contextmanager
def _cluster_named() -> Iterator[None]:
    """Of a directory nothing is raised but that it has no such cluster."""
    try:
        yield
    except ConfigurationError as error:
        raise WrongUsageError(error) from error
