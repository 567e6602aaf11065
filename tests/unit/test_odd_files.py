"""Files on a real disk that are no files, or not for us: each is told once, in words, and none blocks."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s import files
from launcher_k8s.config import FileText, ReadFailure
from launcher_k8s.diagnostics import Diagnostic, Severity
from launcher_k8s.files import read_file, read_settings
from tests.memory_files import CONNECTION, MAIN, PROFILES

NOBODY = 65534


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that every account may enter, with a main file."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        (path / MAIN).write_text(CONNECTION)
        yield path
        path.chmod(0o755)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read all: where the tests run as root, somebody else reads."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def only_finding(directory: str | Path) -> Diagnostic:
    settings, diagnostics = read_settings(directory, environ={})
    assert settings is None
    assert len(diagnostics) == 1, "\n".join(map(str, diagnostics))
    return diagnostics[0]


def bind_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


ODD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "directory": (Path.mkdir, "it is a directory"),
    "pipe": (os.mkfifo, "it is a pipe"),
    "socket": (bind_socket, "it is a socket"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "it is a device"),
    "terminal": (lambda path: path.symlink_to("/dev/tty"), "it is a device"),
    "link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "link to nothing": (lambda path: path.symlink_to("nothing"), "it is a symbolic link to nothing"),
    "link to its directory": (lambda path: path.symlink_to("."), "it is a directory"),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["launcher.conf", PROFILES, "launcher.kubernetes.resources.conf"])
def test_what_stands_where_a_file_may_stand_is_told(directory: Path, name: str, kind: str) -> None:
    make, reason = ODD[kind]
    make(directory / name)
    finding = only_finding(directory)
    assert finding.code == "unreadable-file"
    assert finding.message == f"{directory / name} cannot be read: {reason}"
    assert finding.hint


def test_a_pipe_for_an_override_is_no_matter_of_access(directory: Path) -> None:
    (directory / PROFILES).write_text('[*]\njob-json-overrides="/spec/x":"pipe"\n')
    os.mkfifo(directory / "pipe")
    (error,) = [d for d in read_settings(directory)[1] if d.severity is Severity.ERROR]
    assert error.hint == "put a regular file in its place"


def test_a_link_to_itself_is_no_matter_of_access(directory: Path) -> None:
    (directory / PROFILES).symlink_to(PROFILES)
    assert only_finding(directory).hint == "mend the link"


@pytest.mark.parametrize("kind", ODD)
def test_what_stands_where_the_main_file_must_is_told(directory: Path, kind: str) -> None:
    (directory / MAIN).unlink()
    make, reason = ODD[kind]
    make(directory / MAIN)
    assert reason in only_finding(directory).message


def test_a_link_to_a_file_is_followed(directory: Path) -> None:
    (directory / MAIN).rename(directory / "real")
    (directory / MAIN).symlink_to(directory / "link")
    (directory / "link").symlink_to("real")
    settings, _ = read_settings(directory, environ={})
    assert settings is not None


@pytest.mark.parametrize("name", [MAIN, PROFILES])
def test_a_file_without_permission_is_told(directory: Path, name: str) -> None:
    (directory / name).touch()
    (directory / name).chmod(0)
    with without_privileges():
        finding = only_finding(directory)
    assert (finding.code, finding.hint) == ("unreadable-file", "give this account read access to it")
    assert "Permission denied" in finding.message


def test_a_directory_without_permission_is_told_once(directory: Path) -> None:
    directory.chmod(0o644)
    with without_privileges():
        finding = only_finding(directory)
    assert (finding.location.file, finding.location.line) == (str(directory), 0)
    assert finding.message == "this directory cannot be entered: Permission denied"


def test_a_directory_that_may_be_entered_need_not_be_listed(directory: Path) -> None:
    directory.chmod(0o711)
    with without_privileges():
        settings, _ = read_settings(directory, environ={})
    assert settings is not None


def test_a_directory_that_is_gone_is_told_once(directory: Path) -> None:
    finding = only_finding(directory / "gone")
    assert (finding.code, finding.message) == ("missing-file", "there is no such directory")


def test_a_directory_that_goes_while_it_is_the_working_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert only_finding(".").code == "missing-file"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("x" * 300, "File name too long"), ("x/" * 3000, "File name too long"), ("a\0b", "null byte")],
)
def test_a_name_that_no_directory_can_have_is_told(directory: Path, name: str, reason: str) -> None:
    assert reason in only_finding(f"{directory}/{name}").message


@pytest.mark.parametrize("name", [b"with blanks ", b"line\nfeed", b"caf\xe9", b"\xff\xfe", "größe".encode()])
def test_a_directory_may_be_called_anything(directory: Path, name: bytes) -> None:
    odd = directory / os.fsdecode(name)
    odd.mkdir()
    (odd / MAIN).write_text(f"{CONNECTION}nonsense\n")
    finding = only_finding(odd)
    assert (finding.code, finding.location.file) == ("missing-equals", str(odd / MAIN))


def test_a_file_that_a_setting_names_may_be_called_anything(directory: Path) -> None:
    (directory / MAIN).write_text(f'{CONNECTION}profile-config="my profiles # 1.conf"\n')
    (directory / "my profiles # 1.conf").write_text("[*]\nmax-cpus=2\n")
    settings, _ = read_settings(directory, environ={})
    assert settings is not None
    assert settings.cluster().profiles[0].values["max_cpus"].value == 2


def test_a_file_that_is_written_meanwhile_is_told(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fstat = os.fstat
    path = directory / MAIN

    def look(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        with path.open("a") as file:
            file.write("fetch-limit=2\n")
        return status

    monkeypatch.setattr(os, "fstat", look)
    failure = read_file(str(path))
    assert isinstance(failure, ReadFailure)
    assert failure.reason == "it was being written"


def test_a_file_that_is_replaced_meanwhile_is_read_as_it_was(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fstat = os.fstat
    path = directory / MAIN

    def look(descriptor: int) -> os.stat_result:
        (directory / "new").write_text("fetch-limit=2\n")
        (directory / "new").replace(path)
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", look)
    file = read_file(str(path))
    assert isinstance(file, FileText)
    assert file.data == CONNECTION.encode()


def test_a_file_that_becomes_a_pipe_meanwhile_does_not_block(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def look(path: Path) -> os.stat_result:
        status = stat(path)
        path.unlink()
        os.mkfifo(path)
        return status

    monkeypatch.setattr(Path, "stat", look)
    failure = read_file(str(directory / MAIN))
    assert isinstance(failure, ReadFailure)
    assert failure.reason == "it is a pipe"


def test_a_file_without_end_is_not_read_to_its_end(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LARGEST", 10)
    failure = read_file(str(directory / MAIN))
    assert isinstance(failure, ReadFailure)
    assert failure.reason.startswith("it is larger than")
