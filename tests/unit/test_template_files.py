from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.files import load_settings, read_settings
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.template_files import write_absent
from launcher_k8s.templates.defaults import JINJA_JOB_FILE, JOB_FILE, SERVICE_FILE, default_templates

OURS = default_templates()
NATIVE = default_templates(jinja=True)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    directory = tmp_path / "config"
    directory.mkdir()
    (tmp_path / "scratch").mkdir()
    (directory / "launcher.kubernetes.conf").write_text(
        f"api-url=https://10.0.0.1:6443\nauth-token=opaque\nuse-templating=1\nscratch-path={tmp_path}/scratch\n"
    )
    return directory


def test_settings_carry_the_templates_of_the_scratch_path(config: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch" / "labels.tpl").write_text("team: x")
    (tmp_path / "scratch" / "notes.txt").write_text("{{")
    cluster = load_settings(config, environ={}).cluster()
    assert cluster.templates == {"labels.tpl": "team: x"}
    assert sorted(path.name for path in (tmp_path / "scratch").iterdir()) == ["labels.tpl", "notes.txt"]


def test_a_scratch_path_may_be_absent(config: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch").rmdir()
    assert load_settings(config, environ={}).cluster().templates == {}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"# Version: 9\n", "template-version"),
        (b"# Version: 2.5.0\n{{", "template-syntax"),
        (b"\xff", "not-text"),
    ],
)
def test_a_template_that_cannot_be_used_refuses_the_settings(
    config: Path, tmp_path: Path, data: bytes, code: str
) -> None:
    (tmp_path / "scratch" / JOB_FILE).write_bytes(data)
    settings, diagnostics = read_settings(config, environ={})
    assert settings is None
    (found,) = [each for each in diagnostics if each.severity.value == "error"]
    assert (found.code, found.location.file) == (code, f"{tmp_path}/scratch/{JOB_FILE}")
    assert found.hint


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{# Version: 9 #}\n", "template-version"),
        (b"{# Version: 2.5.0 #}\n{{ 1 | nothing }}", "template-syntax"),
        (b"\xff", "not-text"),
    ],
)
def test_a_native_template_that_cannot_be_used_refuses_the_settings(
    config: Path, tmp_path: Path, data: bytes, code: str
) -> None:
    (tmp_path / "scratch" / JINJA_JOB_FILE).write_bytes(data)
    settings, diagnostics = read_settings(config, environ={})
    assert settings is None
    (found,) = [each for each in diagnostics if each.severity.value == "error"]
    assert (found.code, found.location.file) == (code, f"{tmp_path}/scratch/{JINJA_JOB_FILE}")


def test_two_templates_of_the_job_refuse_the_settings(config: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch" / JOB_FILE).write_text(OURS[JOB_FILE])
    (tmp_path / "scratch" / JINJA_JOB_FILE).write_text(NATIVE[JINJA_JOB_FILE])
    settings, diagnostics = read_settings(config, environ={})
    assert settings is None
    assert any("job.tpl and job.yaml.j2 both make the Job" in each.message for each in diagnostics)


def test_settings_carry_native_templates_and_nothing_is_written_beside_them(
    config: Path, tmp_path: Path
) -> None:
    for name, text in NATIVE.items():
        (tmp_path / "scratch" / name).write_text(text)
    cluster = load_settings(config, environ={}).cluster()
    assert cluster.templates == NATIVE
    assert write_absent(cluster) == ()


def test_native_templates_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    cluster = ClusterSettings(scratch_path=str(tmp_path))
    assert write_absent(cluster, jinja=True) == tuple(str(tmp_path / name) for name in NATIVE)


def test_templates_are_read_only_where_templating_is_on(config: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch" / JOB_FILE).write_text("{{")
    main = config / "launcher.kubernetes.conf"
    main.write_text(main.read_text().replace("use-templating=1", "use-templating=0"))
    assert load_settings(config, environ={}).cluster().templates is None


def test_only_what_is_absent_is_written(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "scratch"
    cluster = ClusterSettings(scratch_path=str(directory))
    assert write_absent(cluster) == (str(directory / JOB_FILE), str(directory / SERVICE_FILE))
    assert (directory / JOB_FILE).read_text() == OURS[JOB_FILE]
    (directory / JOB_FILE).write_text("mine")
    (directory / SERVICE_FILE).unlink()
    assert write_absent(cluster) == (str(directory / SERVICE_FILE),)
    assert (directory / JOB_FILE).read_text() == "mine"


def test_what_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cluster = attrs.evolve(ClusterSettings(), scratch_path=str(tmp_path / "file" / "scratch"))
    with pytest.raises(ConfigurationError, match="templates cannot be written to"):
        write_absent(cluster)
