"""``launcher-k8s stop``, ``kill``, ``suspend``, ``resume`` and ``cancel``: control a job by its id."""

from __future__ import annotations

import argparse

from launcher_k8s.cli.common import print_json, show
from launcher_k8s.cli.reaching import with_backend
from launcher_k8s.status import Operation
from launcher_k8s.wire import to_wire


def control(arguments: argparse.Namespace) -> int:
    """Carry the operation out that the command is named after, and print what was done."""
    operation = Operation(arguments.command)
    result = with_backend(
        arguments, lambda backend: backend.control(arguments.job_id, operation, user=arguments.user)
    )
    if arguments.json:
        print_json(to_wire(result))
    else:
        show(result.status_message)
    return 0
