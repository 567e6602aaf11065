"""Takes a cluster down until nothing of it is left, and tells what is.

In order where it still answers: the pods are deleted first and waited for, so that the kubelet unmounts their
volumes and the containers' shims end; then the daemons, in reverse. Where it does not answer (a killed test
run, a killed API server), and after the orderly part too, the rest is found by what makes it ours: our
network namespace, our cgroup, our directory. Only processes found so, or recorded at their start, are ever
signalled.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.cluster import host, network, pki
from tests.cluster.api import Api, ApiError
from tests.cluster.node import NODE_NAME
from tests.cluster.places import Place
from tests.cluster.processes import Processes, identify
from tests.cluster.waiting import ClusterError, until

PODS_S = 60


def take_down(place: Place) -> None:
    """End the cluster at `place` in order, and remove what is left of it.

    Raises:
        ClusterError: something is left all the same; it names what.
    """
    place.record.unlink(missing_ok=True)
    processes = Processes(place.pids, place.logs)
    if not processes.absent():
        with contextlib.suppress(ClusterError, OSError):  # remove() does without its answers
            _delete_pods(place, processes)
    remove(place)
    if left := leftovers(place):
        raise ClusterError("left behind: " + "; ".join(left))


def remove(place: Place) -> None:
    """End all processes of the cluster and remove its mounts, cgroups and files, answering or not."""
    processes = Processes(place.pids, place.logs)
    for name in [*reversed(processes.recorded()), "etcd"]:
        processes.stop(name)
    _kill_strangers_of_ours(place)
    for point in host.mounts_below(place.root):
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
    for stray in list(host.strays(place.root)):
        stray.unlink(missing_ok=True)
    host.put_back(place.root / "machine.json")
    until(lambda: _cgroup_removed(place), "the cgroup's end", within_s=10)
    shutil.rmtree(place.root, ignore_errors=True)
    with contextlib.suppress(OSError):
        place.root.parent.rmdir()  # unless another cluster lies there


def leftovers(place: Place) -> list[str]:
    """What is there of the cluster at `place`: processes, mounts, cgroups, files. Empty means nothing."""
    found = [f"process {pid} ({_command(pid)})" for pid in _processes(place)]
    found += [f"mount {point}" for point in host.mounts_below(place.root)]
    found += [f"cgroup {folder}" for folder in host.cgroup_folders(place.slug)]
    found += [f"file {path}" for path in host.strays(place.root)]
    if place.root.exists():
        found.append(f"folder {place.root}")
    return found


def _processes(place: Place) -> list[int]:
    """Recorded ones that still run, members of the namespace and the cgroup, and who names our directory.

    The last catches a shim whose namespace file is already unmounted; the harness itself and its parents,
    whose command lines may name the directory too, are not meant.
    """
    processes = Processes(place.pids, place.logs)
    recorded = (processes.get(name) for name in processes.recorded())
    pids = {process.pid for process in recorded if process}
    pids.update(network.members(place.netns), host.cgroup_members(place.slug))
    pids.update(pid for pid in network.all_processes() if _serves(pid, place))
    return sorted(pids)


def _serves(pid: int, place: Place) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    program = Path(os.fsdecode(words[0])).name
    ours = os.fsencode(place.root) + b"/"
    return program.startswith(("containerd", "kube", "etcd")) and any(
        word.partition(b"=")[2].startswith(ours) or word.startswith(ours) for word in words[1:]
    )


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:120]
    except OSError:
        return "gone"


def _kill_strangers_of_ours(place: Place) -> None:
    """End shims and containers that outlived the daemons: ours by namespace, cgroup and directory."""

    def all_gone() -> bool:
        left = [process for pid in _processes(place) if (process := identify(pid, "leftover"))]
        for process in left:
            process.send(signal.SIGKILL)
        return not left

    until(all_gone, "the end of the last processes", within_s=20, evidence=lambda: str(leftovers(place)))


def _cgroup_removed(place: Place) -> bool:
    host.remove_cgroup(place.slug)
    return not host.cgroup_folders(place.slug)


def _delete_pods(place: Place, processes: Processes) -> None:
    """Delete all pods of our node and wait until the kubelet has confirmed each.

    The controllers and the scheduler end first, so that no pod is made anew; since nobody is left to take the
    Job controller's finalizers away, that is done here.
    """
    server = json.loads(place.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    api = Api(server, pki.token(place.pki, "admin"), (place.pki / "ca.crt").read_text())
    processes.stop("kube-controller-manager")
    processes.stop("kube-scheduler")
    asked: set[str] = set()

    def none_left() -> bool:
        pods = api.request("GET", f"/api/v1/pods?fieldSelector=spec.nodeName={NODE_NAME}")["items"]
        for pod in pods:
            if pod["metadata"]["uid"] not in asked:
                _delete_pod(api, pod)
                asked.add(pod["metadata"]["uid"])
        return not pods

    until(none_left, "the pods' end", within_s=PODS_S, every_s=0.1)


def _delete_pod(api: Api, pod: Any) -> None:
    path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
    try:
        if pod["metadata"].get("finalizers"):
            api.request("PATCH", path, {"metadata": {"finalizers": None}})
        api.request("DELETE", path, {"gracePeriodSeconds": 1})
    except ApiError as error:
        if error.status != 404:
            raise
