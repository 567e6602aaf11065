from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import Job, Mount, MountSource
from launcher_k8s.origin import Origin
from launcher_k8s.rules.mounts import Mounts, plan_mounts


def mount(where: str, kind: str = "host", /, *, read_only: bool = False, **source: Any) -> Mount:
    return Mount(where, MountSource(kind, source), read_only)


def plan(*mounts: Mount) -> tuple[Mounts, Trail]:
    trail = Trail()
    return plan_mounts(Job(mounts=mounts), user="jane", trail=trail), trail


def test_without_mounts_there_is_nothing() -> None:
    assert plan()[0] == Mounts((), ())


def test_each_source_is_a_volume_and_each_mount_names_its_own() -> None:
    planned, trail = plan(
        mount("/data", path="/srv/data", read_only=True), mount("/home", "nfs", host="nfs01", path="/home")
    )
    assert planned.volumes == (
        {"name": "mount0", "hostPath": {"path": "/srv/data"}},
        {"name": "mount1", "nfs": {"server": "nfs01", "path": "/home"}},
    )
    assert planned.volume_mounts == (
        {"name": "mount0", "mountPath": "/data", "readOnly": True},
        {"name": "mount1", "mountPath": "/home", "readOnly": False},
    )
    assert [(decision.subject, decision.value) for decision in trail.decisions] == [
        ("mount", "/data = mount0"),
        ("mount", "/home = mount1"),
    ]


def test_equal_sources_share_a_volume_whatever_their_order_and_place() -> None:
    planned, _ = plan(
        mount("/a", "nfs", host="n", path="/x"),
        mount("/b", path="/x"),
        mount("/c", "nfs", path="/x", host="n"),
    )
    assert [volume["name"] for volume in planned.volumes] == ["mount0", "mount1"]
    assert [item["name"] for item in planned.volume_mounts] == ["mount0", "mount1", "mount0"]


def test_two_parts_of_one_claim_share_its_volume() -> None:
    claim = "KubernetesPersistentVolumeClaim"
    planned, _ = plan(
        mount("/home", claim, ClaimName="homes", SubPath="jane"), mount("/all", claim, ClaimName="homes")
    )
    assert planned.volumes == ({"name": "mount0", "persistentVolumeClaim": {"claimName": "homes"}},)
    assert [item.get("subPath") for item in planned.volume_mounts] == ["jane", None]


@pytest.mark.parametrize("path", ["data", "", "./data", "~/data", "/a/../b", ".."])
def test_a_relative_path_is_refused(path: str) -> None:
    planned, trail = plan(mount(path, path="/srv"))
    (refusal,) = trail.refusals
    assert refusal.message == f"the mount path {path!r} of user 'jane' is no absolute path without .."
    assert planned.volume_mounts == ()


def test_a_colon_in_a_path_is_refused() -> None:
    assert "holds a colon" in plan(mount("/a:b", path="/srv"))[1].refusals[0].message


@pytest.mark.parametrize("again", ["/data", "/data/", "//data", "/data/."])
def test_two_mounts_at_one_path_are_refused(again: str) -> None:
    (refusal,) = plan(mount("/data", path="/a"), mount(again, path="/b"))[1].refusals
    assert refusal.message == f"the mount path {again!r} of user 'jane' is mounted at twice"


def test_all_that_is_wrong_is_told_at_once() -> None:
    _, trail = plan(mount("data", "nfs"), mount("/b", "nsf"))
    assert [refusal.message.split(" of user ")[0] for refusal in trail.refusals] == [
        "the mount path 'data'",
        "the nfs mount at 'data'",
        "the nfs mount at 'data'",
        "the mount at '/b'",
    ]


DATA = mount("/data", "nfs", host="nfs01", path="/srv")
FILE = Origin.in_file("rstudio-connect.gcfg", 7, "Launcher", "DataDir")


def plan_with(everyone: Mount, *own: Mount) -> tuple[Mounts, Trail]:
    trail = Trail()
    planned = plan_mounts(Job(mounts=own), user="jane", trail=trail, everyone=[everyone], origin=FILE)
    return planned, trail


def test_what_everyone_has_comes_first_with_its_origin() -> None:
    planned, trail = plan_with(DATA, mount("/home", path="/home"))
    assert [volume["name"] for volume in planned.volumes] == ["mount0", "mount1"]
    assert planned.volumes[0]["nfs"] == {"server": "nfs01", "path": "/srv"}
    first = trail.decisions[0]
    assert (first.value, first.kind, first.origin) == ("/data = mount0", DecisionKind.DEFAULTED, FILE)


def test_a_job_may_repeat_what_everyone_has() -> None:
    planned, trail = plan_with(DATA, mount("/data/", "nfs", path="/srv", host="nfs01"))
    assert planned.mounts == (DATA,)
    assert len(planned.volume_mounts) == 1
    assert not trail.refusals


@pytest.mark.parametrize(
    "own",
    [
        mount("/data", path="/srv"),
        mount("//data", "nfs", host="nfs02", path="/srv"),
        mount("/data", "nfs", read_only=True, host="nfs01", path="/srv"),
    ],
)
def test_a_job_may_mount_nothing_else_there(own: Mount) -> None:
    _, trail = plan_with(DATA, own)
    (refusal,) = trail.refusals
    assert refusal.origin == FILE
    assert all(word in refusal.message for word in ("'jane'", own.mount_path, "nfs", str(FILE)))
    assert refusal.hint


def test_a_job_may_mount_below_what_everyone_has() -> None:
    planned, trail = plan_with(DATA, mount("/data/cache", path="/tmp/cache"))
    assert [item["mountPath"] for item in planned.volume_mounts] == ["/data", "/data/cache"]
    assert not trail.refusals


def test_equal_sources_share_a_volume_with_everyones() -> None:
    planned, _ = plan_with(DATA, mount("/other", "nfs", host="nfs01", path="/srv"))
    assert [item["name"] for item in planned.volume_mounts] == ["mount0", "mount0"]


def test_all_mounts_are_told_as_jobs_state_them() -> None:
    own = mount("/home", path="/home")
    assert plan_with(DATA, own)[0].mounts == (DATA, own)


def test_what_everyone_has_and_cannot_be_is_refused_by_its_origin() -> None:
    _, trail = plan_with(mount("data", "nfs", host="nfs01"))
    assert {refusal.origin for refusal in trail.refusals} == {FILE}
