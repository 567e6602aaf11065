"""The files of volumes, as a kubelet lays them out."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, SECRET, Kind, Object
from launcher_k8s.testing.local.machine import Capacity
from launcher_k8s.testing.local.volumes import MountError, Volumes, container_mounts

OBJECTS: dict[tuple[Kind, str], Object] = {
    (CONFIG_MAP, "settings"): {"kind": "ConfigMap", "data": {"a": "1", "b": "2"}},
    (SECRET, "door"): {"kind": "Secret", "data": {"key": base64.b64encode(b"sesame").decode()}},
}


def _set_up(folder: Path, **volume: Any) -> Path:
    pod = {
        "metadata": {"name": "p", "namespace": "ns", "labels": {"app": "x"}},
        "spec": {"containers": [], "volumes": [{"name": "v", **volume}]},
    }
    volumes = Volumes(
        pod,
        folder,
        lambda kind, name: OBJECTS.get((kind, name)),
        Capacity(1, 2**30, 0),
        sign=lambda _: "a token",
    )
    return volumes.set_up()["v"]


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_config_map_is_a_folder_of_files(tmp_path: Path) -> None:
    place = _set_up(tmp_path, configMap={"name": "settings"})
    assert (place / "a").read_text() == "1"
    assert (place / "a").readlink() == Path("..data/a")
    assert _mode(place / "b") == 0o644


def test_items_choose_paths_and_modes(tmp_path: Path) -> None:
    items = [{"key": "key", "path": "deep/k", "mode": 0o400}]
    place = _set_up(tmp_path, secret={"secretName": "door", "items": items})
    assert (place / "deep" / "k").read_bytes() == b"sesame"
    assert _mode(place / "deep" / "k") == 0o400


def test_a_projection_puts_several_sources_together(tmp_path: Path) -> None:
    field = {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}
    sources = [
        {"configMap": {"name": "settings"}},
        {"downwardAPI": {"items": [field]}},
        {"serviceAccountToken": {"path": "token"}},
    ]
    place = _set_up(tmp_path, projected={"sources": sources, "defaultMode": 0o600})
    assert (place / "a").read_text() == "1"
    assert (place / "labels").read_text() == 'app="x"'
    assert (place / "token").read_text() == "a token"
    assert _mode(place / "a") == 0o600


def test_setting_up_again_takes_in_what_has_come(tmp_path: Path) -> None:
    volume = {"configMap": {"name": "late", "optional": True}}
    assert not (_set_up(tmp_path, **volume) / "x").exists()
    OBJECTS[CONFIG_MAP, "late"] = {"kind": "ConfigMap", "data": {"x": "1"}}
    try:
        assert (_set_up(tmp_path, **volume) / "x").read_text() == "1"
    finally:
        del OBJECTS[CONFIG_MAP, "late"]


def test_directories_are_empty_or_this_machines(tmp_path: Path) -> None:
    assert list(_set_up(tmp_path, emptyDir={}).iterdir()) == []
    assert _set_up(tmp_path, hostPath={"path": str(tmp_path)}) == tmp_path


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"secret": {"secretName": "nope"}}, 'secret "nope" not found'),
        ({"configMap": {"name": "nope"}}, 'configmap "nope" not found'),
        (
            {"configMap": {"name": "settings", "items": [{"key": "z", "path": "z"}]}},
            "references non-existent configmap key: z",
        ),
        ({"nfs": {"server": "s", "path": "/"}}, 'a local cluster has no volumes of type "nfs"'),
        (
            {"hostPath": {"path": "/dev/null", "type": "Directory"}},
            "hostPath type check failed: /dev/null is not a directory",
        ),
    ],
)
def test_what_cannot_be_made_is_told_in_the_kubelets_words(
    tmp_path: Path, volume: dict[str, Any], message: str
) -> None:
    with pytest.raises(MountError) as told:
        _set_up(tmp_path, **volume)
    assert str(told.value) == f'MountVolume.SetUp failed for volume "v" : {message}'


def test_a_container_sees_volumes_where_it_says() -> None:
    wanted = [
        {"name": "v", "mountPath": "/a", "readOnly": True},
        {"name": "v", "mountPath": "/b", "subPathExpr": "$(NAME)"},
    ]
    made = container_mounts({"volumeMounts": wanted}, {"v": Path("/place")}, {"NAME": "n"})
    assert [(each.source, each.path, each.read_only, each.sub_path) for each in made] == [
        ("/place", "/a", True, ""),
        ("/place", "/b", False, "n"),
    ]
