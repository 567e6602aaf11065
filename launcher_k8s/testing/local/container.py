"""What a container is to the runtime: what to run, with which streams and mounts, and how it ended.

Values only. Words and codes are those of a kubelet with containerd (checked with 1.36): a container that
could not be made waits with `CreateContainerError`; one whose program could not be started has terminated
with `StartError` and exit code 128; one that a signal ended has 128 and the signal's number.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import attrs

START_ERROR_CODE = 128

_AROUND = {
    "run": "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process",
    "exec": "OCI runtime exec failed: exec failed: unable to start container process",
}


class ContainerRefused(Exception):  # noqa: N818 -- what a node answers, not a failure of this library
    """A container or an exec that did not start.

    Attributes:
        reason: `StartError`, `CreateContainerError` or `NotRunning`.
        message: the runtime's words.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason, self.message = reason, message

    @property
    def is_start_error(self) -> bool:
        """Whether the container counts as terminated, with exit code 128, rather than as waiting."""
        return self.reason == "StartError"

    def in_full(self, op: str) -> ContainerRefused:
        """A start error in the words that a kubelet hands on: those of containerd and runc around it."""
        if not self.is_start_error:
            return self
        return ContainerRefused(self.reason, f"{_AROUND[op]}: {self.message}: unknown")


class KeeperLost(Exception):  # noqa: N818 -- as above
    """The keeper's process has ended or does not answer; with it ended all it had started."""


@attrs.frozen
class Mount:
    """A file or directory of this machine, seen in a container at a path.

    Attributes:
        source: absolute; it exists.
        path: where the container sees it, whether or not this machine has something there.
        sub_path: a part of the source instead of all of it; a directory is made where there is none.
    """

    source: str
    path: str
    read_only: bool = False
    sub_path: str = ""

    def resolve(self) -> str:
        """The real source, its sub-path included.

        Raises:
            ContainerRefused: the sub-path leads out of the source, or cannot be made.
        """
        if not self.sub_path:
            return self.source
        volume = Path(self.source).resolve()
        wanted = (volume / self.sub_path).resolve()
        if not wanted.is_relative_to(volume):
            raise _bad_sub_path(self, f"it leads out of the volume, to {wanted}")
        try:
            if not wanted.exists():
                wanted.mkdir(mode=0o750, parents=True)
        except OSError as problem:
            raise _bad_sub_path(self, str(problem)) from None
        return str(wanted)


def _bad_sub_path(mount: Mount, why: str) -> ContainerRefused:
    text = f'failed to prepare subPath "{mount.sub_path}" for the volume mounted at "{mount.path}": {why}'
    return ContainerRefused("CreateContainerConfigError", text)


def _as_texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


def _as_mounts(given: Iterable[Mount]) -> tuple[Mount, ...]:
    return tuple(given)


@attrs.frozen
class ContainerSpec:
    """A container's program and surroundings.

    Attributes:
        args: the program and its arguments; a program without a slash is looked for in PATH of `env`.
        env: all of its environment; PATH, HOME and HOSTNAME are added where they are missing.
        working_dir: made, in the container's own view only, where it is missing.
        mounts: in any order.
    """

    args: tuple[str, ...] = attrs.field(converter=_as_texts, validator=attrs.validators.min_len(1))
    env: Mapping[str, str] = attrs.field(factory=dict)
    working_dir: str = "/"
    mounts: tuple[Mount, ...] = attrs.field(default=(), converter=_as_mounts)


@attrs.frozen
class Streams:
    """Open file descriptors for a process; the caller keeps and closes its own. None: /dev/null.

    Attributes:
        terminal: the inner end of a pty, for all three; it becomes the controlling terminal.
    """

    stdin: int | None = None
    stdout: int | None = None
    stderr: int | None = None
    terminal: int | None = None

    def places(self) -> tuple[list[int | None], list[int]]:
        """For each of 0, 1 and 2 its place among the descriptors to send, and these."""
        if self.terminal is not None:
            return [0, 0, 0], [self.terminal]
        descriptors = [each for each in (self.stdin, self.stdout, self.stderr) if each is not None]
        count = iter(range(3))
        places = [None if each is None else next(count) for each in (self.stdin, self.stdout, self.stderr)]
        return places, descriptors


@attrs.frozen
class Exit:
    """How a process ended: `code` as Kubernetes tells it, `signal` 0 unless one ended it."""

    code: int
    signal: int
    finished_at: datetime

    @classmethod
    def from_wait(cls, status: int, *, finished_at: float) -> Exit:
        """From waitpid(2)'s status and seconds since the epoch."""
        code = os.waitstatus_to_exitcode(status)
        at = datetime.fromtimestamp(finished_at, UTC)
        return cls(code, 0, at) if code >= 0 else cls(128 - code, -code, at)


@attrs.frozen
class Usage:
    """What a container's processes use together; `cpu_s` counts from its start."""

    cpu_s: float
    rss_bytes: int
    virtual_bytes: int
    processes: int


@attrs.frozen
class Capabilities:
    """What this machine lets this user do, found out by trying.

    Attributes:
        mode: `root`, `user` (by way of a user namespace), `root-mounts`, `user-mounts` or `none`.
        reasons: for each better mode, why it does not work here.
    """

    mode: str
    pid_namespace: bool
    mount_namespace: bool
    reasons: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of_mode(cls, mode: str, reasons: Mapping[str, str]) -> Capabilities:
        """What a mode of `keeper.isolation` gives."""
        return cls(mode, mode in ("root", "user"), mode != "none", dict(reasons))

    @property
    def reason(self) -> str:
        """Why it is not better, in one line; empty when it is best."""
        return "; ".join(f"{mode}: {why}" for mode, why in self.reasons.items())
