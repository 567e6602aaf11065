"""`keeper.mounts`, where it can be seen: from inside a container."""

# ruff: noqa: ASYNC240

from __future__ import annotations

from pathlib import Path

import pytest

from launcher_k8s.testing.local.container import ContainerRefused, ContainerSpec, Mount
from launcher_k8s.testing.local.pods import Pod
from launcher_k8s.testing.local.runtime import Runtime
from tests.unit.testing.local.conftest import output_of, shell, started


@pytest.fixture
async def node(mounting: Runtime) -> Pod:
    return await mounting.create_pod()


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    found = tmp_path / "volume"
    found.mkdir()
    (found / "file").write_text("content\n")
    return found


async def test_shows_a_directory_where_this_machine_has_none(node: Pod, volume: Path) -> None:
    mount = Mount(str(volume), "/no-such-place/below/it")

    how, text = await output_of(node, shell("cat /no-such-place/below/it/file; ls -d /etc", mounts=[mount]))

    assert (how.code, text) == (0, "content\n/etc\n")
    assert not Path("/no-such-place").exists()


async def test_covers_a_parent_without_hiding_what_is_in_it(node: Pod, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "beside").write_text("beside\n")
    (tmp_path / "link").symlink_to("beside")
    missing = tmp_path / "missing"

    script = f"cd {tmp_path}; cat beside link missing/file; echo changed >beside; >new"
    _, text = await output_of(node, shell(script, mounts=[Mount(str(volume), str(missing))]))

    assert text == "beside\nbeside\ncontent\n"
    assert (tmp_path / "beside").read_text() == "changed\n"
    assert not missing.exists()
    assert not (tmp_path / "new").exists()


async def test_covers_what_this_machine_has(node: Pod, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "hidden").touch()

    _, text = await output_of(
        node, shell(f"ls {tmp_path}/place", mounts=[Mount(str(volume), f"{tmp_path}/place")])
    )

    assert text == "file\n"


async def test_follows_links_to_the_place(node: Pod, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    _, text = await output_of(
        node, shell(f"cat {tmp_path}/real/x/file", mounts=[Mount(str(volume), f"{tmp_path}/link/x")])
    )

    assert text == "content\n"


async def test_writes_through_and_not_where_read_only(node: Pod, volume: Path) -> None:
    mounts = [Mount(str(volume), "/vol/rw"), Mount(str(volume), "/vol/ro", read_only=True)]

    how, text = await output_of(node, shell("echo w >/vol/rw/made && echo w >/vol/ro/other", mounts=mounts))

    assert how.code != 0
    assert "Read-only file system" in text
    assert sorted(each.name for each in volume.iterdir()) == ["file", "made"]


async def test_a_volume_at_tmp_hides_no_source_below_it(node: Pod, volume: Path, tmp_path: Path) -> None:
    """Sources often lie below /tmp; here below the directory that is covered first."""
    (tmp_path / "empty").mkdir()
    mounts = [Mount(str(tmp_path / "empty"), str(tmp_path)), Mount(str(volume), "/vol")]

    _, text = await output_of(node, shell(f"ls {tmp_path}; cat /vol/file", mounts=mounts))

    assert text == "content\n"


async def test_a_mount_in_a_volume_is_made_in_the_volume(node: Pod, volume: Path, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    mounts = [Mount(str(tmp_path / "inner"), "/vol/in"), Mount(str(volume), "/vol")]

    await output_of(node, shell("touch /vol/in/made", mounts=mounts))

    assert (tmp_path / "inner" / "made").exists()
    assert list((volume / "in").iterdir()) == []


async def test_shows_a_file(node: Pod, volume: Path) -> None:
    mount = Mount(str(volume), "/etc/no-such.conf", sub_path="file")

    _, text = await output_of(node, shell("cat /etc/no-such.conf /etc/passwd | head -1", mounts=[mount]))

    assert text == "content\n"
    assert not Path("/etc/no-such.conf").exists()


async def test_makes_a_missing_working_directory(node: Pod) -> None:
    _, text = await output_of(node, shell("pwd", working_dir="/no/such/directory"))

    assert text == "/no/such/directory\n"
    assert not Path("/no").exists()


async def test_refuses_a_directory_on_a_file(node: Pod, volume: Path) -> None:
    with pytest.raises(ContainerRefused, match='to rootfs at "/etc/passwd": not a directory') as caught:
        await node.run(shell("true", mounts=[Mount(str(volume), "/etc/passwd")]))
    assert caught.value.is_start_error


async def test_refuses_a_missing_source(node: Pod) -> None:
    with pytest.raises(ContainerRefused, match=r'error mounting "/no/source".*no such file or directory'):
        await node.run(shell("true", mounts=[Mount("/no/source", "/vol")]))


async def test_commands_see_the_mounts(node: Pod, volume: Path) -> None:
    process = await node.run(ContainerSpec(("sleep", "100"), mounts=[Mount(str(volume), "/vol")]))

    assert (await output_of(process, shell("cat /vol/file")))[1] == "content\n"


async def test_containers_see_only_their_own(node: Pod, volume: Path) -> None:
    await node.run(ContainerSpec(("sleep", "100"), mounts=[Mount(str(volume), "/vol")]))

    how, _ = await output_of(node, shell("ls /vol 2>/dev/null"))

    assert how.code != 0


async def test_without_mount_namespaces_only_what_is_there(volume: Path, tmp_path: Path) -> None:
    runtime = await started("none", tmp_path)
    try:
        node = await runtime.create_pod()
        in_place = Mount(str(volume), str(volume))
        _, text = await output_of(node, shell(f"cat {volume}/file", mounts=[in_place]))
        with pytest.raises(ContainerRefused, match="does not let this user make mount namespaces") as caught:
            await node.run(shell("true", mounts=[Mount(str(volume), "/vol")]))
    finally:
        await runtime.close()

    assert text == "content\n"
    assert caught.value.reason == "CreateContainerError"
    assert not Path("/vol").exists()
