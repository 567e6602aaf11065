from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from launcher_k8s.errors import UnauthorizedError
from launcher_k8s.kube.credentials import FixedCredentials, TokenFile

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzYSJ9.c2ln"


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def mount(folder: Path, name: str, token: str) -> Path:
    """Projects a token as the kubelet does: a folder swapped in by renaming a symbolic link."""
    version = folder / name
    version.mkdir()
    (version / "token").write_text(token)
    fresh = folder / "..data_tmp"
    fresh.symlink_to(name)
    fresh.rename(folder / "..data")
    link = folder / "token"
    if not link.is_symlink():
        link.symlink_to("..data/token")
    return link


async def test_a_base64_encoded_token_is_decoded() -> None:
    encoded = base64.b64encode(JWT.encode()).decode()
    assert await FixedCredentials.bearer(encoded).authorization() == f"Bearer {JWT}"


async def test_a_fixed_token_cannot_be_renewed_or_shown() -> None:
    credentials = FixedCredentials.bearer("hunter2")
    assert not await credentials.renew("Bearer hunter2")
    assert "hunter2" not in repr(credentials)


async def test_a_token_file_is_stripped_and_decoded(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"\n {base64.b64encode(JWT.encode()).decode()}\n")
    assert await TokenFile(str(file), clock=Clock()).authorization() == f"Bearer {JWT}"


async def test_a_rotation_by_symbolic_link_is_seen_at_once(tmp_path: Path) -> None:
    credentials = TokenFile(str(mount(tmp_path, "v1", "old")), clock=Clock())
    assert await credentials.authorization() == "Bearer old"
    mount(tmp_path, "v2", "new")
    assert await credentials.authorization() == "Bearer new"


async def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("a")
    credentials = TokenFile(str(file), clock=Clock())
    await credentials.authorization()
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("read again"))
    assert await credentials.authorization() == "Bearer a"


async def test_a_change_that_does_not_show_is_seen_within_a_minute(tmp_path: Path) -> None:
    file, clock = tmp_path / "token", Clock()
    file.write_text("old")
    before = file.stat()
    credentials = TokenFile(str(file), clock=clock)
    await credentials.authorization()
    with file.open("r+") as opened:
        opened.write("new")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert await credentials.authorization() == "Bearer old"
    clock.now_s = 60
    assert await credentials.authorization() == "Bearer new"


async def test_renewal_says_whether_there_is_another_token(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a")
    credentials = TokenFile(str(file), clock=Clock())
    await credentials.authorization()
    assert not await credentials.renew("Bearer a")
    file.write_text("b")
    assert await credentials.renew("Bearer a")
    assert await credentials.renew("Bearer a"), (
        "another request was refused with the old one: it may try again"
    )


@pytest.mark.parametrize("broken", ["missing", "empty", "binary", "lines"])
async def test_the_last_good_token_outlives_a_broken_file(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "token"
    file.write_text("hunter2")
    credentials = TokenFile(str(file), clock=Clock())
    await credentials.authorization()
    file.unlink()
    if broken != "missing":
        file.write_bytes({"empty": b"", "binary": b"\xff\xfe\x00", "lines": b"a\nb"}[broken])
    assert await credentials.authorization() == "Bearer hunter2"
    assert str(file) in caplog.text
    assert "hunter2" not in caplog.text


async def test_without_any_token_the_file_is_named(tmp_path: Path) -> None:
    credentials = TokenFile(str(tmp_path / "absent"), clock=Clock())
    with pytest.raises(UnauthorizedError, match="absent") as caught:
        await credentials.authorization()
    assert "auth-token-path" in caught.value.hint
    assert isinstance(caught.value.__cause__, FileNotFoundError)


@pytest.mark.parametrize("text", ["line1\nline2\n", "a\x01b", "a\x7fb", "tok\u0142n", "a\tb"])
async def test_a_file_of_more_than_a_token_is_named_and_not_sent(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text, "utf-8")
    with pytest.raises(UnauthorizedError) as caught:
        await TokenFile(str(file), clock=Clock()).authorization()
    assert str(file) in caught.value.message
    assert "on one line" in caught.value.hint
    assert text.strip() not in str(caught.value)


@pytest.mark.parametrize("text", ["line1\nline2", "a\0b", "\ud800"])
def test_a_setting_of_more_than_a_token_is_refused(text: str) -> None:
    with pytest.raises(UnauthorizedError, match=r"auth-token \(main.conf:2\)") as caught:
        FixedCredentials.bearer(text, source="auth-token (main.conf:2)")
    assert "on one line" in caught.value.hint
