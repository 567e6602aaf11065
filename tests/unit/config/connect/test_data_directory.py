from __future__ import annotations

import pytest

from launcher_k8s.job import Mount, MountSource
from tests.memory_files import CONNECT, CONNECT_CONNECTION, only_finding, read_cluster

CLAIM = "KubernetesPersistentVolumeClaim"


def mounts_of(lines: str, server: str = "") -> tuple[Mount, ...]:
    return read_cluster({CONNECT: f"{CONNECT_CONNECTION}{lines}\n[Server]\n{server}\n"}).mounts


def test_an_export_is_mounted_at_the_servers_directory() -> None:
    source = MountSource("nfs", {"host": "nfs.company.com", "path": "/mnt/rstudio-connect"})
    found = mounts_of("DataDir = nfs.company.com:/mnt/rstudio-connect", "DataDir = /data/rstudio-connect")
    assert found == (Mount("/data/rstudio-connect", source),)


def test_a_claim_is_mounted_there_instead() -> None:
    assert mounts_of("DataDirPVCName = connect-data", "DataDir = /data") == (
        Mount("/data", MountSource(CLAIM, {"ClaimName": "connect-data"})),
    )


def test_the_servers_directory_has_a_default() -> None:
    (mount,) = mounts_of("DataDir = h:/p")
    assert mount.mount_path == "/var/lib/rstudio-connect"


@pytest.mark.parametrize("lines", ["", "DataDir =", "DataDirPVCName ="])
def test_without_a_source_nothing_is_mounted(lines: str) -> None:
    assert mounts_of(lines, "DataDir = /data") == ()


def test_the_origin_is_where_the_source_stands() -> None:
    cluster = read_cluster({CONNECT: f"{CONNECT_CONNECTION}DataDir = h:/p\n"})
    assert str(cluster.origin("mounts")) == "/conf/rstudio-connect.gcfg:6 [Launcher] DataDir"


def test_an_address_loses_its_brackets() -> None:
    (mount,) = mounts_of("DataDir = [fd00::1]:/p")
    assert mount.mount_source.source == {"host": "fd00::1", "path": "/p"}


@pytest.mark.parametrize(
    "stated",
    ["nfs01", "/srv", "nfs01:srv", "nfs01:", ":/srv", "a:b:/srv", "nfs01:/../srv", "a b:/srv", "a:/s v"],
)
def test_what_is_no_export_is_told(stated: str) -> None:
    found = only_finding({CONNECT: f"{CONNECT_CONNECTION}DataDir = {stated}\n"})
    assert (found.code, found.location.line, found.location.column) == ("bad-value", 6, 11)
    assert "host:/path" in found.hint


def test_what_no_claim_can_be_called_is_told() -> None:
    found = only_finding({CONNECT: f"{CONNECT_CONNECTION}DataDirPVCName = Data_Dir\n"})
    assert (found.code, found.location.line) == ("bad-value", 6)


@pytest.mark.parametrize("path", ["data", "/data/../x", "/da:ta"])
def test_where_nothing_can_be_mounted_is_told(path: str) -> None:
    text = f"{CONNECT_CONNECTION}DataDir = h:/p\n[Server]\nDataDir = {path}\n"
    found = only_finding({CONNECT: text})
    assert (found.code, found.location.line) == ("bad-value", 8)


def test_both_sources_are_too_many() -> None:
    found = only_finding({CONNECT: f"{CONNECT_CONNECTION}DataDirPVCName = c\nDataDir = h:/p\n"})
    assert (found.code, found.location.line) == ("two-data-dirs", 6)
    assert "rstudio-connect.gcfg:7" in found.message
