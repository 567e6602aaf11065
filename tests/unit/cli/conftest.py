from __future__ import annotations

import pytest

from tests.cli_runs import Cli


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs command lines in this process, as on a machine that is in no cluster."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    return Cli(capsys)
