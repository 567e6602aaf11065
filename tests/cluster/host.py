"""What a cluster changes on the machine outside its own directory, and how that is put back.

That is little: a cgroup under which the kubelet makes its own, a few kernel settings that the kubelet
insists on, and what goes to folders that are fixed in the programs: links to logs, results of CNI plugins,
the sockets of containerd's shims and of the kubelet's device plugins.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("cpu", "cpuset", "hugetlb", "io", "memory", "pids")
KUBELET_SETTINGS = (
    "vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes",
)  # fmt: skip
CONTAINER_LINKS = Path("/var/log/containers")
CNI_RESULTS = Path("/var/lib/cni/results")
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")
SHIM_SOCKETS = Path("/run/containerd/s")
FIXED_FOLDERS = (
    CONTAINER_LINKS, CNI_RESULTS, CNI_RESULTS.parent, DEVICE_PLUGINS, DEVICE_PLUGINS.parent,
    SHIM_SOCKETS, SHIM_SOCKETS.parent,
)  # fmt: skip


def hierarchies() -> list[Path]:
    """The one of cgroup v2, or those of v1 by their own folders (/cpu,cpuacct has links beside it)."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS]
    return [folder for folder in sorted(CGROUPS.iterdir()) if folder.is_dir() and not folder.is_symlink()]


def create_cgroup(name: str) -> None:
    for hierarchy in hierarchies():
        (hierarchy / name).mkdir(exist_ok=True)
    if hierarchies() == [CGROUPS]:
        available = (CGROUPS / "cgroup.controllers").read_text().split()
        wanted = " ".join(f"+{one}" for one in available if one in CONTROLLERS)
        for folder in (CGROUPS, CGROUPS / name):
            (folder / "cgroup.subtree_control").write_text(wanted)


def cgroup_folders(name: str) -> list[Path]:
    """All folders of the cgroup, deepest first."""
    roots = (hierarchy / name for hierarchy in hierarchies())
    return [Path(folder) for root in roots for folder, _, _ in os.walk(root, topdown=False)]


def cgroup_members(name: str) -> list[int]:
    """Processes in the cgroup or below: those of the pods."""
    return sorted({pid for folder in cgroup_folders(name) for pid in _pids(folder)})


def _pids(folder: Path) -> list[int]:
    try:
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def remove_cgroup(name: str) -> None:
    for folder in cgroup_folders(name):
        try:
            folder.rmdir()
        except OSError:
            continue  # a member that is ending still; leftovers() tells if it stays


def remember(file: Path) -> None:
    """Write down, before anything is started, the kernel settings and which fixed folders there are not."""
    paths = (Path("/proc/sys") / name for name in KUBELET_SETTINGS)
    settings = {str(path): path.read_text().strip() for path in paths if path.exists()}
    file.write_text(json.dumps({"settings": settings, "absent": absent_folders()}))


def put_back(file: Path) -> None:
    """Set the kernel settings as they were and remove the fixed folders that were not there, if empty."""
    if not file.exists():
        return
    remembered = json.loads(file.read_text())
    for path, value in remembered["settings"].items():
        if Path(path).read_text().strip() != value:
            Path(path).write_text(value)
    if str(DEVICE_PLUGINS) in remembered["absent"]:
        (DEVICE_PLUGINS / "kubelet.sock").unlink(missing_ok=True)
    for folder in remembered["absent"]:
        with contextlib.suppress(OSError):  # another's by now, or not made
            Path(folder).rmdir()


def absent_folders() -> list[str]:
    return [str(folder) for folder in FIXED_FOLDERS if not folder.exists()]


def mounts_below(folder: Path) -> list[str]:
    """Mount points at or below `folder`, the latest first: the order to unmount them in."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [point for point in reversed(points) if Path(point).is_relative_to(folder)]


def strays(root: Path) -> Iterator[Path]:
    """Files of a cluster outside its directory `root`: log links, CNI results, shims' sockets."""
    if CONTAINER_LINKS.is_dir():
        links = (link for link in CONTAINER_LINKS.iterdir() if link.is_symlink())
        yield from (link for link in links if link.readlink().is_relative_to(root))
    if os.access(CNI_RESULTS, os.R_OK | os.X_OK):  # root's own: who may not read it has booted no cluster
        results = (file for file in CNI_RESULTS.iterdir() if file.is_file())
        yield from (file for file in results if f'"{root}/' in file.read_text(errors="replace"))
    for address in root.glob("containerd-state/io.containerd.runtime.v2.task/*/*/address"):
        socket = Path(address.read_text().removeprefix("unix://"))
        if socket.exists():
            yield socket
