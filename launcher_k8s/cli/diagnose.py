"""``launcher-k8s diagnose``: why a job waits, how it goes on, or how it ended, and what to do."""

from __future__ import annotations

import argparse

from launcher_k8s.cause import Diagnosis, diagnosis_table
from launcher_k8s.cli.common import print_json, show
from launcher_k8s.cli.following import sentences
from launcher_k8s.cli.reaching import with_backend


def diagnose(arguments: argparse.Namespace) -> int:
    """Print the diagnosis."""
    diagnosis = with_backend(
        arguments, lambda backend: backend.diagnose(arguments.job_id, user=arguments.user)
    )
    if arguments.json:
        print_json(diagnosis)
    else:
        show(_told(diagnosis))
    return 0


def _told(diagnosis: Diagnosis) -> str:
    """The sentences first, then everything that is known, a line each."""
    told = ("summary", "what to do")
    known = [f"{about}: {what}" for about, what in diagnosis_table(diagnosis).rows if about not in told]
    return "\n".join([*sentences(diagnosis), *known])
