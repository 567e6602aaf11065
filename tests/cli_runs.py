"""Command lines run in this process, and directories to run them on, for the tests of the commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from launcher_k8s.cli import main
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.testing import ScriptedCluster
from tests.examples import example_directory

PROFILES = "launcher.kubernetes.profiles.conf"
RESOURCES = "launcher.kubernetes.resources.conf"


@attrs.frozen
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def records(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        """The rows of a table of ``--json``, by one of its columns."""
        return {row[key]: row for row in self.json[table]}


class Cli:
    """Runs ``launcher-k8s`` with some words."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Done:
        code = main(list(words))
        out, err = self._capsys.readouterr()
        return Done(code, out, err)

    def explain(self, example: str, user: str, groups: tuple[str, ...], *flags: str) -> Done:
        """``explain --json`` of a published example; ``outsiders`` is a group that no section names."""
        words = [word for group in groups or ("outsiders",) for word in ("--group", group)]
        directory = str(example_directory(example))
        return self("explain", "--json", "--config", directory, "--user", user, *words, *flags)


def put_in_place(cluster: ScriptedCluster, monkeypatch: pytest.MonkeyPatch, *, clock_of: str) -> None:
    """Let commands reach a scripted cluster, and one of their modules be on its clock."""
    for name in ("from_settings", "from_kubeconfig"):
        monkeypatch.setattr(KubernetesCluster, name, lambda *_: cluster)
    monkeypatch.setattr(f"launcher_k8s.cli.{clock_of}.SystemClock", lambda: cluster.clock)


def place(example: str, section: str, key: str = "", *, file: str = PROFILES) -> str:
    """Where an example states a key, as an origin shows it; found by reading the file as a text."""
    path = example_directory(example) / file
    within = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        within = line if line.startswith("[") else within
        if within == section and (line.startswith(f"{key}=") if key else line == section):
            return f"{path}:{number} {section}{' ' + key if key else ''}"
    raise LookupError(f"{path}: {section} {key}")


def write_directory(directory: Path, files: Mapping[str, str]) -> str:
    """A configuration directory with these files, readable by their owner only."""
    for name, text in files.items():
        path = directory / name
        path.write_text(text, "utf-8")
        path.chmod(0o600)
    return str(directory)
