"""The file of models, made by ``python -m tests.models``."""

from __future__ import annotations

import subprocess
import sys

from tests.models import FILE, text_of_models


def test_the_file_is_what_the_installed_models_say() -> None:
    assert FILE.read_text() == text_of_models(), "run python -m tests.models"


def test_the_models_themselves_are_not_loaded_for_a_scripted_cluster() -> None:
    code = (
        "import sys; from launcher_k8s.testing import ScriptedCluster; ScriptedCluster(); "
        "print('kubernetes_asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
