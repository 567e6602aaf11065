"""``launcher-k8s check-config``: everything found in a configuration directory, and what its users get."""

from __future__ import annotations

import argparse

from launcher_k8s.checkup import check_directory
from launcher_k8s.cli.common import print_json, say_unchecked, show


def check_config(arguments: argparse.Namespace) -> int:
    """Print what was found, on standard output; 0 where there is neither an error nor a warning."""
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
        say_unchecked()
    return 0 if checkup.is_clean else 1
