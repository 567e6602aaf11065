from __future__ import annotations

import io
import os
import pwd
import threading
from pathlib import Path

import pytest

from launcher_k8s import files
from launcher_k8s.config import FileText, ReadFailure
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.files import load_settings, read_file, read_settings, read_text
from tests.examples import EXAMPLES, example_directory


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_guides_examples_load(example: str) -> None:
    assert load_settings(example_directory(example), environ={}).cluster().name == "Kubernetes"


def test_an_absent_file_is_told_as_absent(tmp_path: Path) -> None:
    failure = read_file(str(tmp_path / "none"))
    assert isinstance(failure, ReadFailure)
    assert failure.absent


def test_a_file_comes_with_its_mode_and_owner(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(b"x")
    path.chmod(0o640)
    file = read_file(str(path))
    assert isinstance(file, FileText)
    assert (file.data, file.mode) == (b"x", 0o640)
    assert file.owner


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path, make: object) -> None:
    path = tmp_path / "odd"
    make(path)  # type: ignore[operator]
    failure = read_file(str(path))
    assert isinstance(failure, ReadFailure)
    assert not failure.absent


def test_a_path_with_a_nul_is_a_failure_not_an_exception() -> None:
    assert isinstance(read_file("a\0b"), ReadFailure)


def test_all_problems_of_a_directory_are_raised_at_once(tmp_path: Path) -> None:
    (tmp_path / "launcher.kubernetes.conf").write_text("api-url=ftp://x\nfetch-limit=none\nnothing\n")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path, environ={})
    lines = {diagnostic.location.line for diagnostic in caught.value.diagnostics}
    assert {1, 2, 3} <= lines
    assert str(tmp_path) in caught.value.message


def test_reading_never_raises_for_what_files_say(tmp_path: Path) -> None:
    settings, diagnostics = read_settings(tmp_path / "nowhere", environ={})
    assert settings is None
    assert diagnostics


def test_a_file_in_place_of_the_directory_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "launcher.kubernetes.conf"
    path.write_text("")
    settings, (diagnostic,) = read_settings(path, environ={})
    assert settings is None
    assert (diagnostic.location.file, diagnostic.message) == (str(path), "this is a file")
    assert diagnostic.hint == f"give the directory that it is in: {tmp_path}"


def test_clusters_know_how_to_read_their_files_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    main = tmp_path / "conf" / "launcher.kubernetes.conf"
    main.write_text("fetch-limit=10\nno-such-key=1\n")
    monkeypatch.chdir(tmp_path)
    cluster = load_settings("conf", strict=False, environ={}, scratch_path="/given").cluster()
    assert cluster.read_again is not None
    monkeypatch.chdir("/")
    main.write_text("fetch-limit=20\nno-such-key=1\nscratch-path=/own\n")
    again, diagnostics = cluster.read_again()
    assert again is not None, diagnostics
    assert (again.cluster().fetch_limit, again.cluster().scratch_path) == (20, "/given")


def test_what_the_server_user_may_not_enter_is_told(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf").chmod(0o700)
    other = next(name for name in ("nobody", "daemon") if pwd.getpwnam(name).pw_uid != os.getuid())
    (tmp_path / "conf" / "launcher.kubernetes.conf").write_text(f"server-user={other}\n")
    _, diagnostics = read_settings(tmp_path / "conf", environ={})
    (finding,) = [each for each in diagnostics if each.code == "unreadable-for-server-user"]
    assert finding.message.startswith(f"{other} (")
    assert "may not enter /" in finding.message


def found_in(path: Path) -> FileText:
    file = read_file(str(path))
    assert isinstance(file, FileText)
    return file


def test_the_way_to_a_file_goes_through_its_links(tmp_path: Path) -> None:
    hidden, shown = tmp_path / "hidden", tmp_path / "shown"
    hidden.mkdir(0o700)
    shown.mkdir(0o755)
    (hidden / "x.json").write_text("1")
    (shown / "x.json").symlink_to(hidden / "x.json")
    way = {step.path: step.mode for step in found_in(shown / "x.json").way()}
    assert (way[str(hidden)], way[str(shown)]) == (0o700, 0o755)
    assert [*way][-1] == str(hidden / "x.json")


def test_of_a_file_that_is_gone_no_way_is_known(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("1")
    file = found_in(path)
    path.unlink()
    assert file.way() == []


def test_an_account_that_the_host_does_not_know_is_not_judged_nor_who_reads_now(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("1")
    account = found_in(tmp_path / "x.json").account
    assert [account(name) for name in ("no-such-account", "a\0b")] == [None, None]
    assert account(pwd.getpwuid(os.geteuid()).pw_name) is None


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text_is_read_without_its_mark_and_with_plain_line_ends(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "job.json"
    path.write_bytes(f"\ufeffa{newline}b".encode())
    assert read_text(str(path)) == "a\nb"


def test_a_text_comes_through_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"text",))
    writer.start()
    assert read_text(str(path)) == "text"
    writer.join()


def test_a_device_is_not_read() -> None:
    failure = read_text("/dev/zero")
    assert isinstance(failure, ReadFailure)
    assert failure.reason == "it is a device"


def test_a_minus_stands_for_a_stream() -> None:
    assert read_text("-", stream=io.StringIO("text")) == "text"


def test_without_a_stream_a_minus_is_a_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("text")
    assert read_text("-") == "text"


def test_no_more_than_a_limit_is_read_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LARGEST", 2**20)
    stream = io.StringIO("a" * (2**20 + 9))
    failure = read_text("-", stream=stream)
    assert isinstance(failure, ReadFailure)
    assert failure.reason == "it is larger than 1 MiB"
    assert len(stream.read()) == 8


def test_no_more_than_a_limit_is_read_of_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LARGEST", 1000)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"a" * 1001,))
    writer.start()
    assert isinstance(read_text(str(path)), ReadFailure)
    writer.join()
