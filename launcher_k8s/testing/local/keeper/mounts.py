"""A container's view of the file system: this machine's, with the pod's volumes in their places.

Runs in the container's own mount namespace, between fork and exec. Nothing is created on this machine:
where a mount path or a working directory is missing, its nearest existing parent is covered by a tmpfs
whose entries are bound to what they cover, and the missing part is made there. (Not an overlay: what a
program writes into a file that exists is to reach that file.) Like runc, mounts are made parents first, a
missing working directory is created, and a mount point missing inside a volume is created in the volume.
"""

from __future__ import annotations

import os
import stat

from launcher_k8s.testing.local.keeper import kernel
from launcher_k8s.testing.local.keeper.refusal import START, Refused, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT_FLAGS = {
    os.ST_NOSUID: kernel.NO_SETUID,
    os.ST_NODEV: kernel.NO_DEVICES,
    os.ST_NOEXEC: kernel.NO_EXEC,
    os.ST_NOATIME: kernel.NO_ATIME,
    os.ST_NODIRATIME: kernel.NO_DIR_ATIME,
    os.ST_RELATIME: kernel.RELATIVE_ATIME,
}


class Mount:
    """A source file or directory, the path it is seen at, and whether it can be written there."""

    __slots__ = ("path", "read_only", "source")

    def __init__(self, source: str, path: str, *, read_only: bool) -> None:
        self.source, self.path, self.read_only = source, os.path.normpath(path), read_only


def arrange(mounts: Sequence[Mount], working_dir: str, *, stage: str) -> None:
    """Put the mounts into their places in the calling process's own mount namespace.

    Args:
        mounts: in any order.
        working_dir: made where it is missing.
        stage: an empty directory where a new root may be put together.

    Raises:
        Refused: as runc would refuse to start the container.
    """
    view = _View(stage)
    if any(
        _nearest(os.path.realpath(path)) == "/" for path in [working_dir, *(each.path for each in mounts)]
    ):
        view.replace_root()
    ordered = sorted(mounts, key=lambda mount: mount.path.count("/"))
    # All are opened first: a mount at /tmp would hide the sources that lie there.
    sources = [_open_source(mount) for mount in ordered]
    for mount, source in zip(ordered, sources, strict=True):
        view.put(mount, source)
    view.make_working_dir(working_dir)


class _View:
    """What has been covered and mounted so far."""

    __slots__ = ("_covers", "_stage", "_volumes")

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._covers: set[int] = set()  # device numbers of our tmpfs
        self._volumes: list[str] = []

    def replace_root(self) -> None:
        """Nothing can be mounted over a root that is in use: build one beside it and change over."""
        try:
            self._cover("/", self._stage)
            kernel.change_root(self._stage)
        except OSError as problem:
            raise Refused(START, f"error during container init: preparing a root: {tell(problem)}") from None

    def put(self, mount: Mount, source: int) -> None:
        """Bind an open source to its path."""
        origin = f"/proc/self/fd/{source}"
        try:
            target = self._point(mount.path, directory=os.path.isdir(origin))
            kernel.mount(origin, target, flags=kernel.BIND | kernel.RECURSIVE)
            if mount.read_only:
                _forbid_writes(target)
        except OSError as problem:
            where = f'error mounting "{mount.source}" to rootfs at "{mount.path}"'
            raise Refused(START, f"error during container init: {where}: {tell(problem)}") from None
        self._volumes.append(target)
        os.close(source)

    def make_working_dir(self, path: str) -> None:
        """Create the working directory where it is missing, as runc does."""
        try:
            self._point(path, directory=True)
        except OSError as problem:
            raise Refused(START, f"error during container init: mkdir {path}: {tell(problem)}") from None

    def _point(self, path: str, *, directory: bool) -> str:
        """The real path of a mount point, made if it is missing."""
        real = os.path.realpath(path)
        if os.path.lexists(real):
            if directory and not os.path.isdir(real):
                raise NotADirectoryError(20, "Not a directory")
            return real
        parent = _nearest(real)
        if not self._is_ours(parent):
            self._cover(parent, parent)
        os.makedirs(real if directory else os.path.dirname(real), mode=0o755, exist_ok=True)
        if not directory:
            _touch(real)
        return real

    def _is_ours(self, directory: str) -> bool:
        inside = any(directory == each or directory.startswith(each + "/") for each in self._volumes)
        return inside or os.stat(directory).st_dev in self._covers

    def _cover(self, directory: str, place: str) -> None:
        """Put a tmpfs with all that is in a directory over a place, which may be that directory."""
        covered = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        mode = stat.S_IMODE(os.fstat(covered).st_mode)
        names = os.listdir(f"/proc/self/fd/{covered}")
        kernel.mount(
            "tmpfs", place, "tmpfs", flags=kernel.NO_SETUID | kernel.NO_DEVICES, data=f"mode={mode:o}"
        )
        # Else binding the directory that holds the stage would put the stage into itself.
        kernel.mount("none", place, flags=kernel.UNBINDABLE)
        self._covers.add(os.stat(place).st_dev)
        for name in names:
            _show(f"/proc/self/fd/{covered}/{name}", os.path.join(place, name))
        os.close(covered)


def _show(entry: str, place: str) -> None:
    try:
        kind = os.lstat(entry).st_mode
        if stat.S_ISLNK(kind):
            os.symlink(os.readlink(entry), place)
            return
        if stat.S_ISDIR(kind):
            os.mkdir(place)
        else:
            _touch(place)
        kernel.mount(entry, place, flags=kernel.BIND | kernel.RECURSIVE)
    except FileNotFoundError:
        pass  # gone since the directory was read; an empty one in its place harms nobody


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))


def _nearest(path: str) -> str:
    """The path itself, or the nearest of its parents that exists."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def _open_source(mount: Mount) -> int:
    try:
        return os.open(mount.source, os.O_PATH)
    except OSError as problem:
        where = f'error mounting "{mount.source}" to rootfs at "{mount.path}"'
        raise Refused(START, f"error during container init: {where}: {tell(problem)}") from None


def _forbid_writes(target: str) -> None:
    """A user namespace may not take off the flags that a mount came with, so they are named again."""
    had = os.statvfs(target).f_flag
    kept = sum(ours for theirs, ours in _KEPT_FLAGS.items() if had & theirs)
    kernel.mount("none", target, flags=kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY | kept)
