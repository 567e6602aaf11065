from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from launcher_k8s.decisions import Trail
from launcher_k8s.job import MountSource
from launcher_k8s.rules.mount_sources import read_source

CLAIM = "KubernetesPersistentVolumeClaim"


def read(kind: str, **source: Any) -> tuple[Any, Trail]:
    trail = Trail()
    return read_source(MountSource(kind, source), "/m", user="jane", trail=trail), trail


@pytest.mark.parametrize(
    ("kind", "source", "volume"),
    [
        ("host", {"path": "/a b"}, {"hostPath": {"path": "/a b"}}),
        ("nfs", {"host": "10.0.0.1", "path": "/x"}, {"nfs": {"server": "10.0.0.1", "path": "/x"}}),
        (
            "azureFile",
            {"secretName": "azure", "shareName": "Share 1"},
            {"azureFile": {"secretName": "azure", "shareName": "Share 1"}},
        ),
        ("cephFs", {"monitors": ["10.0.0.1:6789"]}, {"cephfs": {"monitors": ["10.0.0.1:6789"]}}),
        (
            "cephFs",
            {"monitors": ("a:1", "b:2"), "path": "/p", "user": "u", "secretFile": "/f", "secretRef": "s"},
            {
                "cephfs": {
                    "monitors": ["a:1", "b:2"],
                    "path": "/p",
                    "user": "u",
                    "secretFile": "/f",
                    "secretRef": {"name": "s"},
                }
            },
        ),
        (
            "cephFs",
            {"monitors": ["a"], "secretRef": MappingProxyType({"name": "s"})},
            {"cephfs": {"monitors": ["a"], "secretRef": {"name": "s"}}},
        ),
        (
            "glusterFs",
            {"endpoints": "gluster", "path": "vol/x"},
            {"glusterfs": {"endpoints": "gluster", "path": "vol/x"}},
        ),
        (CLAIM, {"ClaimName": "homes"}, {"persistentVolumeClaim": {"claimName": "homes"}}),
        ("passthrough", {"emptyDir": {}}, {"emptyDir": {}}),
        ("passthrough", {"csi": {"driver": "d", "volumeAttributes": {"a": "1"}}, "name": "mine"},
         {"csi": {"driver": "d", "volumeAttributes": {"a": "1"}}}),
    ],
)  # fmt: skip
def test_a_sound_source_is_the_volume_of_its_kind(
    kind: str, source: dict[str, Any], volume: dict[str, Any]
) -> None:
    found, trail = read(kind, **source)
    assert found == (volume, "")
    assert trail.refusals == []


def test_a_claims_sub_path_is_told_beside_the_volume() -> None:
    found, _ = read(CLAIM, ClaimName="homes", SubPath="teams/jane")
    assert found == ({"persistentVolumeClaim": {"claimName": "homes"}}, "teams/jane")


@pytest.mark.parametrize(
    ("kind", "source", "problem"),
    [
        ("host", {}, "the parameter path is missing: write an absolute path without .."),
        ("host", {"path": "srv"}, "the parameter path is 'srv': write an absolute path"),
        ("host", {"path": "/srv/../etc"}, "the parameter path is '/srv/../etc'"),
        ("host", {"path": 7}, "the parameter path is '7'"),
        ("nfs", {"path": "/x"}, "the parameter host is missing: write a string"),
        ("nfs", {"host": "", "path": "/x"}, "the parameter host is ''"),
        ("azureFile", {"secretName": "Azure", "shareName": "s"}, "the parameter secretName is 'Azure'"),
        ("cephFs", {"monitors": "a:1"}, "the parameter monitors is 'a:1': write a list of host:port"),
        ("cephFs", {"monitors": []}, "the parameter monitors is '[]'"),
        ("cephFs", {"monitors": ["a"], "secretRef": {"x": "s"}}, "write the name of a secret"),
        ("glusterFs", {"endpoints": "e"}, "the parameter path is missing"),
        (CLAIM, {"claimName": "homes"}, "the parameter ClaimName is missing"),
        (CLAIM, {"ClaimName": "homes", "SubPath": "/jane"}, "write a relative path without .."),
        (CLAIM, {"ClaimName": "homes", "SubPath": "../jane"}, "write a relative path without .."),
    ],
)
def test_a_source_of_another_form_is_refused_with_what_to_write(
    kind: str, source: dict[str, Any], problem: str
) -> None:
    found, trail = read(kind, **source)
    assert found is None
    (refusal,) = trail.refusals
    assert refusal.message.startswith(f"the {kind} mount at '/m' of user 'jane': ")
    assert problem in refusal.message
    assert refusal.hint.startswith(f"a source of type {kind} has ")


def test_an_unknown_parameter_is_passed_over_with_the_right_one() -> None:
    found, trail = read("nfs", host="n", path="/x", hosts="m")
    assert found == ({"nfs": {"server": "n", "path": "/x"}}, "")
    assert "the parameter 'hosts' is passed over; did you mean host?" in trail.decisions[0].reason


@pytest.mark.parametrize(("kind", "hint"), [("NFS", "did you mean nfs?"), ("s3", "write one of host, nfs")])
def test_an_unknown_type_is_refused(kind: str, hint: str) -> None:
    found, trail = read(kind, path="/x")
    assert found is None
    (refusal,) = trail.refusals
    assert f"has the unknown type {kind!r}" in refusal.message
    assert refusal.hint.startswith(hint)


@pytest.mark.parametrize("source", [{}, {"name": "x"}, {"emptyDir": {}, "hostPath": {"path": "/"}}])
def test_a_passed_through_source_is_one_kind_of_volume(source: dict[str, Any]) -> None:
    found, trail = read("passthrough", **source)
    assert found is None
    assert "kinds of volume" in trail.refusals[0].message
