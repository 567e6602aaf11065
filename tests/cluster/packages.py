"""What a machine must have before a cluster can boot on it, and how Debian gives it.

Each need is checked by what is used (a program, a folder of plugins, a static C library), not by asking the
package manager, so that a machine which has them from elsewhere passes too. Debian's containerd package may
start a service of its own; it is neither used nor touched here.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.binaries import Say, cached
from tests.cluster.host import CGROUPS
from tests.cluster.waiting import UnavailableError

CNI_FOLDERS = ("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni")
CNI_PLUGINS = ("bridge", "host-local", "loopback")
STATIC_PROBE = "int main(void){return 0;}"


@dataclass(frozen=True)
class Need:
    """Something to be found on the machine, the Debian packages that bring it, and the look."""

    what: str
    packages: tuple[str, ...]
    present: Callable[[], bool]


def cni_folder() -> Path | None:
    folders = (Path(folder) for folder in CNI_FOLDERS)
    return next((f for f in folders if all((f / plugin).exists() for plugin in CNI_PLUGINS)), None)


def static_busybox() -> Path | None:
    """A busybox that runs without libraries: only such a one can be the whole of an image."""
    found = shutil.which("busybox")
    return Path(found) if found and b"/ld-" not in Path(found).read_bytes()[:4096] else None


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _static_compiler() -> bool:
    if not shutil.which("gcc"):
        return False
    command = ["gcc", "-static", "-x", "c", "-", "-o", "/dev/null"]
    return (
        subprocess.run(command, input=STATIC_PROBE, text=True, capture_output=True, check=False).returncode
        == 0
    )


NEEDS = (
    Need("containerd, ctr", ("containerd",), _programs("containerd", "ctr", "containerd-shim-runc-v2")),
    Need("runc", ("runc",), _programs("runc")),
    Need("CNI plugins", ("containernetworking-plugins",), lambda: cni_folder() is not None),
    Need("a static busybox", ("busybox-static",), lambda: static_busybox() is not None),
    Need("ip", ("iproute2",), _programs("ip")),
    Need(
        "mount, nsenter, unshare", ("util-linux", "mount"), _programs("mount", "umount", "nsenter", "unshare")
    ),
    Need("openssl", ("openssl",), _programs("openssl")),
    Need("gcc with a static C library", ("gcc", "libc6-dev"), _static_compiler),
)


def missing() -> list[Need]:
    return [need for need in NEEDS if not need.present()]


def apt_line(needs: list[Need]) -> str:
    packages = [package for need in needs for package in need.packages]
    return "apt-get install -y --no-install-recommends " + " ".join(packages)


def install(say: Say) -> None:
    """Install what is missing by apt-get (as root).

    Raises:
        UnavailableError: no root, no apt-get, it failed, or it did not help.
    """
    needs = missing()
    if not needs:
        say("packages: nothing missing")
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise UnavailableError(f"to be run as root where there is apt-get: {apt_line(needs)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for line in ("apt-get update", apt_line(needs)):
        say(line)
        done = subprocess.run(line.split(), env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise UnavailableError(f"{line}: exit code {done.returncode}")
    if still := missing():
        raise UnavailableError(f"installed, yet missing: {', '.join(need.what for need in still)}")


def obstacles(version: str) -> list[str]:
    """Why this machine cannot have a cluster of `version`, each as a sentence; empty where it can."""
    if platform.system() != "Linux":
        return [f"a real cluster needs Linux, this is {platform.system()}"]
    found = []
    if not CGROUPS.is_dir():
        found.append(f"a real cluster needs cgroups, mounted at {CGROUPS}")
    if os.geteuid() != 0:
        found.append("a real cluster needs root (namespaces, cgroups, mounts)")
    elif not _may_make_namespaces():
        found.append("this root may not make network namespaces (a container without --privileged?)")
    if not cached(version).complete and not shutil.which("go"):
        found.append(f"Kubernetes {version} is not built yet and the go command is not on PATH")
    if needs := missing():
        what = ", ".join(need.what for need in needs)
        found.append(f"missing: {what}; on Debian: {apt_line(needs)}")
    return found


def _may_make_namespaces() -> bool:
    if not shutil.which("unshare"):
        return True  # told as a missing package
    return subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
