"""What this machine is and has, as far as its node tells of it."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import attrs


@attrs.frozen
class Capacity:
    """What there is to give.

    Args:
        cpus: Processors this process may use.
        memory_bytes: RAM.
        storage_bytes: Size of the file system that holds the cluster's directory.
        pods: How many pods it takes.
    """

    cpus: int
    memory_bytes: int
    storage_bytes: int
    pods: int = 500


@attrs.frozen
class System:
    """What a node tells of its machine."""

    architecture: str
    kernel: str
    os_image: str
    boot_id: str


def measure(directory: Path) -> Capacity:
    """What this machine has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Capacity(len(os.sched_getaffinity(0)), memory, shutil.disk_usage(directory).total)


def describe() -> System:
    """What this machine is."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = platform.machine()
    return System(
        architecture=names.get(machine, machine),
        kernel=platform.release(),
        os_image=_os_image(),
        boot_id=_read(Path("/proc/sys/kernel/random/boot_id")),
    )


def _os_image() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return platform.system()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
