from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from launcher_k8s.files import load_settings
from launcher_k8s.job import Container, Job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.utilization import Utilization
from launcher_k8s.wire import from_wire, to_wire


def test_defaults_are_left_out() -> None:
    assert to_wire(Job(name="a", container=Container(image="i"))) == {
        "name": "a",
        "container": {"image": "i"},
    }


def test_a_secret_is_never_written() -> None:
    assert "planted" not in json.dumps(to_wire(ClusterSettings(auth_token="planted")))


def test_utilization_has_the_names_of_the_plugin_protocol() -> None:
    figures = Utilization(
        time=datetime(2026, 5, 1, tzinfo=UTC),
        cpu_percent=12.5,
        cpu_time_s=3.0,
        virtual_memory_mb=64.0,
        resident_memory_mb=16.0,
    )
    wire = to_wire(figures)
    assert wire == {
        "time": "2026-05-01T00:00:00Z",
        "cpuPercent": 12.5,
        "cpuTime": 3.0,
        "virtualMemory": 64.0,
        "residentMemory": 16.0,
    }
    assert from_wire(Utilization, wire) == figures


def test_settings_that_files_gave_are_json(tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text("api-url=https://10.0.0.1:6443\nauth-token=planted\n")
    settings = load_settings(tmp_path).cluster()
    text = json.dumps(to_wire(settings))
    assert "planted" not in text
    assert from_wire(ClusterSettings, json.loads(text)).api_url == settings.api_url
