"""The network namespace in which a cluster lives, and the way into it.

All daemons share it, so that no port, bridge, route or firewall rule of theirs touches the machine's. It is
held by a mount in the cluster's own directory rather than by `ip netns`, which would leave a mount of its
own behind and, when entering, hide the cgroups. A pair of virtual interfaces, both ends inside, carries the
node's address. There is no default route: what leads out (an image that is not here) fails at once as
unreachable instead of after a name server's time-out.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NODE_ADDRESS = "10.88.255.1"
POD_RANGE = "10.88.0.0/20"
SERVICE_RANGE = "10.96.0.0/16"
FIRST_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"  # nobody answers there; without one the kubelet warns at every pod
CLONE_NEWNET = 0x40000000

SETUP = f"""
set -e
ip link set lo up
ip link add node0 type veth peer name node1
ip link set node0 up
ip link set node1 up
ip address add {NODE_ADDRESS}/32 dev node0
echo 1 > /proc/sys/net/ipv4/ip_forward
"""


def create(netns: Path) -> None:
    netns.touch()
    subprocess.run(["unshare", f"--net={netns}", "sh", "-c", SETUP], check=True, capture_output=True)


def write_cni(folder: Path, *, name: str, data: Path) -> None:
    """The pods' network: a bridge in the namespace and addresses from a range."""
    folder.mkdir()
    ipam = {"type": "host-local", "dataDir": str(data), "ranges": [[{"subnet": POD_RANGE}]],
            "routes": [{"dst": "0.0.0.0/0"}]}  # fmt: skip
    bridge = {"type": "bridge", "bridge": "pods", "isGateway": True, "ipam": ipam}
    conflist = {"cniVersion": "0.4.0", "name": name, "plugins": [bridge]}
    (folder / "10-pods.conflist").write_text(json.dumps(conflist, indent=1))


def members(netns: Path) -> list[int]:
    """Processes whose network namespace is the one mounted at `netns`: the daemons, and who they started."""
    try:
        wanted = netns.stat()
    except OSError:
        return []
    return [pid for pid in all_processes() if _same(pid, wanted)]


def _same(pid: int, wanted: os.stat_result) -> bool:
    try:
        found = Path(f"/proc/{pid}/ns/net").stat()
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


@contextmanager
def inside(netns: Path | None) -> Iterator[None]:
    """Sockets that this thread makes in the block belong to `netns`; other threads are not concerned."""
    if netns is None:
        yield
        return
    with Path("/proc/thread-self/ns/net").open("rb") as home, netns.open("rb") as target:
        _set_namespace(target.fileno())
        try:
            yield
        finally:
            _set_namespace(home.fileno())


def stream_socket(netns: Path | None, family: int = socket.AF_INET) -> socket.socket:
    with inside(netns):
        return socket.socket(family, socket.SOCK_STREAM)


_libc = ctypes.CDLL(None, use_errno=True)


def _set_namespace(fd: int) -> None:
    """os.setns came with Python 3.12."""
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "setns")
