from __future__ import annotations

import json
from pathlib import Path

from launcher_k8s.files import load_settings
from launcher_k8s.job import Container, Job
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wire import from_wire, to_wire


def test_defaults_are_left_out() -> None:
    assert to_wire(Job(name="a", container=Container(image="i"))) == {
        "name": "a",
        "container": {"image": "i"},
    }


def test_a_secret_is_never_written() -> None:
    assert "planted" not in json.dumps(to_wire(ClusterSettings(auth_token="planted")))


def test_settings_that_files_gave_are_json(tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text("api-url=https://10.0.0.1:6443\nauth-token=planted\n")
    settings = load_settings(tmp_path).cluster()
    text = json.dumps(to_wire(settings))
    assert "planted" not in text
    assert from_wire(ClusterSettings, json.loads(text)).api_url == settings.api_url
