from __future__ import annotations

from pathlib import Path

import pytest

from launcher_k8s.conversion import convert
from launcher_k8s.files import load_settings
from launcher_k8s.templates.defaults import default_templates
from tests.cli_runs import PROFILES, Cli, write_directory

MAIN = "launcher.kubernetes.conf"
FILES = {
    MAIN: "api-url=https://10.0.0.1:6443\nauth-token=s3cret\n",
    PROFILES: '[*]\njob-json-overrides="/spec/suspend":"x.json"\n[jo]\njob-json-overrides=\n',
    "x.json": "false",
}
BASE = default_templates()["job.tpl"].replace("stdinOnce: true", "stdinOnce: true\n          tty: false")


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "conf").mkdir()
    (tmp_path / "base.tpl").write_text(BASE)
    return write_directory(tmp_path / "conf", FILES)


def words(config: str, *more: str) -> tuple[str, ...]:
    """The command with the base beside the configuration, and a directory to write beside both."""
    base, out = Path(config).parent / "base.tpl", Path(config).parent / "out"
    return ("convert-overrides", "--config", config, "--base", str(base), *more, str(out))


def test_the_templates_are_written_and_proved(cli: Cli, config: str) -> None:
    done = cli(*words(config))
    out = Path(config).parent / "out"
    expected = convert(load_settings(config).cluster(), BASE).templates
    assert {path.name: path.read_text() for path in out.iterdir()} == expected
    assert done.out.splitlines() == [str(out / name) for name in expected]
    assert "[jo]" in done.err
    assert "launcher-k8s: proved: 2 sample jobs for each of 2 people" in done.err
    assert done.code == 0


def test_json_says_so_too(cli: Cli, config: str) -> None:
    done = cli(*words(config, "--json"))
    assert (done.code, done.json["isProved"], done.json["differences"]) == (0, True, [])
    assert [(row["section"], row["sets"]) for row in done.json["sections"]] == [
        ("[*]", "/spec/suspend"),
        ("[jo]", ""),
    ]


def test_templates_that_are_there_are_not_replaced(cli: Cli, config: str) -> None:
    out = Path(config).parent / "out"
    out.mkdir()
    (out / "job.tpl").write_text("mine")
    done = cli(*words(config))
    assert (done.code, done.out) == (1, "")
    assert f"{out} is not empty" in done.err
    assert (out / "job.tpl").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_told(cli: Cli, config: str) -> None:
    out = Path(config).parent / "out"
    out.write_text("")
    done = cli(*words(config))
    assert done.code == 1
    assert f"{out} cannot be written: File exists" in done.err


@pytest.mark.parametrize(
    ("data", "told"), [(None, "cannot be read: No such file"), (b"\xff", "is not UTF-8"), (b"", "no version")]
)
def test_a_template_to_begin_with_that_is_none_is_told(
    cli: Cli, config: str, data: bytes | None, told: str
) -> None:
    base = Path(config).parent / "base.tpl"
    base.unlink()
    if data is not None:
        base.write_bytes(data)
    done = cli(*words(config))
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not (Path(config).parent / "out").exists()


def test_our_own_template_is_begun_with_where_none_is_named(cli: Cli, config: str) -> None:
    out = Path(config).parent / "out"
    done = cli("convert-overrides", "--config", config, str(out))
    assert done.code == 0
    assert (out / "job-without-overrides.tpl").read_text() == default_templates()["job.tpl"]


def test_a_template_to_begin_with_that_never_ends_is_refused(cli: Cli, config: str) -> None:
    done = cli("convert-overrides", "--config", config, "--base", "/dev/zero", "out")
    assert (done.code, done.out) == (1, "")
    assert "the job template /dev/zero cannot be read: it is a device" in done.err
